import { AttachType, decodeAttachData, encodeAttachData } from "../../codec/attach-data.js";
import { decodeBody } from "../../codec/body-codec.js";
import { CommandId } from "../../codec/generated/commands.js";
import type { IMFileTransferReq, IMFileTransferRsp, IpAddr } from "../../codec/generated/messages.js";
import { HEADER_SIZE, readCommandId } from "../../codec/pdu-header.js";
import { ProtocolError } from "../../codec/protocol-error.js";
import type { PduLink } from "../../net/pdu-link.js";
import { ServerLinks, type ServerLinksOptions } from "../server-links.js";
import { PendingReplies } from "./pending-replies.js";

/** A task at a file_server, and where clients find that server. */
export interface FileTask {
  readonly answer: IMFileTransferRsp;
  readonly addresses: readonly IpAddr[];
}

const PENDING_MAX = 10_000;
const TIMEOUT_MS = 10_000;

/** What msg_server asks of file_servers (FIL-01): tasks, which the first that is open makes. */
export class FileClient {
  readonly links: ServerLinks;
  /** What each told of itself (0x0734). */
  readonly #addresses = new Map<PduLink, readonly IpAddr[]>();
  readonly #pending = new PendingReplies<IMFileTransferRsp>(PENDING_MAX, TIMEOUT_MS);

  constructor(options: Omit<ServerLinksOptions, "to">) {
    this.links = new ServerLinks(
      { ...options, to: "file_server" },
      {
        opened: (link) => {
          link.send(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, {});
          return {};
        },
        onPdu: (link, bytes, start, end) => this.#received(link, bytes, start, end),
        lost: (link) => {
          this.#addresses.delete(link);
          this.#pending.lost(link);
        },
      },
    );
  }

  /** Where clients find a file_server; empty while there is none. */
  get addresses(): readonly IpAddr[] {
    const link = this.links.firstOpen;
    return (link && this.#addresses.get(link)) ?? [];
  }

  stop(): void {
    this.#pending.stop();
    this.links.stop();
  }

  /** `undefined` when there is no file_server, or it does not answer in time, or refuses. */
  createTask(request: Omit<IMFileTransferReq, "attach_data">): Promise<FileTask | undefined> {
    const link = this.links.firstOpen;
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
    // Strings and numbers only: fields that nobody knows are views of the read buffer.
    const from = start + HEADER_SIZE;
    try {
      if (commandId === CommandId.CID_OTHER_FILE_SERVER_IP_RSP) {
        const { ip_addr_list } = decodeBody(commandId, bytes, from, end);
        const addresses = ip_addr_list.map(({ ip, port }) => ({ ip, port }));
        this.#addresses.set(link, addresses);
      } else if (commandId === CommandId.CID_OTHER_FILE_TRANSFER_RSP) {
        const { attach_data, ...answer } = decodeBody(commandId, bytes, from, end);
        if (attach_data !== undefined) this.#pending.settle(decodeAttachData(attach_data).handle, answer);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
}
