import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { ClientFileState, TransferFileType } from "../../codec/generated/enums.js";
import type { IMFilePullDataReq, IMFilePullDataRsp, IMFileState } from "../../codec/generated/messages.js";
import type { LinkHandler, PduLink } from "../../net/pdu-link.js";
import { type CommandHandlers, CommandIntake } from "../command-intake.js";
import type { FailureLog } from "../failure-log.js";
import type { ServerLog } from "../server-log.js";
import type { FileStore } from "./file-store.js";
import type { TaskTable } from "./task-table.js";
import type { TransferTask } from "./transfer-task.js";

/** FIL-06. */
const SEGMENT_SIZE_BYTES = 32_768;
const RESULT = { ok: 0, refused: 1 } as const;

interface Member {
  readonly task: TransferTask;
  readonly userId: number;
  readonly side: "sender" | "receiver";
  /** What a sender was asked for and has not answered, in the order asked. */
  readonly asked: Asked[];
}

interface Asked {
  readonly offset: number;
  readonly size: number;
  /** Of the receiver's question, in online mode; its answer carries it, too. */
  readonly seqNum: number;
}

/** PDUs of one connection that wait for the disk; a client that sends more at once is closed. */
const WAITING_MAX = 64;
/** Questions that a sender has not answered, in online mode; a receiver that asks more at once is closed. */
const ASKED_MAX = 64;

export interface FileClientsOptions {
  readonly loginTimeoutMs: number;
  readonly log: ServerLog;
  readonly failures: FailureLog;
}

/** The port for clients: FIL-04 … FIL-07. PDUs of one connection are handled one after the other. */
export class FileClients implements LinkHandler {
  readonly #members = new Map<PduLink, Member>();
  readonly #strangers = new Map<PduLink, NodeJS.Timeout>();
  readonly #work = new Map<PduLink, { readonly tail: Promise<void>; readonly waiting: number }>();
  readonly #intake: CommandIntake;
  bytesStored = 0;
  bytesPassedOn = 0;
  refused = 0;

  constructor(
    private readonly tasks: TaskTable,
    private readonly store: FileStore,
    private readonly options: FileClientsOptions,
  ) {
    this.#intake = new CommandIntake("file", options.log, this.#handlers());
  }

