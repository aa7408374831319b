import type { MemoryAccounts } from "./memory-accounts.js";
import type { MemoryGroups } from "./memory-groups.js";
import type { MemoryPeers } from "./memory-peers.js";
import type { MessageLog } from "./message-log.js";
import type { MessageId, MessageStorage, NewMessage, SessionKey, StoredMessage } from "./storage.js";
import { isAudio, storageLimits } from "./storage-limits.js";

/** What of a conversation one user may see. */
interface View {
  readonly log: MessageLog;
  readonly firstVisibleId: number;
}

/** Messages of pairs and groups. Appending is O(1), whatever the length of the history and the size of the group. */
export class MemoryMessages implements MessageStorage {
  readonly answersAtOnce = true;

  constructor(
    private readonly accounts: MemoryAccounts,
    private readonly peers: MemoryPeers,
    private readonly groups: MemoryGroups,
    private readonly nowSeconds: () => number,
  ) {}

  /** Hot: no promise. */
  append(message: NewMessage): MessageId {
    const { length } = message.content;
    const lengthMax = isAudio(message.type) ? storageLimits.audioBytes : storageLimits.contentBytes;
    if (length === 0 || length > lengthMax) return undefined;
    return message.to.kind === 2 ? this.#appendToGroup(message) : this.#appendToPeer(message);
  }

  async history(userId: number, session: SessionKey, begin: number, count: number): Promise<StoredMessage[]> {
    const view = this.#view(userId, session);
    return view === undefined ? [] : view.log.before(begin, count, view.firstVisibleId);
  }

  async latestId(userId: number, session: SessionKey): Promise<number> {
    return this.#view(userId, session)?.log.lastId ?? 0;
  }

  async byIds(userId: number, session: SessionKey, ids: readonly number[]): Promise<StoredMessage[]> {
    const view = this.#view(userId, session);
    return view === undefined ? [] : view.log.pick(ids, view.firstVisibleId);
  }

  #appendToPeer({ fromId, to, type, content, created, evenToUnknown }: NewMessage): MessageId {
    if (fromId === to.id || !this.accounts.has(fromId)) return undefined;
    if (evenToUnknown !== true && !this.accounts.has(to.id)) return undefined;
    const now = this.nowSeconds();
    const sent = this.peers.touch(fromId, to.id, now);
    const received = this.peers.touch(to.id, fromId, now);
    received.unread++;
    return sent.log.append(fromId, created, type, content);
  }

  #appendToGroup({ fromId, to, type, content, created }: NewMessage): MessageId {
    const group = this.groups.get(to.id);
    const sender = group?.members.get(fromId);
    if (group === undefined || sender === undefined) return undefined;
    group.lastChat = this.nowSeconds();
    const msgId = group.log.append(fromId, created, type, content);
    sender.readUpToId = msgId;
    return msgId;
  }

  /** `undefined`: never spoke, or not a member (MSG-16, MSG-18). */
  #view(userId: number, { kind, id }: SessionKey): View | undefined {
    if (kind === 1) {
      const log = this.peers.session(userId, id)?.log;
      return log === undefined ? undefined : { log, firstVisibleId: 1 };
    }
    const group = this.groups.get(id);
    const member = group?.members.get(userId);
    if (group === undefined || member === undefined) return undefined;
    return { log: group.log, firstVisibleId: member.firstVisibleId };
  }
}
