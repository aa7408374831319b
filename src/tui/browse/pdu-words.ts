import type { PduIndex } from "../../codec/analysis/pdu-index.js";
import type { Endpoint } from "../../codec/capture/tcp-connections.js";
import { type PduField, pduFields } from "../../codec/record/pdu-fields.js";
import { commandById, hexId } from "../../codec/registry.js";

const SUMMARY_FIELDS_MAX = 8;
/** A line shows the first fields; of a long list of users the rest need not be decoded for it. */
const SUMMARISED_MAX_BYTES = 400;

export function endpointText(end: Endpoint | undefined): string {
  if (end === undefined) return "?";
  return end.address.includes(":") ? `[${end.address}]:${end.port}` : `${end.address}:${end.port}`;
}

/** Sender, receiver, and whose connection it is: `127.0.0.1:51234 > 127.0.0.1:8000 user5`. */
export function connectionText(index: PduIndex, row: number): string {
  const { client, server, user } = index.connection(row);
  if (client === undefined) return "";
  const [from, to] = index.isTowardsServer(row) ? [client, server] : [server, client];
  return `${endpointText(from)} > ${endpointText(to)}${user === undefined ? "" : ` ${user.name}`}`;
}

/** `MSG_DATA`; the prefix that all share says nothing. */
export function shortName(commandId: number): string {
  return commandById(commandId)?.name.replace(/^CID_/, "") ?? `unknown ${hexId(commandId)}`;
}

/** What a PDU says, on one line: message content first, then its fields. */
export function summaryText(bytes: Buffer, textKey?: string): string {
  const isLong = bytes.length > SUMMARISED_MAX_BYTES;
  const beginning = isLong ? bytes.subarray(0, SUMMARISED_MAX_BYTES) : bytes;
  const fields = pduFields(beginning, textKey === undefined ? {} : { textKey }).filter(
    // What was cut off here is no problem of the PDU's.
    ({ kind }) => kind !== "header" && !(isLong && kind === "problem"),
  );
  const content = fields.flatMap(({ content: text }) => (text === null ? [] : [text]));
  const parts = fields.slice(0, SUMMARY_FIELDS_MAX).flatMap((field) => partOf(field));
  return [...content, ...parts].join(" ");
}

function partOf({ name, text, kind, fields }: PduField): string[] {
  if (kind === "problem") return [`${text}`];
  if (name === "msg_data" || name === "attach_data") return [];
  if (kind !== "message") return [`${name}=${text}`];
  return [`${name}{${fields.slice(0, 3).flatMap(partOf).join(" ")}${fields.length > 3 ? " …" : ""}}`];
}

/** Milliseconds to a second, seconds above: `3.2 ms`, `1.250 s`. */
export function durationText(micros: number): string {
  return micros < 1_000_000 ? `${(micros / 1000).toFixed(3)} ms` : `${(micros / 1_000_000).toFixed(3)} s`;
}
