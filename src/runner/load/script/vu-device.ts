import { type ClientTypeName, clientTypes, isMobile } from "../../../client/client-type.js";
import { CommandId } from "../../../codec/generated/commands.js";
import { SessionType } from "../../../codec/generated/enums.js";
import type { ExtraPull } from "../../../scenarios/load/extra-pulls.js";
import { directoryOf } from "../devices/directory.js";
import { makeGroup } from "../devices/make-groups.js";
import type { VirtualDevice } from "../devices/virtual-device.js";
import { TOKEN_SIZE_BYTES, textIn } from "../oracle/message-token.js";
import type { ReceivedMessage } from "./message-desk.js";
import { SentMessage } from "./sent-message.js";
import type { VuContext } from "./vu-context.js";
import { type Group, type Person, type Recipient, targetOf } from "./vu-people.js";
import type { Waits } from "./waits.js";

/** A message of a chat's history. */
export interface HistoryMessage {
  readonly msgId: number;
  readonly fromUserId: number;
  /** What was sent, without the token that proves delivery. */
  readonly text: string;
}

const RETRY_MS = 20;
const ONLINE_TIMEOUT_S = 30;
const RECEIVE_TIMEOUT_S = 10;
const HISTORY_COUNT = 20;
const TEXT_BYTES_MAX = 4096 - TOKEN_SIZE_BYTES;
const NEWEST = 0;

/** The place of a kind of device among a user's: a server keeps one PC and one phone (LGN-09). */
function placeOf(type: ClientTypeName): number {
  return isMobile(clientTypes[type]) ? 1 : 0;
}

/**
 * One device of one user of a virtual user. Connects as the shipped clients do, sends heartbeats, acknowledges what it
 * gets, and comes back by itself after a lost connection. What it sends is accounted for by the delivery oracle.
 */
export class VuDevice {
  readonly #index: number;

  constructor(
    private readonly context: VuContext,
    private readonly waits: Waits,
    /** How late the iteration began; what it does counts from when it was meant to. */
    private readonly lateMs: () => number,
    readonly person: Person,
    readonly type: ClientTypeName,
  ) {
    this.#index = person.user * context.devicesPerUser + placeOf(type);
  }

