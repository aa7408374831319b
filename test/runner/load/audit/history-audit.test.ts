import { describe, expect, it } from "vitest";
import { HistoryAudit, type HistoryEntry } from "../../../../src/runner/load/audit/history-audit.js";

const USERS = 4;
const [ANN, BEN, CY, DAN] = [0, 1, 2, 3];
/** A group of Ann and Cy. */
const GROUP = 9;

function audit(checked: readonly number[] = [ANN]): HistoryAudit {
  return new HistoryAudit(
    USERS,
    (user) => checked.includes(user),
    (target) => (target === GROUP ? [ANN, CY] : undefined),
    () => true,
  );
}

/** Messages from Ann to Ben, acknowledged with these msg_ids under the serials 1, 2, … @returns the session */
function acked(history: HistoryAudit, msgIds: readonly number[]): number {
  for (const [place, msgId] of msgIds.entries()) {
    history.sent(ANN, BEN);
    history.acked(ANN, BEN, place + 1, msgId);
  }
  return history.sessionOf(ANN, BEN) as number;
}

function entries(...pairs: readonly (readonly [msgId: number, serial: number | undefined])[]): HistoryEntry[] {
  return pairs.map(([msgId, serial]) => ({
    msgId,
    message: serial === undefined ? undefined : { serial, sender: ANN, sentMs: 0 },
  }));
}

describe("HistoryAudit", () => {
  it("has one session for both sides of a pair, and one for a group; none where nobody is checked", () => {
    const history = audit();
    expect(history.sessionOf(ANN, BEN)).toBe(history.sessionOf(BEN, ANN));
    expect(history.sessionOf(CY, GROUP)).toBe(history.sessionOf(ANN, GROUP));
    expect(history.sessionOf(BEN, DAN)).toBeUndefined();
    const pair = history.sidesOf(history.sessionOf(BEN, ANN) as number);
    expect([pair.users, pair.targetOf(ANN), pair.targetOf(BEN)]).toEqual([[ANN, BEN], BEN, ANN]);
    const group = history.sidesOf(history.sessionOf(ANN, GROUP) as number);
    expect([group.users, group.targetOf(CY)]).toEqual([[ANN, CY], GROUP]);
  });

  it("keeps a session busy until its message is acknowledged or doubted, from either side", () => {
    const history = audit();
    history.sent(ANN, BEN);
    expect([history.isBusy(BEN, ANN), history.isBusy(ANN, CY)]).toEqual([true, false]);
    history.acked(ANN, BEN, 1, 1);
    expect(history.isBusy(BEN, ANN)).toBe(false);
    history.sent(BEN, ANN);
    history.doubted(BEN, ANN, 2);
    expect(history.isBusy(ANN, BEN)).toBe(false);
    // Its ack comes after all, while another message waits for its own.
    history.sent(ANN, BEN);
    history.acked(BEN, ANN, 2, 2);
    expect(history.isBusy(ANN, BEN)).toBe(true);
  });

  it("does not take a session for free when a message that was doubted is doubted again", () => {
    const history = audit();
    history.sent(ANN, BEN);
    history.doubted(ANN, BEN, 1);
    history.sent(ANN, BEN);
    history.doubted(ANN, BEN, 1);
    expect(history.isBusy(ANN, BEN)).toBe(true);
  });

  it("wants every acknowledged message, whatever the order of its msg_ids", () => {
    const history = audit();
    const session = acked(history, [12, 11, 13]);
    expect(history.leastIdOf(session)).toBe(11);
    expect(history.judge(session, entries([13, 3], [12, 1], [11, 2]))).toEqual({
      expected: 3,
      missing: 0,
      missingIds: [],
    });
    expect(history.judge(session, [])).toEqual({ expected: 3, missing: 3, missingIds: [11, 12, 13] });
  });

  it("names the msg_ids that are missing, and those whose message was changed", () => {
    const history = audit();
    const session = acked(history, [11, 12, 13, 14]);
    expect(history.judge(session, entries([14, 4], [13, undefined], [11, 1]))).toEqual({
      expected: 4,
      missing: 2,
      missingIds: [12, 13],
    });
  });

  it("does not let a message that is there twice stand for another one", () => {
    const history = audit();
    const session = acked(history, [11, 12]);
    expect(history.judge(session, entries([12, 1], [11, 1]))).toMatchObject({ expected: 2, missing: 1 });
  });

  it("does not let a message whose ack never came stand for one that was acknowledged", () => {
    const history = audit();
    const session = acked(history, [11, 12]);
    history.sent(ANN, BEN);
    history.doubted(ANN, BEN, 3);
    expect(history.judge(session, entries([13, 3], [11, 1]))).toMatchObject({ expected: 2, missing: 1 });
    expect(history.judge(session, entries([13, 3], [12, 2], [11, 1]))).toMatchObject({ expected: 2, missing: 0 });
    history.acked(ANN, BEN, 3, 13);
    expect(history.judge(session, entries([12, 2], [11, 1]))).toEqual({ expected: 3, missing: 1, missingIds: [13] });
  });

  it("wants nothing of sessions without an ack, and looks at those only that have one", () => {
    const history = audit();
    history.sent(ANN, BEN);
    expect(history.sessions).toEqual([]);
    expect(history.judge(history.sessionOf(ANN, BEN) as number, entries([1, 1]))).toMatchObject({ expected: 0 });
    history.acked(CY, GROUP, 7, 3);
    expect(history.sessions).toEqual([history.sessionOf(ANN, GROUP)]);
  });
});
