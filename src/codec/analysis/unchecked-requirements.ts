/** Why a capture cannot show that these are violated. */
const reasons = {
  segments: "the bytes of a request are the same however they were cut, and so is the answer",
  closing: "that a connection ends, and why, is not told by its PDUs",
  ignored: "what is to be ignored looks like what nobody asked for: nothing that follows tells what caused it",
  memory: "a server's memory and the pace of its other connections are not in its PDUs",
  database: "what the database holds is not in the capture",
  others: "it takes all of the devices and servers of a deployment, of which a capture has some",
  allowed: "optional: leaving it out is no violation",
  http: "HTTP, not PDUs",
  process: "about the process, not about what it sends",
} as const;

/** Requirements of docs/spec/behaviour.md that RequirementChecker has no rule for, each with the reason. */
export const uncheckedRequirements: Readonly<Record<string, string>> = {
  ...because(reasons.segments, "FRM-01", "FRM-02", "FRM-03"),
  ...because(reasons.closing, "FRM-04", "FRM-05", "FRM-06", "CON-04", "CON-08", "RTE-07", "RTE-09", "LSV-04"),
  ...because(reasons.ignored, "FRM-07", "FRM-09", "FRM-11", "FRM-12", "MSG-13", "PRE-02", "RTE-10"),
  ...because(reasons.memory, "FRM-15", "PUL-10"),
  ...because(reasons.database, "LGN-06", "LGN-07", "LGN-08", "PUL-09", "MSG-11", "MSG-12", "MSG-16", "MSG-19"),
  ...because(reasons.database, "MSG-21", "GRP-07", "GRP-08", "GRP-11", "FIL-07", "PSH-02"),
  ...because(reasons.others, "LGN-05", "LGN-09", "LGN-11", "MSG-14", "MSG-20", "RTE-01", "RTE-02", "RTE-03"),
  ...because(reasons.others, "RTE-04", "RTE-08", "RTE-11", "DBP-04", "DBP-05", "FIL-02", "FIL-04", "FIL-05"),
  ...because(reasons.allowed, "PRE-05"),
  ...because(reasons.http, "LSV-03", "HMS-01", "HMS-02", "HMS-03", "MFS-01"),
  ...because(reasons.process, "PSH-03", "OBS-01", "OBS-02", "OBS-03"),
};

function because(reason: string, ...requirements: readonly string[]): Record<string, string> {
  return Object.fromEntries(requirements.map((requirement) => [requirement, reason]));
}
