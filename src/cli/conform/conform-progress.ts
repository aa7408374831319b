import { formatAddress } from "../../net/address.js";
import type { ConformanceEvent } from "../../runner/conformance/conformance-event.js";
import type { Host } from "../host.js";

const INTERVAL_MS = 1000;

/** How far a run is, on stderr: one line that is written over on a terminal, a line a second elsewhere. */
export function conformProgress(host: Host): (event: ConformanceEvent) => void {
  if (host.verbosity === "quiet") return () => {};
  const { stderr } = host;
  const running = new Set<string>();
  let writtenMs = performance.now();
  return (event) => {
    if (event.type === "links-awaited") return stderr.write(awaited(event));
    if (event.type === "case-started") running.add(event.id);
    if (event.type === "run-finished" && stderr.isStyled) stderr.write("\r\u001b[K");
    if (event.type !== "case-finished") return;
    const { result, finished, total } = event;
    running.delete(result.id);
    if (host.verbosity === "verbose") return stderr.write(`${clear(stderr.isStyled)}${result.verdict}  ${result.id}\n`);
    const nowMs = performance.now();
    if (!stderr.isStyled && nowMs - writtenMs < INTERVAL_MS) return;
    writtenMs = nowMs;
    const [first = ""] = running;
    const others = running.size > 1 ? ` and ${running.size - 1} more` : "";
    const line = `${finished} of ${total} cases${first === "" ? "" : `, running ${first}${others}`}`;
    stderr.write(stderr.isStyled ? `\r\u001b[K${line.slice(0, stderr.columns - 1)}` : `${line}\n`);
  };
}

/** Whoever starts the server reads here where it is to dial. */
function awaited({ by, listening }: Extract<ConformanceEvent, { readonly type: "links-awaited" }>): string {
  const places = listening.map(({ name, address }) => `${name} at ${formatAddress(address)}`);
  return `waiting for the ${by} to dial: ${places.join(", ")}\n`;
}

function clear(isStyled: boolean): string {
  return isStyled ? "\r\u001b[K" : "";
}
