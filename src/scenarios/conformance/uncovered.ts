/** Requirements that no case checks, each with the reason. A requirement that has a case must not stand here. */
export const uncovered: Readonly<Record<string, string>> = {
  "PUL-10":
    "needs a deployment with 10,000 users and a quiet machine: `ttk seed` makes the users, and `ttk load pull-heavy` measures what others wait",
  "PSH-03":
    "what is logged for want of a push_server is not seen from outside; that messages go on without one, every case without it shows",
  "OBS-01": "a server's log is not seen from outside",
  "OBS-02": "where counters are read is each server's own choice",
  "OBS-03": "the suite does not stop servers that it judges",
};
