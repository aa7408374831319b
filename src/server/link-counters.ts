import type { PduListener } from "../net/listen.js";

/** OBS-02: what can be counted on the open connections of one port. */
export function linkCounters({ connections, refused }: PduListener): Record<string, number> {
  let [pdusIn, pdusOut, bytesIn, bytesOut, outboxBytes] = [0, 0, 0, 0, 0];
  for (const link of connections) {
    pdusIn += link.pdusIn;
    pdusOut += link.pdusOut;
    bytesIn += link.bytesIn;
    bytesOut += link.bytesOut;
    outboxBytes += link.outboxBytes;
  }
  return {
    connections: connections.size,
    connectionsRefused: refused,
    pdusIn,
    pdusOut,
    bytesIn,
    bytesOut,
    outboxBytes,
  };
}
