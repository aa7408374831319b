import { formatAddress } from "../../net/address.js";
import type { ConformanceEvent } from "../../runner/conformance/conformance-event.js";
import type { Host } from "../host.js";

const INTERVAL_MS = 1000;

const NAMES_MAX = 3;

/** How far a run is, on stderr: one line that is written over on a terminal, a line a second elsewhere. */
export function conformProgress(host: Host): (event: ConformanceEvent) => void {
  if (host.verbosity === "quiet") return () => {};
  const { stderr } = host;
  const running = new Map<string, { readonly waitsForTimeout: boolean }>();
  let writtenMs = performance.now();
  let isSilenceExplained = false;
  return (event) => {
    if (event.type === "links-awaited") return stderr.write(awaited(event));
    if (event.type === "case-started") running.set(event.id, event);
    if (event.type === "run-finished" && stderr.isStyled) stderr.write("\r\u001b[K");
    if (event.type !== "case-finished") return;
    const { result, finished, total } = event;
    running.delete(result.id);
    const isSilentNow =
      finished + running.size === total && [...running.values()].every((each) => each.waitsForTimeout);
    const isWorthSaying = isSilentNow && running.size > 0 && !isSilenceExplained;
    if (host.verbosity === "verbose") stderr.write(`${clear(stderr.isStyled)}${result.verdict}  ${result.id}\n`);
    const nowMs = performance.now();
    const isDue = host.verbosity !== "verbose" && (stderr.isStyled || nowMs - writtenMs >= INTERVAL_MS);
    if (!isDue && !isWorthSaying) return;
    writtenMs = nowMs;
    isSilenceExplained ||= isSilentNow;
    const line = `${finished} of ${total} cases${isSilentNow ? waiting([...running.keys()]) : underWay([...running.keys()])}`;
    stderr.write(stderr.isStyled ? `\r\u001b[K${line.slice(0, stderr.columns - 1)}` : `${line}\n`);
  };
}

function underWay([first, ...others]: readonly string[]): string {
  if (first === undefined) return "";
  return `, running ${first}${others.length > 0 ? ` and ${others.length} more` : ""}`;
}

/** Some of the server's limits are minutes long, and nothing happens until then. */
function waiting(ids: readonly string[]): string {
  if (ids.length === 0) return "";
  const others = ids.length > NAMES_MAX ? ` and ${ids.length - NAMES_MAX} more` : "";
  const names = `${ids.slice(0, NAMES_MAX).join(", ")}${others}`;
  return `, waiting for time limits of the server: ${names} (--skip slow leaves such cases out)`;
}

/** Whoever starts the server reads here where it is to dial. */
function awaited({ by, listening }: Extract<ConformanceEvent, { readonly type: "links-awaited" }>): string {
  const places = listening.map(({ name, address }) => `${name} at ${formatAddress(address)}`);
  return `waiting for the ${by} to dial: ${places.join(", ")}\n`;
}

function clear(isStyled: boolean): string {
  return isStyled ? "\r\u001b[K" : "";
}
