import { ClientFileRole, TransferFileType } from "../../codec/generated/enums.js";
import type { PduLink } from "../../net/pdu-link.js";

/** What was announced to make a task of (0x0731). */
export interface AnnouncedFile {
  readonly fromUserId: number;
  readonly toUserId: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly mode: TransferFileType;
}

/** FIL-04: who of the two may take part how. */
const roleOf = {
  [TransferFileType.FILE_TYPE_ONLINE]: {
    sender: ClientFileRole.CLIENT_REALTIME_SENDER,
    receiver: ClientFileRole.CLIENT_REALTIME_RECVER,
  },
  [TransferFileType.FILE_TYPE_OFFLINE]: {
    sender: ClientFileRole.CLIENT_OFFLINE_UPLOAD,
    receiver: ClientFileRole.CLIENT_OFFLINE_DOWNLOAD,
  },
} as const;

/** One file on its way from one user to another. */
export class TransferTask {
  /** The two connections, once they have logged in. */
  sender: PduLink | undefined;
  receiver: PduLink | undefined;
  /** Bytes received so far: in offline mode what is on disk, in online mode what was passed on. */
  receivedBytes = 0;
  lastUsedMs: number;

  constructor(
    readonly id: string,
    readonly file: AnnouncedFile,
    nowMs: number,
  ) {
    this.lastUsedMs = nowMs;
  }

  get isOnline(): boolean {
    return this.file.mode === TransferFileType.FILE_TYPE_ONLINE;
  }

  get isComplete(): boolean {
    return this.receivedBytes === this.file.sizeBytes;
  }

  /** Which side this user would be in this role; `undefined`: neither (FIL-04). */
  sideOf(userId: number, role: ClientFileRole): "sender" | "receiver" | undefined {
    const { sender, receiver } = roleOf[this.file.mode];
    if (userId === this.file.fromUserId && role === sender) return "sender";
    if (userId === this.file.toUserId && role === receiver) return "receiver";
    return undefined;
  }

  opponentOf(link: PduLink): PduLink | undefined {
    return link === this.sender ? this.receiver : this.sender;
  }
}
