import { TransferFileType } from "../../codec/generated/enums.js";
import type { AnnouncedFile } from "./transfer-task.js";

/** Fields of text that ends at a NUL, one after the other, with the bytes that each takes. */
const fields = { taskId: 128, fromUserId: 64, toUserId: 64, created: 128, name: 512, size: 64 } as const;

/** What an original file_server puts before the content of an offline file. */
export const ORIGINAL_HEADER_BYTES = Object.values(fields).reduce((sum, size) => sum + size, 0);

export interface OriginalFile extends AnnouncedFile {
  readonly taskId: string;
  /** Unix s. */
  readonly created: number;
}

/** As an original file_server writes it, which gives out the file when its content is as long as this says. */
export function originalHeader({ taskId, fromUserId, toUserId, created, sizeBytes }: OriginalFile): Buffer {
  const header = Buffer.alloc(ORIGINAL_HEADER_BYTES);
  // Its name stays empty there, too: the client has it from who announced the file.
  const texts = { taskId, fromUserId, toUserId, created, name: "", size: sizeBytes };
  let at = 0;
  for (const [name, size] of Object.entries(fields)) {
    header.write(String(texts[name as keyof typeof fields]), at, size - 1, "latin1");
    at += size;
  }
  return header;
}

/** `undefined` for bytes that are no such header. */
export function readOriginalHeader(bytes: Buffer): OriginalFile | undefined {
  if (bytes.length < ORIGINAL_HEADER_BYTES) return undefined;
  let at = 0;
  const next = (size: number): string => {
    const field = bytes.subarray(at, at + size);
    at += size;
    const end = field.indexOf(0);
    return field.toString("utf8", 0, end < 0 ? size : end);
  };
  const taskId = next(fields.taskId);
  const [fromUserId, toUserId, created] = [fields.fromUserId, fields.toUserId, fields.created].map((size) =>
    numberIn(next(size)),
  );
  const name = next(fields.name);
  const sizeBytes = numberIn(next(fields.size));
  if (fromUserId === undefined || toUserId === undefined || created === undefined || sizeBytes === undefined) {
    return undefined;
  }
  return { taskId, fromUserId, toUserId, created, name, sizeBytes, mode: TransferFileType.FILE_TYPE_OFFLINE };
}

function numberIn(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
