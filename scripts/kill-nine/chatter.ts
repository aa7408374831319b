import { Device, type DeviceHandler } from "../../src/client/device.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../src/codec/generated/enums.js";
import type { ChatLedger } from "./chat-ledger.js";

const IN_FLIGHT_MAX = 4;
/** Unanswered for so long, a message may be stored or not: another may be said. An ack that comes all the same counts. */
const GIVEN_UP_AFTER_MS = 1_000;
const RECONNECT_AFTER_MS = 100;
const HISTORY_PAGE = 500;
const HISTORY_ATTEMPTS_MAX = 20;
const PASSWORD = "secret";

/** Where a chatter may log in. */
export interface ChatServer {
  readonly name: string;
  readonly port: number;
}

interface Sent {
  readonly toId: number;
  readonly isGroup: boolean;
  readonly text: string;
  readonly atMs: number;
}

/** One device of a user: chats, comes back whenever it is cut off, and writes down what it is promised and given. */
export class Chatter {
  acksSinceMark = 0;
  #isChatting = false;
  #hasLeft = false;
  #count = 0;
  #connections = 0;
  #server: ChatServer | undefined;
  readonly #inFlight = new Map<number, Sent>();
  readonly #givenUp = new Map<number, Sent>();
  readonly #device: Device;
  readonly name: string;

  constructor(
    readonly userId: number,
    clientType: "windows" | "android",
    private readonly peerId: number,
    private readonly groupId: number,
    private readonly host: string,
    private readonly servers: readonly ChatServer[],
    private readonly isKilled: (server: string) => boolean,
    private readonly ledger: ChatLedger,
    private readonly run: string,
  ) {
    this.name = `user${userId} on ${clientType}`;
    const handler: DeviceHandler = {
      onMessage: (_, { msg_data, msg_id }) => ledger.receive(this.name, this.#connections, msg_data.toString(), msg_id),
      onAck: (_, seqNum, { msg_id }) => this.#acked(seqNum, msg_id),
      onClose: (_, reason) => this.#closed(reason),
    };
    this.#device = new Device({ clientType, requestTimeoutMs: 3_000, connectTimeoutMs: 1_000 }, handler);
  }

  get isOnline(): boolean {
    return this.#device.isOpen && this.#device.userId !== 0;
  }

  /** Keeps the device logged in until it leaves, on whichever msg_server takes it. */
  async stayOnline(): Promise<void> {
    for (let attempt = this.userId; !this.#hasLeft; attempt++) {
      if (!this.isOnline) await this.#logIn(this.servers[attempt % this.servers.length] as ChatServer);
      await pause(RECONNECT_AFTER_MS);
    }
    this.#device.destroy();
  }

  leave(): void {
    this.#hasLeft = true;
  }

  async chat(): Promise<void> {
    this.#isChatting = true;
    while (this.#isChatting) {
      if (this.isOnline) this.#say();
      await pause(5);
    }
  }

  /** Resolves once each message is acked or given up. */
  async fallSilent(): Promise<void> {
    this.#isChatting = false;
    while (this.#inFlight.size > 0) {
      this.#giveUp();
      await pause(20);
    }
  }

  /** What is in a session from an id on, by id; asked again when the connection is cut meanwhile. */
  async history(sessionId: number, isGroup: boolean, downTo: number): Promise<Map<number, string>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#wholeHistory(sessionId, isGroup, downTo);
      } catch (error) {
        if (attempt === HISTORY_ATTEMPTS_MAX) throw error;
        await pause(RECONNECT_AFTER_MS * 5);
      }
    }
  }

  async #wholeHistory(sessionId: number, isGroup: boolean, downTo: number): Promise<Map<number, string>> {
    const found = new Map<number, string>();
    for (let begin = 0; ; ) {
      const { msg_list } = await this.#device.request(CommandId.CID_MSG_LIST_REQUEST, {
        user_id: this.userId,
        session_type: isGroup ? SessionType.SESSION_TYPE_GROUP : SessionType.SESSION_TYPE_SINGLE,
        session_id: sessionId,
        msg_id_begin: begin,
        msg_cnt: HISTORY_PAGE,
      });
      for (const { msg_id, msg_data } of msg_list) found.set(msg_id, msg_data.toString());
      begin = Math.min(...msg_list.map(({ msg_id }) => msg_id)) - 1;
      if (msg_list.length < HISTORY_PAGE || begin < downTo) return found;
    }
  }

  async #logIn(server: ChatServer): Promise<void> {
    this.#connections++;
    try {
      await this.#device.connect({ host: this.host, port: server.port });
      await this.#device.login({ userName: `user${this.userId}`, password: PASSWORD });
      this.#server = server;
    } catch {
      // Killed, or not ready again: the next attempt follows.
      this.#device.destroy();
    }
  }

  #closed(reason: string): void {
    this.#inFlight.clear();
    this.#givenUp.clear();
    const server = this.#server?.name;
    this.#server = undefined;
    if (server !== undefined && !this.#hasLeft && !this.isKilled(server)) {
      this.ledger.disturbed.push(`${this.name} lost its connection to ${server}: ${reason}`);
    }
  }

  #say(): void {
    this.#giveUp();
    while (this.#inFlight.size < IN_FLIGHT_MAX) {
      const isGroup = this.#count % 5 === 0;
      const text = `${this.run} ${this.name} ${++this.#count}`;
      const toId = isGroup ? this.groupId : this.peerId;
      const type = isGroup ? MsgType.MSG_TYPE_GROUP_TEXT : MsgType.MSG_TYPE_SINGLE_TEXT;
      const seqNum = this.#device.sendMessage(toId, type, Buffer.from(text));
      if (seqNum === 0) return;
      this.#inFlight.set(seqNum, { toId, isGroup, text, atMs: performance.now() });
    }
  }

  #acked(seqNum: number, msgId: number): void {
    const sent = this.#inFlight.get(seqNum) ?? this.#givenUp.get(seqNum);
    if (sent === undefined) return;
    this.#inFlight.delete(seqNum);
    this.#givenUp.delete(seqNum);
    this.acksSinceMark++;
    this.ledger.acked.push({ fromId: this.userId, toId: sent.toId, isGroup: sent.isGroup, msgId, text: sent.text });
  }

  #giveUp(): void {
    const deadline = performance.now() - GIVEN_UP_AFTER_MS;
    for (const [seqNum, sent] of this.#inFlight) {
      if (sent.atMs >= deadline) continue;
      this.#inFlight.delete(seqNum);
      this.#givenUp.set(seqNum, sent);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
