import { CapturedPdu, type CaptureEvent, SkippedBytes } from "../../codec/capture/capture-event.js";
import { capturePdus } from "../../codec/capture/capture-pdus.js";
import type { CaptureFormat } from "../../codec/capture/detect-format.js";
import type { Connection, Endpoint } from "../../codec/capture/tcp-connections.js";
import { readCommandId } from "../../codec/pdu-header.js";
import { LinkKinds } from "../../codec/record/pdu-direction.js";
import { type PduDirection, type PduOrigin, recordOf, skippedRecord } from "../../codec/record/pdu-record.js";
import { recordJson } from "../../codec/record/record-json.js";
import type { DecodeItem, DecodeSettings } from "./decode-item.js";
import { isoTime } from "./iso-time.js";

/** A capture's PDUs in the order in which their last bytes were captured; memory stays flat. */
export async function* captureRecords(
  format: CaptureFormat,
  chunks: AsyncIterable<Buffer>,
  settings: DecodeSettings,
): AsyncGenerator<readonly DecodeItem[]> {
  const itemOf = captureItems(settings);
  const batches = capturePdus(format, chunks, settings.ports === undefined ? {} : { ports: settings.ports });
  let next = await batches.next();
  for (; next.done !== true; next = await batches.next()) {
    yield next.value.map(itemOf);
  }
  const { packets, pdus, connections, ignoredPackets } = next.value;
  const ignored = ignoredPackets === 0 ? "" : `, ${ignoredPackets} packets without TCP`;
  yield [{ remark: `${packets} packets, ${connections} connections, ${pdus} PDUs${ignored}`, isDetail: false }];
}

/** Turns the events of one capture, in their order, into records and remarks. */
export function captureItems(settings: DecodeSettings): (event: CaptureEvent) => DecodeItem {
  const kinds = new LinkKinds();
  return (event) => itemOf(event, kinds, settings);
}

function itemOf(event: CaptureEvent, kinds: LinkKinds, settings: DecodeSettings): DecodeItem {
  if (event instanceof CapturedPdu) {
    const { connection, direction } = event;
    const commandId = readCommandId(event.buffer, event.start);
    const dir = kinds.directionOf(String(connection.id), connection.server.port, direction === "c2s", commandId);
    const origin = originOf(event, dir, settings);
    if (settings.onlyJson) return recordJson(event.bytes, origin, settings);
    return { record: recordOf(event.bytes, origin, settings) };
  }
  if (event instanceof SkippedBytes) {
    return { record: skippedRecord(event.message, originOf(event, null, settings)) };
  }
  if (event.kind === "file-problem")
    return { remark: `byte ${event.offset} of the file: ${event.message}`, isDetail: false };
  return {
    remark: `${connectionText(event.connection, event.direction)}: ${event.firstLine ?? "no PDUs"}`,
    isDetail: false,
  };
}

function originOf(event: CapturedPdu | SkippedBytes, dir: PduDirection | null, settings: DecodeSettings): PduOrigin {
  return {
    seq: settings.nextSeq(),
    time: isoTime(event.timeNs),
    conn: connectionText(event.connection, event.direction),
    dir,
    offset: event.offset,
  };
}

function connectionText({ client, server }: Connection, direction: "c2s" | "s2c"): string {
  const [from, to] = direction === "c2s" ? [client, server] : [server, client];
  return `${endpointText(from)}>${endpointText(to)}`;
}

function endpointText({ address, port }: Endpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
