import { ClientError } from "../../client/client-error.js";
import type { Credentials, Device } from "../../client/device.js";
import type { PullName } from "../../client/pull-all.js";
import { type RequestId, responseOf } from "../../client/requests.js";
import { decodeBody } from "../../codec/body-codec.js";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { SessionType } from "../../codec/generated/enums.js";
import type { GroupVersionInfo } from "../../codec/generated/messages.js";
import { HEADER_SIZE } from "../../codec/pdu-header.js";
import { hexId } from "../../codec/registry.js";
import type { ExtraPull } from "./extra-pulls.js";
import { knownUserIds } from "./known-user-ids.js";

export type StartUpStep = "login" | PullName | ExtraPull;

/** Called when a step is done. */
export type StepDone = (step: StartUpStep, durationMs: number) => void;

/** What a device does between connecting and acting. One object serves all devices of a run. */
export interface StartUp {
  /** @throws ClientError */
  run(device: Device, credentials: Credentials, done: StepDone): Promise<void>;
  /** The run passes on what its devices receive and do not understand themselves. */
  onOther(device: Device, commandId: number, seqNum: number, bytes: Buffer, start: number, end: number): void;
  onClose(device: Device): void;
  /** Pulls once more; `history` is that of the chat with the peer. `undefined` while the device waits for another answer. */
  pullAgain(device: Device, name: ExtraPull, peerId: number): Promise<void> | undefined;
}

/** Gets the body of an answer, as a view that is valid during the call. */
type Take = (answer: Buffer) => void;

interface Awaited {
  readonly answerId: CommandId;
  readonly seqNum: number;
  readonly take: Take;
  readonly fail: (error: ClientError) => void;
}

const PULL_TIMEOUT_MS = 30_000;
/** A first login: everything is pulled. */
const FROM_THE_BEGINNING = 0;
const NEWEST = 0;
const MESSAGES_PER_PAGE = 20;

/**
 * As the shipped clients do: log in, then seven pulls (PUL). Unlike client/pull-all.ts it looks into an answer only for
 * what the next pull needs, which lets one process start thousands of devices.
 */
export class ShippedStartUp implements StartUp {
  readonly #awaited = new Map<Device, Awaited>();

  async run(device: Device, credentials: Credentials, done: StepDone): Promise<void> {
    const startedMs = performance.now();
    await device.login(credentials);
    done("login", performance.now() - startedMs);

    const user_id = device.userId;
    const sinceEver = { user_id, latest_update_time: FROM_THE_BEGINNING };
    const pull = async <C extends RequestId>(
      name: PullName,
      commandId: C,
      body: CommandBody[C],
      take: Take = ignore,
    ) => {
      const askedMs = performance.now();
      await this.#ask(device, commandId, body, take);
      done(name, performance.now() - askedMs);
    };
    await pull("departments", CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, sinceEver);
    let user_id_list: number[] = [];
    await pull("users", CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, sinceEver, (answer) => {
      user_id_list = knownUserIds(answer);
    });
    let group_version_list: GroupVersionInfo[] = [];
    await pull("groups", CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id }, (answer) => {
      const groups = decodeBody(CommandId.CID_GROUP_NORMAL_LIST_RESPONSE, answer).group_version_list;
      // Version 0 asks for a group whatever its version (PUL-05).
      group_version_list = groups.map(({ group_id }) => ({ group_id, version: 0 }));
    });
    await pull("group_info", CommandId.CID_GROUP_INFO_REQUEST, { user_id, group_version_list });
    await pull("sessions", CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, sinceEver);
    await pull("status", CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, { user_id, user_id_list });
    await pull("unread", CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id });
  }

  pullAgain(device: Device, name: ExtraPull, peerId: number): Promise<void> | undefined {
    if (this.#awaited.has(device)) return undefined;
    const user_id = device.userId;
    const sinceEver = { user_id, latest_update_time: FROM_THE_BEGINNING };
    switch (name) {
      case "departments":
        return this.#ask(device, CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, sinceEver);
      case "users":
        return this.#ask(device, CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, sinceEver);
      case "groups":
        return this.#ask(device, CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id });
      case "sessions":
        return this.#ask(device, CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, sinceEver);
      case "status":
        return this.#ask(device, CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, { user_id, user_id_list: [peerId] });
      case "unread":
        return this.#ask(device, CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id });
      case "history":
        return this.#ask(device, CommandId.CID_MSG_LIST_REQUEST, {
          user_id,
          session_type: SessionType.SESSION_TYPE_SINGLE,
          session_id: peerId,
          msg_id_begin: NEWEST,
          msg_cnt: MESSAGES_PER_PAGE,
        });
    }
  }

  onOther(device: Device, commandId: number, seqNum: number, bytes: Buffer, start: number, end: number): void {
    const awaited = this.#awaited.get(device);
    if (awaited?.answerId !== commandId || awaited.seqNum !== seqNum) return;
    awaited.take(bytes.subarray(start + HEADER_SIZE, end));
  }

  onClose(device: Device): void {
    this.#awaited.get(device)?.fail(new ClientError("CLOSED"));
  }

  /** One question at a time for a device; resolves once `take` has taken the answer. */
  #ask<C extends RequestId>(device: Device, commandId: C, body: CommandBody[C], take: Take = ignore): Promise<void> {
    const seqNum = device.sendRequest(commandId, body);
    if (seqNum === 0) return Promise.reject(new ClientError("CLOSED"));
    const answerId = responseOf[commandId];
    const waitedFor = hexId(answerId);
    const timeoutMs = device.options.requestTimeoutMs ?? PULL_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const settled = () => {
        clearTimeout(timer);
        this.#awaited.delete(device);
      };
      const fail = (error: ClientError) => {
        settled();
        reject(error);
      };
      const tooLate = () => fail(new ClientError("TIMEOUT", { waitedFor, timeoutMs }));
      const timer = setTimeout(tooLate, timeoutMs);
      const taken = (answer: Buffer) => {
        try {
          take(answer);
        } catch (error) {
          return fail(new ClientError("ANSWER_MALFORMED", { waitedFor, reason: (error as Error).message }));
        }
        settled();
        resolve();
      };
      this.#awaited.set(device, { answerId, seqNum, take: taken, fail });
    });
  }
}

function ignore(): void {}
