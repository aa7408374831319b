import type { NewMessage, StoredMessage } from "../storage.js";
import { isAudio } from "../storage-limits.js";
import { fetchSound, type SoundFiles } from "./sound-files.js";
import type { SqlDatabase } from "./sql-database.js";
import { type SqlText, textOf } from "./sql-text.js";

/** Before the sound, its length in seconds. */
const DURATION_SIZE = 4;
const SIZE_MAX_BYTES = 16 << 20;

/** A message as the tables take it. */
export interface TableMessage extends NewMessage {
  /** The content is the number of a row of IMAudio. */
  readonly isSoundKept?: true;
}

interface AudioRow {
  readonly id: number;
  readonly fromId: number;
  readonly path: SqlText;
  readonly size: number;
  readonly duration: number;
}

/**
 * Audio messages as the original db_proxy_server keeps them: the sound in an msfs, a row of IMAudio that says where, and the
 * row's number as the message's content (docs/spec/storage.md).
 */
export class AudioMessages {
  constructor(
    private readonly db: SqlDatabase,
    /** Without it what is new stays in the content column. */
    private readonly files: SoundFiles | undefined,
  ) {}

  get keepsSounds(): boolean {
    return this.files !== undefined;
  }

  /** The message as the table has it; `undefined` when the sound cannot be kept, so that it cannot be stored either. */
  async kept(message: NewMessage): Promise<TableMessage | undefined> {
    const { content, fromId, to, created } = message;
    if (this.files === undefined || content.length <= DURATION_SIZE) return message;
    const sound = content.subarray(DURATION_SIZE);
    const url = await this.files.keep(sound).catch(() => undefined);
    if (url === undefined) return undefined;
    const { insertedId } = await this.db.run(
      "INSERT INTO IMAudio (fromId, toId, path, size, duration, created) VALUES (?, ?, ?, ?, ?, ?)",
      [fromId, to.id, url, sound.length, content.readUInt32BE(0), created],
    );
    return { ...message, content: Buffer.from(String(insertedId)), isSoundKept: true };
  }

  /** Messages from the table with their sounds again; a sound that is gone is silence. */
  async withSounds(messages: readonly StoredMessage[]): Promise<StoredMessage[]> {
    const numbers = messages.map(numberOf);
    const asked = [...new Set(numbers.flatMap((number) => number ?? []))];
    if (asked.length === 0) return [...messages];
    const rows = await this.db.allForEach<AudioRow>(
      "SELECT id, fromId, path, size, duration FROM IMAudio WHERE id = ?",
      asked.map((id) => [id]),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return Promise.all(
      messages.map(async (message, index) => {
        const row = byId.get(numbers[index] ?? 0);
        return row === undefined || row.fromId !== message.fromId
          ? message
          : { ...message, content: await soundOf(row) };
      }),
    );
  }
}

/** The number of a row; content that only looks like one belongs to no row of that sender. */
function numberOf({ type, content }: StoredMessage): number | undefined {
  if (!isAudio(type) || content.length > 10) return undefined;
  const text = content.toString("latin1");
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

async function soundOf({ path, size, duration }: AudioRow): Promise<Buffer> {
  const head = Buffer.alloc(DURATION_SIZE);
  head.writeUInt32BE(duration >>> 0);
  const sound = size > SIZE_MAX_BYTES ? undefined : await fetchSound(textOf(path), size);
  return sound === undefined ? head : Buffer.concat([head, sound]);
}
