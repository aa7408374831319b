import { pcapngHeader, pcapngPacket } from "../codec/capture/pcapng-writer.js";
import type { StreamDirection } from "../codec/capture/tcp-connections.js";
import { LINKTYPE_ETHERNET, TcpConversation } from "../codec/capture/tcp-writer.js";
import type { Address } from "../net/address.js";
import type { CloseKind, TapObserver, TappedConnection } from "./tap-observer.js";

/** Which of a tap's two connections a recording shows: the client's, with what the client saw, or the upstream's. */
export type RecordedSide = "client" | "server";

const interfaces = {
  client: { name: "client side", description: "between clients and ttk tap, rebuilt from the bytes of its sockets" },
  server: {
    name: "server side",
    description: "between ttk tap and the servers, rebuilt from the bytes of its sockets",
  },
} as const;

/**
 * Makes a pcapng file of what passes a tap. Addresses, ports, times and bytes are the real ones; Ethernet, IP and TCP headers
 * around them are made up, for a proxy sees none.
 */
export class TrafficRecording implements TapObserver {
  readonly #open = new Map<number, readonly [RecordedSide, TcpConversation][]>();

  constructor(
    private readonly sides: readonly RecordedSide[],
    /** Milliseconds since 1970, with fractions. */
    private readonly wallMs: () => number,
    /** Takes the file's bytes, in order. */
    private readonly write: (bytes: Buffer) => void,
  ) {
    write(
      pcapngHeader(
        "teamtalk-testkit ttk tap",
        sides.map((side) => ({ ...interfaces[side], linkType: LINKTYPE_ETHERNET })),
      ),
    );
  }

  onOpen(connection: TappedConnection): void {
    const conversations = this.sides.map((side): [RecordedSide, TcpConversation] => {
      const [from, to] = endsOf(connection, side);
      return [side, new TcpConversation(endpoint(from), endpoint(to), connection.id * 2 + (side === "server" ? 1 : 0))];
    });
    this.#open.set(connection.id, conversations);
    this.#record(
      connection,
      () => true,
      (conversation) => conversation.open(),
    );
  }

  onReceived(connection: TappedConnection, direction: StreamDirection, bytes: Buffer): void {
    this.#record(
      connection,
      (side) => side === senderSide(direction),
      (each) => each.data(direction, bytes),
    );
  }

  onSent(connection: TappedConnection, direction: StreamDirection, bytes: Buffer): void {
    this.#record(
      connection,
      (side) => side !== senderSide(direction),
      (each) => each.data(direction, bytes),
    );
  }

  onEnd(connection: TappedConnection, direction: StreamDirection, where: "received" | "sent"): void {
    const isThere = (side: RecordedSide) => (side === senderSide(direction)) === (where === "received");
    this.#record(connection, isThere, (conversation) => conversation.end(direction));
  }

  onClose(connection: TappedConnection, how: CloseKind): void {
    if (how !== "ended") {
      this.#record(
        connection,
        () => true,
        (conversation, side) => conversation.reset(resetDirection(how, side)),
      );
    }
    this.#open.delete(connection.id);
  }

  #record(
    { id }: TappedConnection,
    isFor: (side: RecordedSide) => boolean,
    packetsOf: (conversation: TcpConversation, side: RecordedSide) => readonly Buffer[],
  ): void {
    const wallMs = this.wallMs();
    const seconds = Math.floor(wallMs / 1000);
    // A double holds the time since 1970 to a fraction of a microsecond; what is finer would be made up.
    const nanos = Math.min(Math.floor((wallMs - seconds * 1000) * 1000), 999_999) * 1000;
    for (const [side, conversation] of this.#open.get(id) ?? []) {
      if (!isFor(side)) continue;
      const interfaceId = this.sides.indexOf(side);
      for (const packet of packetsOf(conversation, side)) {
        this.write(pcapngPacket(interfaceId, seconds, nanos, packet));
      }
    }
  }
}

function endsOf(
  { client, listen, local, upstream }: TappedConnection,
  side: RecordedSide,
): readonly [Address, Address] {
  return side === "client" ? [client, listen] : [local, upstream];
}

function endpoint({ host, port }: Address): { address: string; port: number } {
  return { address: host, port };
}

/** Where the sender of a direction is connected to. */
function senderSide(direction: StreamDirection): RecordedSide {
  return direction === "c2s" ? "client" : "server";
}

/** Who sends the RST: the side that broke off, or the tap. */
function resetDirection(how: CloseKind, side: RecordedSide): StreamDirection {
  if (side === "client") return how === "client-reset" ? "c2s" : "s2c";
  return how === "server-reset" ? "s2c" : "c2s";
}
