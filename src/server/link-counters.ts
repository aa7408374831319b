import { hexId } from "../codec/registry.js";
import { addTo, type PduListener } from "../net/listen.js";

/** OBS-02: what can be counted on the connections of one port, those that are gone included. */
export function linkCounters(listener: PduListener): Record<string, number> {
  const totals = { ...listener.gone };
  let outboxBytes = 0;
  for (const link of listener.connections) {
    addTo(totals, link);
    outboxBytes += link.outboxBytes;
  }
  const sentBy = [...listener.sent.entries()].map(([id, count]) => [`pdusOutBy.${hexId(id)}`, count] as const);
  return {
    connections: listener.connections.size,
    connectionsAccepted: listener.accepted,
    connectionsRefused: listener.refused,
    connectionsOverRate: listener.overRate,
    connectionsNotReading: listener.droppedUnread,
    connectionsBrokeProtocol: listener.brokeProtocol,
    ...totals,
    outboxBytes,
    ...Object.fromEntries(sentBy),
  };
}
