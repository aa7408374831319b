import type { RecordedSecond } from "../../runner/load/load-event.js";
import type { LoadResult } from "../../runner/load/load-result.js";

const columns: readonly (keyof RecordedSecond)[] = [
  "atMs",
  "phase",
  "users",
  "devicesOnline",
  "vus",
  "iterationsPerSecond",
  "droppedIterations",
  "sentPerSecond",
  "ackedPerSecond",
  "deliveredPerSecond",
  "pdusSentPerSecond",
  "pdusReceivedPerSecond",
  "ackP50Ms",
  "ackP99Ms",
  "deliveryP50Ms",
  "deliveryP99Ms",
  "inFlight",
  "duplicated",
  "reordered",
  "corrupted",
  "misdelivered",
  "errors",
  "busyShare",
  "diverged",
  "notInHistory",
  "unreadWrong",
  "readsTold",
];

/** The seconds of a run, a row each, under the names of the JSON report; what was not measured is empty. */
export function loadCsv({ series }: LoadResult): string {
  const rows = series.map((second) => columns.map((column) => second[column] ?? "").join(","));
  return `${[columns.join(","), ...rows].join("\n")}\n`;
}
