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
  readonly rows: Map<number, Pick<UnreadRow, "atLeast" | "atMost">>;
}

/** A message of somebody whose acks are another process's, as it stands in history; when it was sent, on this run's clock. */
export interface StoredMessage {
  readonly msgId: number;
  readonly sentMs: number;
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
  /** Stored messages up to this msg_id are in the bounds, or have been read. */
  knownId: number;
  /** When messages were cut off from their acks; those that a server may yet store. */
  doubtedMs: number[];
  /** What is sent to the group from then on is stored after what the user wrote, by which the user may have read it. */
  wroteMs: number;
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

  acked(sender: number, target: number, sentMs: number, nowMs: number): void {
    this.#eachReceiver(sender, target, (row) => {
      row.atMost++;
      if (isCertain(row, sentMs)) row.atLeast++;
    });
    this.#wrote(sender, target, nowMs);
  }

  /** Of a message that the bounds leave open it is known now that the server has counted it. */
  counted(sender: number, target: number, sentMs: number): void {
    this.#eachReceiver(sender, target, (row) => {
      if (isCertain(row, sentMs)) row.atLeast++;
    });
  }

  /** A message has no ack in time: while one may come, it is among the `unacked` of `judge`. */
  overdue(sender: number, target: number, nowMs: number): void {
    this.#wrote(sender, target, nowMs + this.readWithinMs);
  }

  /** A message that may be stored or not, of which no ack will tell. */
  doubted(sender: number, target: number, nowMs: number): void {
    this.#eachReceiver(sender, target, (row) => {
      row.atMost++;
      row.doubtedMs = [...this.#doubtedOf(row, nowMs), nowMs];
    });
    this.#wrote(sender, target, nowMs + this.readWithinMs);
  }

  /** When those were doubted that the server might yet store at that moment. */
  #doubtedOf(row: UnreadRow, atMs: number): number[] {
    return row.doubtedMs.filter((doubtedMs) => doubtedMs <= atMs && atMs - doubtedMs < this.readWithinMs);
  }

  /** Whether anybody whose counts are compared gets what the sender writes to the target. */
  concerns(sender: number, target: number): boolean {
    return (this.membersOf(target) ?? [target]).some((user) => user !== sender && this.isChecked(user));
  }

  /** Who writes to a group may have read it by that (TeamTalk), or not; what is sent from `untilMs` on is stored after it. */
  #wrote(sender: number, target: number, untilMs: number): void {
    if (this.membersOf(target) === undefined || !this.isChecked(sender)) return;
    const row = this.#rowOf(sender, target);
    row.atLeast = 0;
    row.wroteMs = Math.max(row.wroteMs, untilMs);
  }

  /** Somebody whose acks are another process's has written to the user. */
  heard(user: number, target: number): void {
    if (this.isChecked(user)) this.#rowOf(user, target);
  }

  /** Sessions of a user about which something is known. */
  targetsOf(user: number): readonly number[] {
    return [...(this.#rows.get(user)?.keys() ?? [])];
  }

  /** Down to which msg_id a session's history is to be known before its count is judged. */
  knownIdOf(user: number, target: number): number {
    return this.#rows.get(user)?.get(target)?.knownId ?? 0;
  }

  /**
   * What history says that others have sent, before `judge`: the server must count what was sent long enough before it was
   * asked, and may count the rest.
   */
  stored({ user, askedMs, rows }: UnreadQuestion, target: number, messages: readonly StoredMessage[]): void {
    const row = this.#rowOf(user, target);
    const then = rows.get(target) ?? { atLeast: 0, atMost: 0 };
    rows.set(target, then);
    let knownId = row.knownId;
    for (const { msgId, sentMs } of messages) {
      if (msgId <= row.knownId) continue;
      knownId = Math.max(knownId, msgId);
      row.atMost++;
      if (sentMs > askedMs - this.readWithinMs) continue;
      then.atMost++;
      if (sentMs < row.certainFromMs || sentMs < row.wroteMs + this.readWithinMs) continue;
      row.atLeast++;
      then.atLeast++;
    }
    row.knownId = knownId;
  }

  read(device: number, user: number, target: number, nowMs: number, msgId: number): void {
    if (!this.isChecked(user)) return;
    const row = this.#rowOf(user, target);
    row.knownId = Math.max(row.knownId, msgId);
    this.#clearings = this.#clearings.filter(({ atMs }) => nowMs - atMs < this.readWithinMs);
    this.#clearings.push({ device, row, atMost: row.atMost, wasKnown: row.isKnown, atMs: nowMs });
    row.isKnown = true;
    row.uncleared = row.atMost + (nowMs < row.certainFromMs ? row.uncleared : 0);
    row.atLeast = 0;
    row.atMost = this.#doubtedOf(row, nowMs).length;
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

  /**
   * `counts`: by target, without those of 0. `unacked`: messages to a target that may be stored though no ack has come;
   * `writing`: groups to which the user has written such a one.
   */
  judge(
    { user, askedMs, rows: before }: UnreadQuestion,
    counts: ReadonlyMap<number, number>,
    unacked: ReadonlyMap<number, number>,
    writing: ReadonlySet<number>,
    nowMs: number,
  ): UnreadFindings {
    for (const target of writing) this.#wrote(user, target, nowMs);
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
      row.atMost = count + sinceAsked + this.#doubtedOf(row, askedMs).length;
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
      row = {
        atLeast: 0,
        atMost: 0,
        isKnown: this.#asked.has(user),
        clearedMs: -1,
        uncleared: 0,
        certainFromMs: 0,
        knownId: 0,
        doubtedMs: [],
        wroteMs: Number.NEGATIVE_INFINITY,
      };
      rows.set(target, row);
    }
    return row;
  }
}

/** Acks come over different connections: what was sent before the user's own ack may have been stored before. */
function isCertain(row: UnreadRow, sentMs: number): boolean {
  return sentMs >= row.certainFromMs && sentMs >= row.wroteMs;
}
