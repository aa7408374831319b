import { setImmediate as nextTurn } from "node:timers/promises";
import type { MessageId, MessageStorage, NewMessage, SessionKey, StoredMessage } from "../storage.js";
import { isAudio, storageLimits } from "../storage-limits.js";
import { AppendQueue } from "./append-queue.js";
import { asOneSequence, newestOf } from "./as-one-sequence.js";
import type { TableMessage } from "./audio-messages.js";
import { GROUP, PEER } from "./conversation-rows.js";
import type { SequenceKey } from "./live-state.js";
import { MessageBatch, type StoredId } from "./message-batch.js";
import type { MessageParts } from "./message-parts.js";

/** MSG-18. */
const PICKED_MAX = 100;

/** What of a conversation one user may see. */
interface View {
  /** First the one that counts where two have a message of the same id. */
  readonly sequences: readonly SequenceKey[];
  readonly createdMin: number;
}

export class SqlMessages implements MessageStorage {
  readonly answersAtOnce = false;
  readonly #queue: AppendQueue;
  /** By sender, the last message that waits for its sound to be kept, or behind such a one (MSG-09). */
  readonly #behindSounds = new Map<number, Promise<unknown>>();

  constructor(private readonly parts: MessageParts) {
    this.#queue = new AppendQueue((batch) => this.#store(batch), parts.db.dialect === "sqlite");
  }

  append(message: NewMessage): MessageId | Promise<MessageId> {
    const { content, to, fromId } = message;
    if (content.length === 0 || content.length > this.#lengthMax(message.type)) return undefined;
    if (to.kind === PEER && to.id === fromId) return undefined;
    const before = this.#behindSounds.get(fromId);
    const hasSound = isAudio(message.type) && this.parts.audio.keepsSounds;
    return hasSound || before !== undefined ? this.#appendBehind(before, message) : this.#queue.append(message);
  }

  async history(userId: number, session: SessionKey, begin: number, count: number): Promise<StoredMessage[]> {
    const { tables, audio } = this.parts;
    const { sequences, createdMin } = await this.#view(userId, session);
    const lists = await Promise.all(sequences.map((sequence) => tables.before(sequence, begin, count, createdMin)));
    return audio.withSounds(asOneSequence(lists).slice(0, count));
  }

  async latestId(userId: number, session: SessionKey): Promise<number> {
    const { sequences } = await this.#view(userId, session);
    const ids = sequences.map(({ id }) => id);
    const last = await this.parts.tables.last(session.kind, ids);
    return newestOf(ids, last)?.msgId ?? 0;
  }

  async byIds(userId: number, session: SessionKey, ids: readonly number[]): Promise<StoredMessage[]> {
    const { sequences, createdMin } = await this.#view(userId, session);
    const wanted = [...new Set(ids)].sort((a, b) => b - a);
    const lists = await Promise.all(sequences.map((sequence) => this.#pick(sequence, wanted, createdMin)));
    return this.parts.audio.withSounds(asOneSequence(lists).slice(0, PICKED_MAX));
  }

  async idle(): Promise<void> {
    await Promise.allSettled(this.#behindSounds.values());
    await this.#queue.idle();
  }

  #lengthMax(type: number): number {
    const { db, audio } = this.parts;
    const isOutsideText = db.dialect === "sqlite" || audio.keepsSounds;
    return isAudio(type) && isOutsideText ? storageLimits.audioBytes : storageLimits.contentBytes;
  }

  /** Keeps a sound first, and the order of what its sender said meanwhile. */
  async #appendBehind(before: Promise<unknown> | undefined, message: NewMessage): Promise<MessageId> {
    const { fromId, type } = message;
    const keeping = isAudio(type) ? this.parts.audio.kept(message) : Promise.resolve(message);
    // In an object, so that the next one waits for this one's place in the queue and not for its commit.
    const queued = Promise.allSettled([before]).then(async () => {
      const kept = await keeping;
      return { msgId: kept === undefined ? undefined : this.#queue.append(kept) };
    });
    this.#behindSounds.set(fromId, queued);
    try {
      return await (await queued).msgId;
    } finally {
      if (this.#behindSounds.get(fromId) === queued) this.#behindSounds.delete(fromId);
    }
  }

  #store(messages: readonly TableMessage[]): Promise<StoredId[]> {
    return new MessageBatch(this.parts, messages).store();
  }

  /** At most PICKED_MAX of a sequence, newest first. @param wanted greatest first */
  async #pick(sequence: SequenceKey, wanted: readonly number[], createdMin: number): Promise<StoredMessage[]> {
    const found = new Map<number, StoredMessage>();
    for (let start = 0; start < wanted.length && found.size < PICKED_MAX; start += PICKED_MAX) {
      // A client may ask for very many that there are none of, and others are served meanwhile (PUL-10).
      if (start > 0) await nextTurn();
      const some = wanted.slice(start, start + PICKED_MAX);
      for (const message of await this.parts.tables.withIds(sequence, some, createdMin)) {
        // Of several with one id, left by others, the one created last.
        if (message.created >= (found.get(message.msgId)?.created ?? 0)) found.set(message.msgId, message);
      }
    }
    return [...found.values()].sort((a, b) => b.msgId - a.msgId).slice(0, PICKED_MAX);
  }

  /** Nothing for who never spoke, or is no member (MSG-16, MSG-18). */
  async #view(userId: number, { kind, id }: SessionKey): Promise<View> {
    if (kind === PEER) {
      const [relations = []] = await this.parts.rows.findRelations(userId, [id]);
      return { sequences: relations.map((relation) => ({ kind, id: relation })), createdMin: 0 };
    }
    const [joined] = await this.parts.live.joinTimes(this.parts.db, [[id, userId]]);
    return joined === undefined
      ? { sequences: [], createdMin: 0 }
      : { sequences: [{ kind: GROUP, id }], createdMin: joined };
  }
}
