import type { PduTrace, Recorded, TracedConnection } from "../../client/pdu-trace.js";
import { pcapngHeader, pcapngPacket } from "../../codec/capture/pcapng-writer.js";
import type { StreamDirection } from "../../codec/capture/tcp-connections.js";
import { LINKTYPE_ETHERNET, TcpConversation } from "../../codec/capture/tcp-writer.js";

const wire = { name: "conform", description: "what a case sent and received, rebuilt from the bytes of its sockets" };

export interface CaptureFacts {
  /** When the trace began, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /** What readers of the file should know first: the section's comment. */
  readonly comment: string;
}

/**
 * A case's trace as a pcapng file. Addresses, ports, times and bytes are the real ones; Ethernet, IP and TCP headers around
 * them are made up. Links that were open before the case begin without a handshake, and what the trace has cut is a gap.
 */
export function caseCapture(trace: PduTrace, { startedAtMs, comment }: CaptureFacts): Buffer {
  const lost = trace.dropped === 0 ? "" : `\n${trace.dropped} more events were not kept`;
  const header = pcapngHeader(
    "teamtalk-testkit ttk conform",
    [{ ...wire, linkType: LINKTYPE_ETHERNET }],
    `${comment}${lost}`,
  );
  const conversations = new Map<TracedConnection, TcpConversation>();
  const conversationOf = (connection: TracedConnection) => {
    const known = conversations.get(connection);
    if (known !== undefined) return known;
    const { client, server } = connection;
    const started = new TcpConversation(
      { address: client.host, port: client.port },
      { address: server.host, port: server.port },
      conversations.size + 1,
    );
    conversations.set(connection, started);
    return started;
  };
  const blocks = trace.recorded.flatMap((entry) => {
    const packets = packetsOf(entry, conversationOf(entry.connection));
    const [seconds, nanos] = wallClock(startedAtMs + entry.atMs);
    return packets.map((packet) => pcapngPacket(0, seconds, nanos, packet));
  });
  return Buffer.concat([header, ...blocks]);
}

function packetsOf({ connection, event, content, length }: Recorded, conversation: TcpConversation): Buffer[] {
  const ours: StreamDirection = connection.plays === "client" ? "c2s" : "s2c";
  const theirs: StreamDirection = ours === "c2s" ? "s2c" : "c2s";
  if (event === "opened") return conversation.open();
  if (event === "closed") {
    const reason = content.toString();
    if (reason.startsWith("socket-error")) return conversation.reset(theirs);
    const order = reason === "peer-closed" ? [theirs, ours] : [ours, theirs];
    return order.flatMap((direction) => conversation.end(direction));
  }
  const direction = event === "sent" ? ours : theirs;
  const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
  const packets = conversation.data(direction, bytes);
  conversation.lose(direction, length - content.length);
  return packets;
}

/** A double holds the time since 1970 to a fraction of a microsecond; what is finer would be made up. */
function wallClock(ms: number): [seconds: number, nanos: number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.min(Math.floor((ms - seconds * 1000) * 1000), 999_999) * 1000];
}