  accept(link: PduLink): LinkHandler {
    this.#strangers.set(
      link,
      setTimeout(() => link.close(), this.options.loginTimeoutMs),
    );
    return this;
  }

  onPdu(link: PduLink, bytes: Buffer, start: number, end: number): void {
    const commandId = this.#intake.note(link, bytes, start, end);
    if (commandId === CommandId.CID_OTHER_HEARTBEAT) return link.sendBytes(bytes, start, end);
    this.#intake.handle(link, commandId, bytes, start, end);
  }

  onClose(link: PduLink): void {
    this.#welcome(link);
    this.#work.delete(link);
    const member = this.#members.get(link);
    this.#members.delete(link);
    if (member === undefined) return;
    const { task, side } = member;
    if (task[side] !== link) return;
    task[side] = undefined;
    // FIL-05: an online transfer needs both. An offline one can be gone on with.
    if (task.isOnline && task.receivedBytes > 0) {
      task.opponentOf(link)?.close();
      this.tasks.forget(task);
    }
  }

  /** Resolves once no segment is being written any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.#work.values()].map(({ tail }) => tail));
  }

  counters(): Record<string, number> {
    const { bytesStored, bytesPassedOn, refused } = this;
    return { ...this.#intake.counters(), bytesStored, bytesPassedOn, refused, strangers: this.#strangers.size };
  }

  #handlers(): CommandHandlers {
    return {
      [CommandId.CID_FILE_LOGIN_REQ]: (link, body, seqNum) => this.#inTurn(link, () => this.#login(link, body, seqNum)),
      [CommandId.CID_FILE_STATE]: (link, body) => this.#inTurn(link, async () => this.#state(link, body)),
      [CommandId.CID_FILE_PULL_DATA_REQ]: (link, body, seqNum) =>
        this.#inTurn(link, () => this.#pull(link, body, seqNum)),
      [CommandId.CID_FILE_PULL_DATA_RSP]: (link, body) => {
        const answered = this.#members.get(link)?.asked.shift();
        // The bytes belong to the read buffer, which the next read overwrites.
        const owned = { ...body, file_data: Buffer.from(body.file_data) };
        this.#inTurn(link, () => this.#data(link, owned, answered));
      },
    };
  }

  /** Disk takes its time, and what a client sends meanwhile waits for its turn. */
  #inTurn(link: PduLink, handle: () => Promise<void>): void {
    const before = this.#work.get(link);
    const waiting = (before?.waiting ?? 0) + 1;
    if (waiting > WAITING_MAX) return link.close();
    const tail = (before?.tail ?? Promise.resolve())
      .then(() => (link.isOpen ? handle() : undefined))
      .catch((error: NodeJS.ErrnoException) => {
        this.options.failures.failed(error.code ?? error.message);
        link.close();
      });
    this.#work.set(link, { tail, waiting });
    void tail.then(() => {
      const now = this.#work.get(link);
      if (now?.tail === tail) this.#work.delete(link);
      else if (now !== undefined) this.#work.set(link, { ...now, waiting: now.waiting - 1 });
    });
  }

  /** FIL-04. */
  async #login(link: PduLink, body: CommandBody[typeof CommandId.CID_FILE_LOGIN_REQ], seqNum: number): Promise<void> {
    const { user_id: userId, task_id, file_role } = body;
    const task = this.#members.has(link) ? undefined : await this.tasks.find(task_id);
    // Gone while the disk was read: nobody would ever take it out again.
    if (!link.isOpen) return;
    const side = task?.sideOf(userId, file_role);
    const isEarly = task !== undefined && side === "receiver" && !task.isOnline && !task.isComplete;
    if (task === undefined || side === undefined || isEarly) {
      this.refused++;
      link.send(CommandId.CID_FILE_LOGIN_RES, { result_code: RESULT.refused, task_id }, seqNum);
      return link.close();
    }
    this.#welcome(link);
    // A connection that was lost without a word gives its place to the next.
    task[side]?.destroy();
    task[side] = link;
    task.lastUsedMs = performance.now();
    this.#members.set(link, { task, userId, side, asked: [] });
    link.send(CommandId.CID_FILE_LOGIN_RES, { result_code: RESULT.ok, task_id }, seqNum);
    if (task.isOnline) this.#introduce(task);
    else if (side === "sender") this.#askForMore(link, task);
  }

  #welcome(link: PduLink): void {
    clearTimeout(this.#strangers.get(link));
    this.#strangers.delete(link);
  }

  /** FIL-05: once both are in, the receiver hears that the sender is ready. */
  #introduce({ id, file, sender, receiver }: TransferTask): void {
    if (sender === undefined) return;
    receiver?.send(CommandId.CID_FILE_STATE, {
      state: ClientFileState.CLIENT_FILE_PEER_READY,
      task_id: id,
      user_id: file.fromUserId,
    });
  }

  /** FIL-05: how it ended is passed to the other side, then both are closed. */
  #state(link: PduLink, body: IMFileState): void {
    const member = this.#member(link, body.task_id, body.user_id);
    if (member === undefined || body.state === ClientFileState.CLIENT_FILE_PEER_READY) return;
    const { task } = member;
    const other = task.opponentOf(link);
    other?.send(CommandId.CID_FILE_STATE, body);
    other?.close();
    link.close();
    if (task.isOnline) this.tasks.forget(task);
  }

  async #pull(link: PduLink, body: IMFilePullDataReq, seqNum: number): Promise<void> {
    const member = this.#member(link, body.task_id, body.user_id);
    if (member === undefined || member.side !== "receiver") return this.#refusePull(link, body, seqNum);
    const { task } = member;
    task.lastUsedMs = performance.now();
    if (body.offset > task.file.sizeBytes) return this.#refusePull(link, body, seqNum);
    if (!task.isOnline) return this.#serve(link, task, body, seqNum);
    const { sender } = task;
    const asked = sender === undefined ? undefined : this.#members.get(sender)?.asked;
    if (sender === undefined || asked === undefined) return;
    if (asked.length >= ASKED_MAX) return this.#refusePull(link, body, seqNum);
    const { offset, data_size } = body;
    asked.push({ offset, size: Math.min(data_size, task.file.sizeBytes - offset), seqNum });
    sender.send(CommandId.CID_FILE_PULL_DATA_REQ, body, seqNum);
  }

  #refusePull(link: PduLink, { task_id, user_id, offset }: IMFilePullDataReq, seqNum: number): void {
    const file_data = Buffer.alloc(0);
    const answer = { result_code: RESULT.refused, task_id, user_id, offset, file_data };
    link.send(CommandId.CID_FILE_PULL_DATA_RSP, answer, seqNum);
    link.close();
  }

  /** FIL-06: a download may begin anywhere, and ends with DONE. */
  async #serve(link: PduLink, task: TransferTask, body: IMFilePullDataReq, seqNum: number): Promise<void> {
    const { task_id, user_id, offset, data_size } = body;
    const size = Math.min(data_size, SEGMENT_SIZE_BYTES, task.file.sizeBytes - offset);
    const file_data = size === 0 ? Buffer.alloc(0) : await this.store.read(task.id, offset, size);
    const answer = { result_code: RESULT.ok, task_id, user_id, offset, file_data };
    link.send(CommandId.CID_FILE_PULL_DATA_RSP, answer, seqNum);
    if (offset + file_data.length >= task.file.sizeBytes) this.#done(link, task);
  }

  /** @param asked the question that this answers */
  async #data(link: PduLink, body: IMFilePullDataRsp, asked: Asked | undefined): Promise<void> {
    const member = this.#member(link, body.task_id, body.user_id);
    // FIL-07: exactly what was asked for; anything else would not be the file that was announced.
    const fits = asked !== undefined && body.offset === asked.offset && body.file_data.length <= asked.size;
    if (member === undefined || member.side !== "sender" || !fits || body.result_code !== RESULT.ok) {
      this.refused++;
      return link.close();
    }
    const { task } = member;
    task.lastUsedMs = performance.now();
    if (task.isOnline) return this.#passOn(task, body, asked.seqNum);
    if (body.file_data.length === 0) return link.close();
    await this.store.write(task.id, body.offset, body.file_data);
    this.bytesStored += body.file_data.length;
    task.receivedBytes = body.offset + body.file_data.length;
    this.#askForMore(link, task);
  }

  /** FIL-05: under the seq_num of the question. */
  #passOn(task: TransferTask, body: IMFilePullDataRsp, seqNum: number): void {
    this.bytesPassedOn += body.file_data.length;
    task.receivedBytes = Math.max(task.receivedBytes, body.offset + body.file_data.length);
    task.receiver?.send(CommandId.CID_FILE_PULL_DATA_RSP, body, seqNum);
  }

  /** FIL-06: pulls the next segment from the uploader, from where an earlier connection stopped. */
  #askForMore(link: PduLink, task: TransferTask): void {
    if (task.isComplete) return this.#done(link, task);
    const offset = task.receivedBytes;
    const size = Math.min(SEGMENT_SIZE_BYTES, task.file.sizeBytes - offset);
    this.#members.get(link)?.asked.push({ offset, size, seqNum: 0 });
    link.send(CommandId.CID_FILE_PULL_DATA_REQ, {
      task_id: task.id,
      user_id: task.file.fromUserId,
      trans_mode: TransferFileType.FILE_TYPE_OFFLINE,
      offset,
      data_size: size,
    });
  }

  #done(link: PduLink, { id, file }: TransferTask): void {
    const state = ClientFileState.CLIENT_FILE_DONE;
    link.send(CommandId.CID_FILE_STATE, { state, task_id: id, user_id: file.fromUserId });
  }

  /** Who logged in on this connection, when that is who the body says. */
  #member(link: PduLink, taskId: string, userId: number): Member | undefined {
    const member = this.#members.get(link);
    return member !== undefined && member.task.id === taskId && member.userId === userId ? member : undefined;
  }
}
