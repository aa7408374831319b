/** What of a session's history was found. */
export interface HistoryFindings {
  /** Acknowledged messages that had to be there. */
  readonly expected: number;
  readonly missing: number;
  /** msg_ids of the run's time that the history does not have; as many as are missing, at most. */
  readonly missingIds: readonly number[];
}

interface SessionRow {
  acked: number;
  leastId: number;
  greatestId: number;
}

/** A message in history. */
export interface HistoryEntry {
  readonly msgId: number;
  /** What it says of itself; undefined when it is none of the run, or was changed. */
  readonly message: StoredToken | undefined;
}

export interface StoredToken {
  readonly serial: number;
  readonly sender: number;
  /** On the run's clock. */
  readonly sentMs: number;
}

/**
 * Which acknowledged messages history must have (MSG-10). A few numbers for each session, not for each message: how many
 * were acknowledged here, and between which msg_ids. What others have sent is looked for by them. A message whose acknowledgement never came may be there or not.
 */
export class HistoryAudit {
  readonly #rows = new Map<number, SessionRow>();
  readonly #doubtful = new Set<number>();
  /** Sessions with a message that has no ack yet. */
  readonly #busy = new Map<number, number>();

  constructor(
    private readonly users: number,
    private readonly isChecked: (user: number) => boolean,
    private readonly membersOf: (target: number) => readonly number[] | undefined,
    /** Whether a user sends here. */
    private readonly isOwn: (user: number) => boolean,
  ) {}

  /** A session's number: the same for both sides of a pair. Undefined when nobody in it is checked. */
  sessionOf(sender: number, target: number): number | undefined {
    const members = this.membersOf(target);
    if (members !== undefined) return members.some(this.isChecked) ? this.users * this.users + target : undefined;
    if (!this.isChecked(sender) && !this.isChecked(target)) return undefined;
    return Math.min(sender, target) * this.users + Math.max(sender, target);
  }

  /** The users of a session; its target as the first of them sees it. */
  sidesOf(session: number): { readonly users: readonly number[]; readonly targetOf: (user: number) => number } {
    const pairs = this.users * this.users;
    if (session >= pairs) {
      const target = session - pairs;
      return { users: this.membersOf(target) ?? [], targetOf: () => target };
    }
    const low = Math.floor(session / this.users);
    const high = session - low * this.users;
    return { users: [low, high], targetOf: (user) => (user === low ? high : low) };
  }

  get sessions(): readonly number[] {
    return [...this.#rows.keys()];
  }

  /** Whether a message of the session awaits its ack: TeamTalk loses first messages that come at once (MSG-02, a SHOULD). */
  isBusy(sender: number, target: number): boolean {
    const session = this.sessionOf(sender, target);
    return session !== undefined && this.#busy.has(session);
  }

  sent(sender: number, target: number): void {
    const session = this.sessionOf(sender, target);
    if (session !== undefined) this.#busy.set(session, (this.#busy.get(session) ?? 0) + 1);
  }

  acked(sender: number, target: number, serial: number, msgId: number): void {
    const session = this.sessionOf(sender, target);
    if (session === undefined) return;
    if (!this.#doubtful.delete(serial)) this.#settled(session);
    const row = this.#rows.get(session) ?? { acked: 0, leastId: msgId, greatestId: msgId };
    row.acked++;
    row.leastId = Math.min(row.leastId, msgId);
    row.greatestId = Math.max(row.greatestId, msgId);
    this.#rows.set(session, row);
  }

  doubted(sender: number, target: number, serial: number): void {
    const session = this.sessionOf(sender, target);
    if (session === undefined || this.#doubtful.has(serial)) return;
    this.#doubtful.add(serial);
    this.#settled(session);
  }

  /** History must be pulled from the newest message down to this msg_id. */
  leastIdOf(session: number): number {
    return this.#rows.get(session)?.leastId ?? 0;
  }

  judge(session: number, entries: readonly HistoryEntry[]): HistoryFindings {
    const row = this.#rows.get(session);
    if (row === undefined) return { expected: 0, missing: 0, missingIds: [] };
    const { acked: expected, leastId, greatestId } = row;
    const found = new Set<number>();
    const intactIds = new Set<number>();
    for (const { msgId, message } of entries) {
      // What is not of the run was not lost by it.
      if (message === undefined) continue;
      intactIds.add(msgId);
      if (this.isOwn(message.sender) && !this.#doubtful.has(message.serial)) found.add(message.serial);
    }
    const missing = Math.max(0, expected - found.size);
    const missingIds: number[] = [];
    for (let id = leastId; id <= greatestId && missingIds.length < missing; id++) {
      if (!intactIds.has(id)) missingIds.push(id);
    }
    return { expected, missing, missingIds };
  }

  #settled(session: number): void {
    const left = (this.#busy.get(session) ?? 1) - 1;
    if (left <= 0) this.#busy.delete(session);
    else this.#busy.set(session, left);
  }
}
