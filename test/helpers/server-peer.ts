import { decodeBody } from "../../src/codec/body-codec.js";
import { type CommandBody, CommandId } from "../../src/codec/generated/commands.js";
import { HEADER_SIZE, readCommandId, readSeqNum, serverLimits } from "../../src/codec/pdu-header.js";
import { hexId } from "../../src/codec/registry.js";
import type { Address } from "../../src/net/address.js";
import { dial } from "../../src/net/dial.js";
import type { CloseReason, LinkOptions, PduLink } from "../../src/net/pdu-link.js";

export interface ReceivedPdu {
  readonly commandId: number;
  readonly seqNum: number;
  readonly bytes: Buffer;
}

const DEADLINE_MS = 5000;

/** Another server, or a client, as a test plays it: sends what it likes and awaits what comes back. */
export class ServerPeer {
  /** What has come and not been taken yet, heartbeats excepted. */
  readonly #inbox: ReceivedPdu[] = [];
  #wake: () => void = () => {};
  closed: CloseReason | undefined;
  heartbeats = 0;
  link!: PduLink;

  static async dial(address: Address, options: Partial<LinkOptions> = {}): Promise<ServerPeer> {
    const peer = new ServerPeer();
    peer.link = await dial(
      address,
      { limits: serverLimits, ...options },
      {
        onPdu: (_, bytes, start, end) => {
          const commandId = readCommandId(bytes, start);
          if (commandId === CommandId.CID_OTHER_HEARTBEAT) peer.heartbeats++;
          else {
            const copy = Buffer.from(bytes.subarray(start, end));
            peer.#inbox.push({ commandId, seqNum: readSeqNum(copy), bytes: copy });
          }
          peer.#wake();
        },
        onClose: (_, reason) => {
          peer.closed = reason;
          peer.#wake();
        },
      },
    );
    return peer;
  }

  send<C extends CommandId>(commandId: C, body: CommandBody[C], seqNum = 0): void {
    this.link.send(commandId, body, seqNum);
  }

  /** The next PDU, whatever it is. */
  async next(): Promise<ReceivedPdu> {
    await this.until(() => this.#inbox.length > 0, "a PDU");
    return this.#inbox.shift() as ReceivedPdu;
  }

  /** The next PDU, left where it is. */
  async peek(): Promise<ReceivedPdu> {
    await this.until(() => this.#inbox.length > 0, "a PDU");
    return this.#inbox[0] as ReceivedPdu;
  }

  /** The body of the next PDU, which must be this command with this seq_num. */
  async expect<C extends CommandId>(commandId: C, seqNum = 0): Promise<CommandBody[C]> {
    const pdu = await this.next();
    if (pdu.seqNum !== seqNum) throw new Error(`expected seq_num ${seqNum}, got ${pdu.seqNum}`);
    if (pdu.commandId !== commandId) throw new Error(`expected ${hexId(commandId)}, got ${hexId(pdu.commandId)}`);
    return decodeBody(commandId, pdu.bytes, HEADER_SIZE);
  }

  /** Takes everything that has come so far. */
  takeAll(): ReceivedPdu[] {
    return this.#inbox.splice(0);
  }

  async untilClosed(): Promise<CloseReason> {
    await this.until(() => this.closed !== undefined, "the connection's end");
    return this.closed as CloseReason;
  }

  async untilHeartbeat(): Promise<void> {
    const before = this.heartbeats;
    await this.until(() => this.heartbeats > before, "a heartbeat");
  }

  private async until(holds: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!holds()) {
      if (this.closed !== undefined) throw new Error(`closed (${this.closed}) while waiting for ${what}`);
      const remainingMs = deadline - performance.now();
      if (remainingMs <= 0) throw new Error(`no sign of ${what} within ${DEADLINE_MS} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, remainingMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