  /** Logged in; between a lost connection and the next login it is not. */
  get isOnline(): boolean {
    return this.context.sessions.isOnline(this.#index) && this.#device.options.clientType === this.type;
  }

  /**
   * Connects, logs in and makes the seven pulls; nothing when the device is online already. Of many who want to at once,
   * `--starting` do, and the others wait for their turn, from which their latency counts.
   * @throws Error when it cannot, or when the user's other device of this class is online
   */
  login(): Promise<this> {
    return this.waits.fairly(() => this.#login());
  }

  async #login(): Promise<this> {
    const { sessions, signal } = this.context;
    if (this.isOnline) return this;
    // It may still be leaving, or be on its way to come back by itself.
    const isSettled = () => sessions.isAway(this.#index) || sessions.isOnline(this.#index);
    await this.#until(isSettled, ONLINE_TIMEOUT_S, `${this.person.name}/${this.type} did not come online`);
    if (this.isOnline) return this;
    if (sessions.isOnline(this.#index)) {
      const other = this.#device.options.clientType;
      throw new Error(`${this.person.name} is online on ${other}: log it out first, or the server kicks it (LGN-10)`);
    }
    sessions.become(this.#index, this.type);
    await this.waits.promised(sessions.startInTurn(this.#index, signal));
    if (!this.isOnline) throw new Error(`${this.person.name}/${this.type} did not come online`);
    return this;
  }

  /** LGN-13. */
  logout(): Promise<void> {
    return this.waits.fairly(() => this.#logout());
  }

  async #logout(): Promise<void> {
    const { sessions } = this.context;
    this.waits.check();
    if (!this.isOnline) return;
    sessions.logOut(this.#index);
    await this.#until(() => sessions.isAway(this.#index), ONLINE_TIMEOUT_S, "the server did not close the connection");
  }

  /** Loses the connection without a word, as a phone in a tunnel does; the device comes back by itself after a back-off. */
  cut(): void {
    this.waits.check();
    this.context.sessions.cut(this.#index);
  }

  /**
   * Sends a message and waits for the server's ack (MSG-01). Waits before that while the last one to the same recipient is
   * unacknowledged, or the server's limit for a connection leaves no room (MSG-08); the latency counts from the call.
   * @throws Error when there is no ack: the device is offline, or the server gave none in time; or when somebody is to get
   * it whom another segment has, and the segments do not run together yet, or no more
   */
  send(to: Recipient, text?: string): Promise<SentMessage> {
    return this.waits.fairly(() => this.#send(to, text));
  }

  async #send(to: Recipient, text: string | undefined): Promise<SentMessage> {
    const { messenger, desk, now } = this.context;
    if (text !== undefined) requireText(text);
    const target = targetOf(to);
    if (to.kind === "user" && target === this.person.user) {
      throw new Error(`${this.person.name} cannot write to itself: servers ignore that (MSG-07)`);
    }
    const intendedMs = now() - this.lateMs();
    this.waits.check();
    if (!messenger.reaches(target)) {
      throw new Error(
        `${to.name} is in another segment, which setup and teardown cannot write to: it may not be there`,
      );
    }
    if (to.kind === "user" && messenger.userIdOf(target) === 0) await this.#learnIds();
    while (!messenger.canSend(this.#index, target)) {
      if (!this.isOnline) throw new Error(`${this.person.name}/${this.type} is not online`);
      if (messenger.userIdOf(target) === 0) throw new Error(`${to.name} is not known to the server`);
      await this.#sleep(RETRY_MS);
    }
    messenger.intendedMs = intendedMs;
    const tracked = desk.track(this.#index, messenger.sendOwnText(this.#index, target, text));
    const msgId = await this.waits.for<number>((done) => {
      tracked.acked = done;
    });
    return new SentMessage(this.waits, this.context, tracked, msgId, now() - intendedMs);
  }

  /**
   * The oldest message that has come and was not taken yet, or the next one; a device keeps its last 32.
   * @throws Error when none comes in time
   */
  async receive(timeoutSeconds = RECEIVE_TIMEOUT_S): Promise<ReceivedMessage> {
    const { desk, sleepers, now } = this.context;
    return this.waits.for<ReceivedMessage>((done) => {
      let wakeNot = () => {};
      const takeNot = desk.take(this.#index, (message) => {
        wakeNot();
        done({ value: message });
      });
      wakeNot = sleepers.sleep(now() + timeoutSeconds * 1000, () => {
        takeNot();
        done({ error: `no message came to ${this.person.name}/${this.type} in ${timeoutSeconds} s` });
      });
    });
  }

  /** Reads a message: everything of its session up to it (MSG-14). */
  read(message: ReceivedMessage): void {
    this.waits.check();
    this.context.messenger.readAck(this.#index, message.session, message.msgId);
  }

  /** Pulls a list once more (PUL), as a client does that opens it. @throws Error */
  pull(name: Exclude<ExtraPull, "history">): Promise<void> {
    return this.waits.fairly(() => this.#pull(name));
  }

  async #pull(name: Exclude<ExtraPull, "history">): Promise<void> {
    const intendedMs = this.context.now() - this.lateMs();
    for (;;) {
      this.waits.check();
      if (!this.isOnline) throw new Error(`${this.person.name}/${this.type} is not online`);
      const asked = this.context.sessions.pullNow(this.#index, name, this.#device.userId, intendedMs);
      if (asked !== undefined) return this.waits.promised(asked);
      // The device asks for something else: one question at a time, as the shipped clients do.
      await this.#sleep(RETRY_MS);
    }
  }

  /** The newest messages of the chat with a person, or of a group (MSG-15). @throws Error */
  async history(of: Recipient, count = HISTORY_COUNT): Promise<HistoryMessage[]> {
    const { messenger, metrics, now } = this.context;
    const intendedMs = now() - this.lateMs();
    if (messenger.userIdOf(targetOf(of)) === 0) await this.#learnIds();
    const answer = await this.waits.promised(
      this.#device.request(CommandId.CID_MSG_LIST_REQUEST, {
        user_id: this.#device.userId,
        session_type: of.kind === "group" ? SessionType.SESSION_TYPE_GROUP : SessionType.SESSION_TYPE_SINGLE,
        session_id: messenger.userIdOf(targetOf(of)),
        msg_id_begin: NEWEST,
        msg_cnt: count,
      }),
    );
    metrics.pullDone(this.person.user, "history", now() - intendedMs);
    return answer.msg_list.map(({ msg_id, from_session_id, msg_data }) => ({
      msgId: msg_id,
      fromUserId: from_session_id,
      text: msg_data.length >= TOKEN_SIZE_BYTES ? textIn(msg_data) : msg_data.toString(),
    }));
  }

  /**
   * Makes a temporary group (GRP-01) of this user and others. Whoever is online later gets what is written to it.
   * @throws Error also for members whom another segment has, unless it would hear of the group
   */
  async createGroup(name: string, others: readonly Person[]): Promise<Group> {
    const { messenger } = this.context;
    const members = [...new Set([this.person.user, ...others.map(({ user }) => user)])];
    const far = members.find((user) => !messenger.isOwn(user));
    if (far !== undefined && !this.context.reachesAll()) {
      throw new Error(
        `${messenger.nameOf(far)} is in another segment, which does not hear of this group: vu.peopleHere`,
      );
    }
    if (members.some((user) => messenger.userIdOf(user) === 0)) await this.#learnIds();
    const unknown = members.find((user) => messenger.userIdOf(user) === 0);
    if (unknown !== undefined) throw new Error(`${messenger.nameOf(unknown)} is not known to the server`);
    const ids = members.map((user) => messenger.userIdOf(user));
    const groupId = await this.waits.promised(makeGroup(this.#device, name, ids));
    return { kind: "group", target: messenger.addGroup(members, groupId), groupId, name };
  }

  get #device(): VirtualDevice {
    return this.context.sessions.devices[this.#index] as VirtualDevice;
  }

  /** The directory says what the server calls those who have not logged in yet. */
  async #learnIds(): Promise<void> {
    const { messenger, users } = this.context;
    const ids = await this.waits.promised(directoryOf(this.#device));
    for (let user = 0; user < users; user++) messenger.learnUserId(user, ids.get(messenger.nameOf(user)) ?? 0);
  }

  #sleep(ms: number): Promise<void> {
    const { sleepers, now } = this.context;
    return this.waits.for<void>((done) => {
      sleepers.sleep(now() + ms, () => done({ value: undefined }));
    });
  }

  async #until(holds: () => boolean, timeoutSeconds: number, otherwise: string): Promise<void> {
    this.waits.check();
    const deadlineMs = this.context.now() + timeoutSeconds * 1000;
    while (!holds()) {
      if (this.context.now() >= deadlineMs) throw new Error(`${otherwise} in ${timeoutSeconds} s`);
      await this.#sleep(RETRY_MS);
    }
  }
}

/** @throws RangeError */
function requireText(text: string): void {
  if (text.includes("\0")) throw new RangeError("a text cannot hold NUL: servers cut there (MSG-05)");
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX) throw new RangeError(`a text has at most ${TEXT_BYTES_MAX} bytes`);
}
