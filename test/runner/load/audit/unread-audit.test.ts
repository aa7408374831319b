import { describe, expect, it } from "vitest";
import { UnreadAudit } from "../../../../src/runner/load/audit/unread-audit.js";

/** Users; the target GROUP is a group of all of them. */
const [ANN, BEN, CY] = [0, 1, 2];
const GROUP = 10;
const READ_WITHIN_MS = 5000;
/** Ben's PC. */
const PC = 2;
/** Only what comes from history has a msg_id here. */
const NO_ID = 0;
const nothingUnacked = new Map<number, number>();

class World {
  readonly audit = new UnreadAudit(
    (user) => user !== CY,
    (target) => (target === GROUP ? [ANN, BEN, CY] : undefined),
    READ_WITHIN_MS,
  );
  nowMs = 0;

  /** The counts have been asked for before anybody wrote. */
  static known(): World {
    const world = new World();
    world.asks(BEN, {});
    return world;
  }

  /** A message that is acknowledged at once. */
  writes(sender: number, target: number): void {
    this.audit.acked(sender, target, this.nowMs, this.nowMs);
  }

  reads(target: number): void {
    this.audit.read(PC, BEN, target, this.nowMs, NO_ID);
  }

  asks(user: number, counts: Readonly<Record<number, number>>, unacked = nothingUnacked) {
    return this.answers(this.audit.ask(user, this.nowMs), counts, unacked);
  }

  answers(
    question: ReturnType<UnreadAudit["ask"]>,
    counts: Readonly<Record<number, number>>,
    unacked: ReadonlyMap<number, number> = nothingUnacked,
    writing: ReadonlySet<number> = new Set(),
  ) {
    const told = new Map(Object.entries(counts).map(([target, count]) => [Number(target), count]));
    return this.audit.judge(question, told, unacked, writing, this.nowMs);
  }
}

const right = { checked: 1, faults: [] };
function wrong(target: number, atLeast: number, atMost: number, count: number) {
  return { checked: 1, faults: [{ target, atLeast, atMost, count }] };
}

