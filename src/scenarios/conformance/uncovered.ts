const OUTSIDE = "needs servers around the msg_server that the suite plays itself";
const OTHER_ROLE = "no case is written yet for that role";

/** Requirements that no case checks, each with the reason. A requirement that has a case must not stand here. */
export const uncovered: Readonly<Record<string, string>> = {
  "PUL-10": "needs a server with 10,000 users and a quiet machine; `ttk load` measures what others wait",
  "LGN-05": "needs a cluster whose database, login_server and route_server can be taken away during the run",
  "LGN-07": "needs an account whose status is not 0, which no client can set",
  "RTE-11": OUTSIDE,
  "DBP-01": OTHER_ROLE,
  "DBP-02": OTHER_ROLE,
  "DBP-03": OTHER_ROLE,
  "DBP-04": OUTSIDE,
  "DBP-05": OUTSIDE,
  "FIL-04": OTHER_ROLE,
  "FIL-05": OTHER_ROLE,
  "FIL-06": OTHER_ROLE,
  "FIL-07": OTHER_ROLE,
  "PSH-01": OUTSIDE,
  "PSH-02": OUTSIDE,
  "PSH-03": "a server's log is not seen from outside",
  "HMS-01": OTHER_ROLE,
  "HMS-02": OTHER_ROLE,
  "HMS-03": OTHER_ROLE,
  "MFS-01": OTHER_ROLE,
  "OBS-01": "a server's log is not seen from outside",
  "OBS-02": "where counters are read is each server's own choice",
  "OBS-03": "the suite does not stop servers that it judges",
};
