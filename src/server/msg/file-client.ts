import { AttachType, decodeAttachData, encodeAttachData } from "../../codec/attach-data.js";
import { decodeBody } from "../../codec/body-codec.js";
import { CommandId } from "../../codec/generated/commands.js";
import type { IMFileTransferReq, IMFileTransferRsp, IpAddr } from "../../codec/generated/messages.js";
import { HEADER_SIZE, readCommandId } from "../../codec/pdu-header.js";
import { ProtocolError } from "../../codec/protocol-error.js";
import { type Address, formatAddress } from "../../net/address.js";
import type { PduLink } from "../../net/pdu-link.js";
import { PersistentLink, type PersistentLinkOptions } from "../../net/persistent-link.js";
import { serverLinkDefaults } from "../server-link.js";
import type { ServerLog } from "../server-log.js";
import { PendingReplies } from "./pending-replies.js";

/** A task at a file_server, and where clients find that server. */
export interface FileTask {
  readonly answer: IMFileTransferRsp;
  readonly addresses: readonly IpAddr[];
}

const PENDING_MAX = 10_000;
const TIMEOUT_MS = 10_000;

/** The links to file_servers (FIL-01): makes tasks there, on the first that is open. */
export class FileClient {
  readonly #links: readonly PersistentLink[];
  /** What each told of itself (0x0734). */
  readonly #addresses = new Map<PduLink, readonly IpAddr[]>();
  readonly #pending = new PendingReplies<IMFileTransferRsp>(PENDING_MAX, TIMEOUT_MS);

  constructor(servers: readonly Address[], options: Partial<PersistentLinkOptions>, log: ServerLog) {
    this.#links = servers.map((address) => {
      const at = formatAddress(address);
      return new PersistentLink(
        address,
        { ...serverLinkDefaults, ...options },
        {
          onOpen: (link) => {
            link.send(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, {});
            log.note("msg", "file_server link open", { at });
          },
          onPdu: (link, bytes, start, end) => this.#received(link, bytes, start, end),
          onClose: (link, reason) => {
            this.#addresses.delete(link);
            this.#pending.lost(link);
            log.trouble("msg", "file_server link lost", { at, reason });
          },
          onUnreachable: (error, retryInMs) => log.trouble("msg", `file_server: ${error.message}`, { retryInMs }),
        },
      );
    });
  }

  get links(): readonly PersistentLink[] {
    return this.#links;
  }

  get openLinks(): number {
    return this.#links.filter(({ isOpen }) => isOpen).length;
  }

  /** Where clients find a file_server; empty while there is none. */
  get addresses(): readonly IpAddr[] {
    for (const { link } of this.#links) if (link?.isOpen) return this.#addresses.get(link) ?? [];
    return [];
  }

  start(): void {
    for (const link of this.#links) link.start();
  }

  stop(): void {
    this.#pending.stop();
    for (const link of this.#links) link.stop();
  }

  /** `undefined` when there is no file_server, or it does not answer in time, or refuses. */
  createTask(request: Omit<IMFileTransferReq, "attach_data">): Promise<FileTask | undefined> {
    const link = this.#links.find(({ isOpen }) => isOpen)?.link;
    if (link === undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const handle = this.#pending.add(link, (answer) => {
        const isMade = answer !== undefined && answer.result_code === 0 && answer.task_id !== undefined;
        resolve(isMade ? { answer, addresses: this.#addresses.get(link) ?? [] } : undefined);
      });
      const attach_data = encodeAttachData({ type: AttachType.HANDLE, handle, serviceType: 0 });
      link.send(CommandId.CID_OTHER_FILE_TRANSFER_REQ, { ...request, attach_data });
    });
  }

  #received(link: PduLink, bytes: Buffer, start: number, end: number): void {
    const commandId = readCommandId(bytes, start);
    // Strings and numbers only, so that nothing of the read buffer is kept.
    const from = start + HEADER_SIZE;
    try {
      if (commandId === CommandId.CID_OTHER_FILE_SERVER_IP_RSP) {
        this.#addresses.set(link, decodeBody(commandId, bytes, from, end).ip_addr_list);
      } else if (commandId === CommandId.CID_OTHER_FILE_TRANSFER_RSP) {
        const { attach_data, ...answer } = decodeBody(commandId, bytes, from, end);
        if (attach_data !== undefined) this.#pending.settle(decodeAttachData(attach_data).handle, answer);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
}
