import { CapturedPdu, type CaptureEvent, fileProblemText, SkippedBytes } from "../../codec/capture/capture-event.js";
import { CaptureDecoder, capturePdus } from "../../codec/capture/capture-pdus.js";
import type { CaptureFormat } from "../../codec/capture/detect-format.js";
import type { InputChunk } from "../../codec/input/read-hex-text.js";
import { LinkKinds } from "../../codec/record/pdu-direction.js";
import { damagedRecord, type PduOrigin } from "../../codec/record/pdu-record.js";
import type { DecodeItem } from "./decode-item.js";
import type { DecodeSettings } from "./decode-settings.js";
import { isoTime } from "./iso-time.js";
import { LinkNumbers } from "./link-numbers.js";
import { connectionText, SeenPdu } from "./seen-pdu.js";

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

/** The PDUs in packets that somebody pasted, in the order of the text. */
export function pastedPackets(packets: readonly InputChunk[], settings: DecodeSettings): readonly DecodeItem[] {
  const items: DecodeItem[] = [];
  const itemOf = captureItems(settings);
  const decoder = new CaptureDecoder(
    (event) => items.push(itemOf(event)),
    settings.ports === undefined ? {} : { ports: settings.ports },
  );
  for (const [index, { bytes, linkType }] of packets.entries()) {
    if (linkType !== undefined) decoder.onPacket({ number: index + 1, linkType, seconds: -1, nanos: 0, bytes });
  }
  decoder.end();
  return items;
}

/** Turns the events of one capture, in their order, into records and remarks. */
export function captureItems(settings: DecodeSettings): (event: CaptureEvent) => DecodeItem {
  const kinds = new LinkKinds();
  const linkOf = (settings.links ?? new LinkNumbers()).begin();
  return (event) => itemOf(event, kinds, linkOf, settings);
}

function itemOf(
  event: CaptureEvent,
  kinds: LinkKinds,
  linkOf: (connectionId: number) => number,
  settings: DecodeSettings,
): DecodeItem {
  if (event instanceof CapturedPdu) {
    const { connection, direction, buffer, start, end, offset } = event;
    const dir = kinds.directionOf(connection.id, connection.server.port, direction === "c2s", buffer, start, end);
    return new SeenPdu(
      buffer,
      start,
      end,
      offset,
      dir,
      kinds.listenerOf(connection.id),
      event,
      linkOf(connection.id),
      settings,
    );
  }
  if (event instanceof SkippedBytes) {
    const record = damagedRecord(event.bytes, event.message, originOf(event, settings));
    return { record, bytes: event.bytes, pdu: undefined, link: linkOf(event.connection.id) };
  }
  if (event.kind === "file-problem") return { remark: fileProblemText(event), isDetail: false, isProblem: true };
  return {
    remark: `${connectionText(event.connection, event.direction)}: ${event.firstLine ?? "no PDUs"}`,
    isDetail: false,
  };
}

function originOf(event: SkippedBytes, settings: DecodeSettings): PduOrigin {
  return {
    seq: settings.nextSeq(),
    time: isoTime(event.timeNs),
    conn: connectionText(event.connection, event.direction),
    dir: null,
    offset: event.offset,
  };
}
