import type { SessionKey } from "../../../src/server/storage/storage.js";

interface Said {
  readonly fromId: number;
  readonly text: string;
}

/** What one user knows of one conversation. Message ids are places in the conversation's list, from 1. */
interface View {
  joinedAt: number;
  readUpTo: number;
  removedAt: number;
  /** For one-to-one: the ids of the peer's messages that are unread. */
  unread: number;
}

const newView = (at = 0): View => ({ joinedAt: at, readUpTo: at, removedAt: at, unread: 0 });

/** What storage is for, in the plainest words: lists of messages, and for each user what was read and removed. */
export class ChatModel {
  readonly #said = new Map<string, Said[]>();
  readonly #views = new Map<string, View>();
  readonly members: Set<number>;

  constructor(
    private readonly groupId: number,
    members: readonly number[],
  ) {
    this.members = new Set(members);
    for (const member of members) this.#views.set(viewOf(member, this.#group), newView());
  }

  say(fromId: number, to: SessionKey, text: string): number | undefined {
    const isAllowed = to.kind === 1 ? to.id !== fromId : this.members.has(fromId);
    if (!isAllowed || text === "") return undefined;
    const said = this.#messages(fromId, to);
    said.push({ fromId, text });
    this.#said.set(conversationOf(fromId, to), said);
    if (to.kind === 2) {
      this.#view(fromId, to).readUpTo = said.length;
      return said.length;
    }
    this.#view(fromId, to);
    this.#view(to.id, { kind: 1, id: fromId }).unread++;
    return said.length;
  }

  read(userId: number, session: SessionKey): void {
    if (!this.#maySee(userId, session)) return;
    const view = this.#view(userId, session);
    view.readUpTo = this.#messages(userId, session).length;
    view.unread = 0;
  }

  remove(userId: number, session: SessionKey): boolean {
    if (!this.#isShown(userId, session)) return false;
    this.read(userId, session);
    this.#view(userId, session).removedAt = this.#messages(userId, session).length;
    return true;
  }

  add(userId: number): boolean {
    if (this.members.has(userId)) return false;
    this.members.add(userId);
    this.#views.set(viewOf(userId, this.#group), newView(this.#messages(userId, this.#group).length));
    return true;
  }

  expel(userId: number): boolean {
    return this.members.delete(userId);
  }

  /** Newest first. */
  history(userId: number, session: SessionKey): { msgId: number; fromId: number; text: string }[] {
    if (!this.#maySee(userId, session)) return [];
    const { joinedAt } = this.#view(userId, session);
    const all = this.#messages(userId, session).map((said, index) => ({ msgId: index + 1, ...said }));
    return all.filter(({ msgId }) => msgId > joinedAt).reverse();
  }

  unread(userId: number, session: SessionKey): number {
    if (!this.#maySee(userId, session)) return 0;
    const { unread, readUpTo } = this.#view(userId, session);
    return session.kind === 1 ? unread : this.#messages(userId, session).length - readUpTo;
  }

  /** The last id of each session that the user has on the list. */
  shown(userId: number, sessions: readonly SessionKey[]): Map<string, number> {
    const shown = sessions.filter((session) => this.#isShown(userId, session));
    return new Map(shown.map((session) => [nameOf(session), this.#messages(userId, session).length]));
  }

  get #group(): SessionKey {
    return { kind: 2, id: this.groupId };
  }

  #isShown(userId: number, session: SessionKey): boolean {
    return (
      this.#maySee(userId, session) && this.#messages(userId, session).length > this.#view(userId, session).removedAt
    );
  }

  #maySee(userId: number, session: SessionKey): boolean {
    return session.kind === 1 ? session.id !== userId : this.members.has(userId);
  }

  #messages(userId: number, session: SessionKey): Said[] {
    return this.#said.get(conversationOf(userId, session)) ?? [];
  }

  #view(userId: number, session: SessionKey): View {
    const name = viewOf(userId, session);
    const view = this.#views.get(name) ?? newView();
    this.#views.set(name, view);
    return view;
  }
}

export function nameOf({ kind, id }: SessionKey): string {
  return `${kind}/${id}`;
}

function viewOf(userId: number, session: SessionKey): string {
  return `${userId} in ${nameOf(session)}`;
}

function conversationOf(userId: number, { kind, id }: SessionKey): string {
  return kind === 2 ? `group ${id}` : `pair ${Math.min(userId, id)} ${Math.max(userId, id)}`;
}
