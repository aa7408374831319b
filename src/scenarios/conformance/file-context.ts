import type { PduPeer } from "../../client/peer.js";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { ClientFileRole, ClientFileState, TransferFileType } from "../../codec/generated/enums.js";
import type { IMFileTransferRsp } from "../../codec/generated/messages.js";
import { BaseContext } from "./base-context.js";
import { definer } from "./define-case.js";
import { expectEqual } from "./expect-that.js";

const { FILE_TYPE_ONLINE } = TransferFileType;
/** FIL-06: what a file_server pulls at a time. */
export const SEGMENT_BYTES = 32_768;
const RESULT_OK = 0;

/** A task at the file_server, and the two users that it is for. */
export interface Task {
  readonly id: string;
  readonly sender: number;
  readonly receiver: number;
  readonly size: number;
  readonly mode: TransferFileType;
}

/** What the bodies of a file_server's cases use: the suite plays a msg_server that makes tasks, and both clients. */
class FileContext extends BaseContext {
  #msgServer: PduPeer | undefined;

  async msgServer(): Promise<PduPeer> {
    this.#msgServer ??= await this.connectServer("msg_server");
    return this.#msgServer;
  }

  /** 0x0731 → 0x0732. */
  async announce(size: number, mode: TransferFileType, attach_data?: Buffer): Promise<IMFileTransferRsp> {
    const link = await this.msgServer();
    const seqNum = link.send(CommandId.CID_OTHER_FILE_TRANSFER_REQ, {
      from_user_id: this.unknownId(),
      to_user_id: this.unknownId(),
      file_name: "plan.pdf",
      file_size: size,
      trans_mode: mode,
      ...(attach_data === undefined ? {} : { attach_data }),
    });
    const { body } = await link.expect(CommandId.CID_OTHER_FILE_TRANSFER_RSP, (_, pdu) => pdu.seqNum === seqNum, {
      what: `with seq_num ${seqNum}`,
    });
    return body;
  }

  /** A task to be used; a case whose task cannot be made is blocked, because it judges something else. */
  async task(size: number, mode: TransferFileType): Promise<Task> {
    const made = await this.precondition("no task can be made", this.announce(size, mode));
    const { task_id = "", from_user_id: sender, to_user_id: receiver } = made;
    if (made.result_code !== RESULT_OK || task_id === "") {
      return this.block(`no task can be made: result_code ${made.result_code}, task_id "${task_id}"`);
    }
    return { id: task_id, sender, receiver, size, mode };
  }

  /** 0x0501 of a client on a connection of its own. */
  async enter(task_id: string, user_id: number, file_role: ClientFileRole) {
    const client = await this.connect("clients", `user ${user_id}`);
    const seqNum = client.send(CommandId.CID_FILE_LOGIN_REQ, { user_id, task_id, file_role });
    const { body } = await client.expect(CommandId.CID_FILE_LOGIN_RES, (_, pdu) => pdu.seqNum === seqNum, {
      what: `with seq_num ${seqNum}`,
    });
    return { client, body };
  }

  async sender(task: Task): Promise<PduPeer> {
    const { CLIENT_REALTIME_SENDER, CLIENT_OFFLINE_UPLOAD } = ClientFileRole;
    return this.#member(
      task,
      task.sender,
      task.mode === FILE_TYPE_ONLINE ? CLIENT_REALTIME_SENDER : CLIENT_OFFLINE_UPLOAD,
    );
  }

  async receiver(task: Task): Promise<PduPeer> {
    const { CLIENT_REALTIME_RECVER, CLIENT_OFFLINE_DOWNLOAD } = ClientFileRole;
    const role = task.mode === FILE_TYPE_ONLINE ? CLIENT_REALTIME_RECVER : CLIENT_OFFLINE_DOWNLOAD;
    return this.#member(task, task.receiver, role);
  }

  /** Both sides of an online transfer, once the receiver has been told so (FIL-05). */
  async pair(task: Task): Promise<{ sender: PduPeer; receiver: PduPeer }> {
    const receiver = await this.receiver(task);
    const sender = await this.sender(task);
    await this.precondition("the sides of a transfer are not introduced", expectPeerReady(receiver, task));
    return { sender, receiver };
  }

  /** Answers what the server pulls until it says DONE; returns the offsets that it asked for. */
  async upload(client: PduPeer, task: Task, content: Buffer): Promise<number[]> {
    const offsets: number[] = [];
    while (offsets.reduce((total) => total + SEGMENT_BYTES, 0) < content.length) {
      const { body, seqNum } = await client.expect(CommandId.CID_FILE_PULL_DATA_REQ);
      offsets.push(body.offset);
      const { task_id, user_id, offset, data_size } = body;
      expectEqual("task_id and user_id of the pull", [task_id, user_id], [task.id, task.sender]);
      const file_data = content.subarray(offset, offset + data_size);
      const segment = { result_code: RESULT_OK, task_id, user_id, offset, file_data };
      client.send(CommandId.CID_FILE_PULL_DATA_RSP, segment, { seqNum });
    }
    await expectState(client, task, ClientFileState.CLIENT_FILE_DONE);
    return offsets;
  }

  /** Pulls one segment. */
  async pull(
    client: PduPeer,
    task: Task,
    offset: number,
  ): Promise<CommandBody[typeof CommandId.CID_FILE_PULL_DATA_RSP]> {
    const seqNum = client.send(CommandId.CID_FILE_PULL_DATA_REQ, {
      task_id: task.id,
      user_id: task.receiver,
      trans_mode: task.mode,
      offset,
      data_size: Math.min(SEGMENT_BYTES, task.size - offset),
    });
    const { body } = await client.expect(CommandId.CID_FILE_PULL_DATA_RSP, (_, pdu) => pdu.seqNum === seqNum, {
      what: `with seq_num ${seqNum}`,
    });
    return body;
  }

  /** Bytes that differ from place to place and from case to case. */
  content(size: number): Buffer {
    const bytes = Buffer.alloc(size);
    let state = 1 + Math.floor(this.random() * 0x7fff_fffe);
    for (let at = 0; at < size; at++) {
      state = (state * 48_271) % 0x7fff_ffff;
      bytes[at] = state & 0xff;
    }
    return bytes;
  }

  async #member(task: Task, userId: number, role: ClientFileRole): Promise<PduPeer> {
    const { client, body } = await this.precondition("a side cannot log in", this.enter(task.id, userId, role));
    if (body.result_code !== RESULT_OK)
      return this.block(`user ${userId} cannot log in: result_code ${body.result_code}`);
    return client;
  }
}

export const defineFileCase = definer("file", FileContext);

export async function expectState(client: PduPeer, { id }: Task, state: ClientFileState): Promise<void> {
  await client.expect(CommandId.CID_FILE_STATE, (body) => body.task_id === id && body.state === state, {
    what: `state ${state}`,
  });
}

/** 0x0503: to the receiver, in the name of the sender (FIL-05). */
export async function expectPeerReady(receiver: PduPeer, task: Task): Promise<void> {
  await receiver.expect(
    CommandId.CID_FILE_STATE,
    ({ state, task_id, user_id }) =>
      state === ClientFileState.CLIENT_FILE_PEER_READY && task_id === task.id && user_id === task.sender,
    { what: `PEER_READY of user ${task.sender}` },
  );
}