describe("UnreadAudit", () => {
  it("wants one more for each acknowledged message, and neither more nor fewer (MSG-11)", () => {
    for (const [count, findings] of [
      [1, wrong(ANN, 2, 2, 1)],
      [2, right],
      [3, wrong(ANN, 2, 2, 3)],
    ] as const) {
      const world = World.known();
      world.writes(ANN, BEN);
      world.writes(ANN, BEN);
      expect(world.asks(BEN, { [ANN]: count })).toEqual(findings);
    }
  });

  it("takes a session without a count for none unread", () => {
    const world = World.known();
    world.writes(ANN, BEN);
    expect(world.asks(BEN, {})).toEqual(wrong(ANN, 1, 1, 0));
  });

  it("counts for the receiver, not for the sender, and not for users who are not checked", () => {
    const world = World.known();
    world.asks(ANN, {});
    world.writes(ANN, BEN);
    world.writes(ANN, CY);
    expect(world.asks(ANN, {})).toEqual({ checked: 0, faults: [] });
    expect(world.asks(CY, {})).toEqual({ checked: 0, faults: [] });
  });

  it("believes what runs before this one left, once, and counts on from there", () => {
    const world = new World();
    expect(world.asks(BEN, { [ANN]: 7 })).toEqual({ checked: 0, faults: [] });
    world.nowMs = 10;
    world.writes(ANN, BEN);
    expect(world.asks(BEN, { [ANN]: 8 })).toEqual(right);
    expect(world.asks(BEN, { [ANN]: 7 })).toEqual(wrong(ANN, 8, 8, 7));
  });

  it("lets what was acknowledged while it asked for the first time be in that count or not", () => {
    for (const [count, findings] of [
      [6, wrong(ANN, 7, 8, 6)],
      [7, right],
      [8, right],
      [9, wrong(ANN, 7, 8, 9)],
    ] as const) {
      const world = new World();
      const question = world.audit.ask(BEN, world.nowMs);
      world.writes(ANN, BEN);
      world.nowMs = 5;
      expect(world.answers(question, { [ANN]: 7 })).toEqual({ checked: 0, faults: [] });
      expect(world.asks(BEN, { [ANN]: count })).toEqual(findings);
    }
  });

  it("goes on from what the server said, so that one wrong count is one fault", () => {
    const world = World.known();
    world.writes(ANN, BEN);
    expect(world.asks(BEN, { [ANN]: 5 })).toEqual(wrong(ANN, 1, 1, 5));
    expect(world.asks(BEN, { [ANN]: 5 })).toEqual(right);
  });

  it("wants none once a session was read, and gives the server its time for that (MSG-14)", () => {
    const world = World.known();
    world.writes(ANN, BEN);
    world.nowMs = 100;
    world.reads(ANN);
    world.nowMs = 101;
    expect(world.asks(BEN, { [ANN]: 1 })).toEqual(right);
    world.nowMs = 100 + READ_WITHIN_MS;
    expect(world.asks(BEN, { [ANN]: 1 })).toEqual(wrong(ANN, 0, 0, 1));
  });

  it("leaves open whether a message that crossed a read ack is read, and wants later ones", () => {
    for (const [count, findings] of [
      [0, wrong(ANN, 1, 2, 0)],
      [1, right],
      [2, right],
      [3, wrong(ANN, 1, 2, 3)],
    ] as const) {
      const world = World.known();
      world.nowMs = 100;
      world.reads(ANN);
      world.nowMs = 101;
      world.writes(ANN, BEN);
      world.nowMs = 101 + READ_WITHIN_MS;
      world.writes(ANN, BEN);
      expect(world.asks(BEN, { [ANN]: count })).toEqual(findings);
    }
  });

  it("does not judge a session that is read between question and answer", () => {
    const world = World.known();
    world.writes(ANN, BEN);
    const question = world.audit.ask(BEN, world.nowMs);
    world.nowMs = 5;
    world.reads(ANN);
    expect(world.answers(question, { [ANN]: 1 })).toEqual({ checked: 0, faults: [] });
  });

  it("lets what is acknowledged between question and answer be in the count or not, and counts it later", () => {
    for (const count of [1, 2]) {
      const world = World.known();
      world.writes(ANN, BEN);
      world.nowMs = 10;
      const question = world.audit.ask(BEN, world.nowMs);
      world.writes(ANN, BEN);
      world.nowMs = 20;
      expect(world.answers(question, { [ANN]: count })).toEqual(right);
      expect(world.asks(BEN, { [ANN]: 2 })).toEqual(right);
    }
  });

  it("lets what may be stored without an ack be in the count or not", () => {
    for (const count of [1, 2]) {
      const world = World.known();
      world.writes(ANN, BEN);
      world.audit.doubted(ANN, BEN, world.nowMs);
      expect(world.asks(BEN, { [ANN]: count })).toEqual(right);
    }
    const world = World.known();
    world.writes(ANN, BEN);
    expect(world.asks(BEN, { [ANN]: 3 }, new Map([[ANN, 1]]))).toEqual(wrong(ANN, 1, 2, 3));
  });

  it("lets a message whose ack is overdue be one more, once, and counts it when the ack comes after all", () => {
    const world = World.known();
    world.writes(ANN, BEN);
    world.audit.overdue(ANN, BEN, world.nowMs);
    expect(world.asks(BEN, { [ANN]: 3 }, new Map([[ANN, 1]]))).toEqual(wrong(ANN, 1, 2, 3));
    const late = World.known();
    late.writes(ANN, BEN);
    late.audit.overdue(ANN, BEN, late.nowMs);
    late.writes(ANN, BEN);
    expect(late.asks(BEN, { [ANN]: 3 })).toEqual(wrong(ANN, 2, 2, 3));
  });

  it("wants in the count what is known to have been counted without an ack, unless it was read since", () => {
    const unacked = new Map([[ANN, 1]]);
    for (const [count, findings] of [
      [1, wrong(ANN, 2, 2, 1)],
      [2, right],
      [3, wrong(ANN, 2, 2, 3)],
    ] as const) {
      const world = World.known();
      world.writes(ANN, BEN);
      world.audit.overdue(ANN, BEN, world.nowMs);
      world.audit.counted(ANN, BEN, world.nowMs);
      expect(world.asks(BEN, { [ANN]: count }, unacked)).toEqual(findings);
    }
    const world = World.known();
    world.audit.overdue(ANN, BEN, world.nowMs);
    world.nowMs = 100;
    world.reads(ANN);
    world.nowMs = 101;
    world.audit.counted(ANN, BEN, 50);
    expect(world.asks(BEN, {}, unacked)).toEqual(right);
  });

  it("lets what was cut off from its ack be stored a while after a read ack, or after the first count", () => {
    const world = World.known();
    world.audit.doubted(ANN, BEN, 0);
    world.nowMs = 100;
    world.reads(ANN);
    world.nowMs = 100 + READ_WITHIN_MS;
    expect(world.asks(BEN, { [ANN]: 1 })).toEqual(right);

    const asked = new World();
    asked.audit.doubted(ANN, BEN, 0);
    asked.nowMs = 100;
    expect(asked.asks(BEN, { [ANN]: 7 })).toEqual({ checked: 0, faults: [] });
    expect(asked.asks(BEN, { [ANN]: 8 })).toEqual(right);
    expect(asked.asks(BEN, { [ANN]: 9 })).toEqual(wrong(ANN, 7, 8, 9));
  });

  it("lets a read ack that was sent right before the connection was lost have arrived or not", () => {
    for (const count of [0, 1]) {
      const world = World.known();
      world.writes(ANN, BEN);
      world.nowMs = 100;
      world.reads(ANN);
      world.audit.offline(PC, 100);
      world.nowMs = 100 + READ_WITHIN_MS;
      expect(world.asks(BEN, { [ANN]: count })).toEqual(right);
    }
    const world = World.known();
    world.writes(ANN, BEN);
    world.reads(ANN);
    world.audit.offline(PC, READ_WITHIN_MS);
    world.nowMs = READ_WITHIN_MS;
    expect(world.asks(BEN, { [ANN]: 1 })).toEqual(wrong(ANN, 0, 0, 1));
  });

  it("counts a group's messages for every other member, and lets who writes have read it by that (GRP-08)", () => {
    const world = World.known();
    world.asks(ANN, {});
    world.writes(ANN, GROUP);
    world.writes(ANN, GROUP);
    expect(world.asks(BEN, { [GROUP]: 1 })).toEqual(wrong(GROUP, 2, 2, 1));
    expect(world.asks(BEN, { [GROUP]: 1 })).toEqual(right);
    world.writes(BEN, GROUP);
    expect(world.asks(BEN, { [GROUP]: 0 })).toEqual(right);
    expect(world.asks(ANN, { [GROUP]: 1 })).toEqual(right);
  });

  it("does not want unread in a group what may have been stored before the user wrote there", () => {
    const world = World.known();
    world.nowMs = 100;
    world.writes(BEN, GROUP);
    // Ann's was sent before, and is acknowledged later: over another connection.
    world.audit.acked(ANN, GROUP, 90, 110);
    expect(world.asks(BEN, { [GROUP]: 0 })).toEqual(right);
    world.audit.acked(ANN, GROUP, 120, 130);
    expect(world.asks(BEN, { [GROUP]: 0 })).toEqual(wrong(GROUP, 1, 2, 0));
  });

  it("does not want unread in a group what the user may have read by a message without an ack", () => {
    const writing = World.known();
    writing.writes(ANN, GROUP);
    const question = writing.audit.ask(BEN, 0);
    expect(writing.answers(question, { [GROUP]: 0 }, nothingUnacked, new Set([GROUP]))).toEqual(right);

    const doubted = World.known();
    doubted.writes(ANN, GROUP);
    doubted.audit.doubted(BEN, GROUP, 0);
    doubted.nowMs = READ_WITHIN_MS - 1;
    doubted.writes(ANN, GROUP);
    expect(doubted.asks(BEN, { [GROUP]: 0 })).toEqual(right);
    doubted.nowMs = READ_WITHIN_MS;
    doubted.writes(ANN, GROUP);
    expect(doubted.asks(BEN, { [GROUP]: 0 })).toEqual(wrong(GROUP, 1, 3, 0));
  });
});
