/** An unread count that is not what it must be. */
interface UnreadFault {
  readonly target: number;
  readonly atLeast: number;
  readonly atMost: number;
  readonly count: number;
}

/** What was known of a user's sessions when the counts were asked for. */
export interface UnreadQuestion {
  readonly user: number;
  readonly askedMs: number;
  readonly rows: ReadonlyMap<number, Pick<UnreadRow, "atLeast" | "atMost">>;
}

export interface UnreadFindings {
  readonly checked: number;
  readonly faults: readonly UnreadFault[];
}

interface UnreadRow {
  atLeast: number;
  atMost: number;
  /** False until the count has been asked for once, or the session read: runs before this one left some. */
  isKnown: boolean;
  clearedMs: number;
  /** What the server may still say until it must have cleared the count. */
  uncleared: number;
  /** What was sent before may be in the count already, or not. */
  certainFromMs: number;
}

interface Clearing {
  readonly device: number;
  readonly row: UnreadRow;
  readonly atMost: number;
  readonly wasKnown: boolean;
  readonly atMs: number;
}

/**
 * Between which bounds the unread count of each session must be (MSG-11, MSG-14, GRP-08). The bounds are the same number
 * except where nobody can know what a server did first: a message on its way while a session is read has been read, or not.
 */
export class UnreadAudit {
  readonly #rows = new Map<number, Map<number, UnreadRow>>();
  /** Users whose counts have been asked for: a session without a count then had none. */
  readonly #asked = new Set<number>();
  #clearings: Clearing[] = [];

  constructor(
    private readonly isChecked: (user: number) => boolean,
    private readonly membersOf: (target: number) => readonly number[] | undefined,
    /** How long a server may take over a read ack, which has no answer. */
    private readonly readWithinMs: number,
  ) {}

  acked(sender: number, target: number, sentMs: number): void {
    this.#eachReceiver(sender, target, (row) => {
      row.atMost++;
      if (sentMs >= row.certainFromMs) row.atLeast++;
    });
    // Who writes to a group may have read it by that (TeamTalk), or not.
    if (this.membersOf(target) !== undefined && this.isChecked(sender)) this.#rowOf(sender, target).atLeast = 0;
  }

  /** A message that may be stored or not. */
  doubted(sender: number, target: number): void {
    this.#eachReceiver(sender, target, (row) => {
      row.atMost++;
    });
  }

  read(device: number, user: number, target: number, nowMs: number): void {
    if (!this.isChecked(user)) return;
    const row = this.#rowOf(user, target);
    this.#clearings = this.#clearings.filter(({ atMs }) => nowMs - atMs < this.readWithinMs);
    this.#clearings.push({ device, row, atMost: row.atMost, wasKnown: row.isKnown, atMs: nowMs });
    row.isKnown = true;
    row.uncleared = row.atMost + (nowMs < row.certainFromMs ? row.uncleared : 0);
    row.atLeast = 0;
    row.atMost = 0;
    row.clearedMs = nowMs;
    row.certainFromMs = nowMs + this.readWithinMs;
  }

  /** The read acks that the device has just sent may not have arrived. */
  offline(device: number, nowMs: number): void {
    for (const clearing of this.#clearings) {
      if (clearing.device !== device || nowMs - clearing.atMs >= this.readWithinMs) continue;
      clearing.row.atMost += clearing.atMost;
      clearing.row.isKnown &&= clearing.wasKnown;
    }
    this.#clearings = this.#clearings.filter((clearing) => clearing.device !== device);
  }

  /** To be called when the counts are asked for; `judge` wants it back. */
  ask(user: number, askedMs: number): UnreadQuestion {
    const rows = this.#rows.get(user) ?? new Map<number, UnreadRow>();
    return {
      user,
      askedMs,
      rows: new Map([...rows].map(([target, { atLeast, atMost }]) => [target, { atLeast, atMost }])),
    };
  }

  /** `counts`: by target, without those of 0. `unacked`: messages to a target that may be stored though no ack has come. */
  judge(
    { user, askedMs, rows: before }: UnreadQuestion,
    counts: ReadonlyMap<number, number>,
    unacked: ReadonlyMap<number, number>,
    nowMs: number,
  ): UnreadFindings {
    let checked = 0;
    const faults: UnreadFault[] = [];
    const targets = new Set([...counts.keys(), ...(this.#rows.get(user)?.keys() ?? [])]);
    for (const target of targets) {
      const row = this.#rowOf(user, target);
      const count = counts.get(target) ?? 0;
      // Read between question and answer: before or after the server counted.
      if (row.clearedMs >= askedMs) continue;
      const then = before.get(target) ?? { atLeast: 0, atMost: 0 };
      const sinceAsked = Math.max(0, row.atMost - then.atMost);
      if (row.isKnown) {
        const atLeast = Math.min(then.atLeast, row.atLeast);
        const uncleared = askedMs < row.certainFromMs ? row.uncleared : 0;
        const atMost = row.atMost + uncleared + (unacked.get(target) ?? 0);
        checked++;
        if (count >= atLeast && count <= atMost) continue;
        faults.push({ target, atLeast, atMost, count });
      }
      row.isKnown = true;
      row.atLeast = askedMs < row.certainFromMs ? 0 : count;
      row.atMost = count + sinceAsked;
      row.certainFromMs = Math.max(row.certainFromMs, nowMs);
    }
    this.#asked.add(user);
    return { checked, faults };
  }

  #eachReceiver(sender: number, target: number, change: (row: UnreadRow) => void): void {
    for (const user of this.membersOf(target) ?? [target]) {
      if (user !== sender && this.isChecked(user)) change(this.#rowOf(user, this.#sessionOf(sender, target)));
    }
  }

  /** A one-to-one session is the peer, as the one who reads it sees it. */
  #sessionOf(sender: number, target: number): number {
    return this.membersOf(target) === undefined ? sender : target;
  }

  #rowOf(user: number, target: number): UnreadRow {
    let rows = this.#rows.get(user);
    if (rows === undefined) {
      rows = new Map();
      this.#rows.set(user, rows);
    }
    let row = rows.get(target);
    if (row === undefined) {
      row = { atLeast: 0, atMost: 0, isKnown: this.#asked.has(user), clearedMs: -1, uncleared: 0, certainFromMs: 0 };
      rows.set(target, row);
    }
    return row;
  }
}
