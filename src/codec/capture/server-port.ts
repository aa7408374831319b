import { readCommandId } from "../pdu-header.js";
import { looksLikeHeader } from "../plausible-header.js";
import { commandById, linkKinds } from "../registry.js";

/** Ports that the servers of a deployment listen on by default, and the second msg_server of the shipped set-up (8001). */
const defaultServerPorts: ReadonlySet<number> = new Set([
  8000, 8001, 8008, 8080, 8100, 8200, 8400, 8500, 8600, 8601, 8700, 10600,
]);

export function isDefaultServerPort(port: number): boolean {
  return defaultServerPorts.has(port);
}

/** Which of two ports a server listens on, when nobody saw the connection being opened: a default one, else the lower. */
export function guessServerPort(one: number, other: number): number {
  if (isDefaultServerPort(one) !== isDefaultServerPort(other)) return isDefaultServerPort(one) ? one : other;
  return Math.min(one, other);
}

const dialled: ReadonlySet<string> = new Set(linkKinds.map(([dialler, listener]) => `${dialler}>${listener}`));

/** Whether bytes come from the side that dialled, where they begin with a PDU that only goes one way. */
export function isFromDialler(bytes: Buffer, start: number, end: number): boolean | undefined {
  if (!looksLikeHeader(bytes.subarray(start, end), 0)) return undefined;
  const ways = (commandById(readCommandId(bytes, start))?.directions ?? []).map((direction) => dialled.has(direction));
  return ways.every((way) => way === ways[0]) ? ways[0] : undefined;
}
