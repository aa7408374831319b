const OTHER_ROLE = "the suite has no cases for http_msg_server and msfs, which speak HTTP and no PDUs";

/** Requirements that no case checks, each with the reason. A requirement that has a case must not stand here. */
export const uncovered: Readonly<Record<string, string>> = {
  "PUL-10": "needs a server with 10,000 users and a quiet machine; `ttk load` measures what others wait",
  "LGN-07": "needs an account whose status is not 0, which no client can set",
  "PSH-03": "a server's log is not seen from outside",
  "HMS-01": OTHER_ROLE,
  "HMS-02": OTHER_ROLE,
  "HMS-03": OTHER_ROLE,
  "MFS-01": OTHER_ROLE,
  "OBS-01": "a server's log is not seen from outside",
  "OBS-02": "where counters are read is each server's own choice",
  "OBS-03": "the suite does not stop servers that it judges",
};
