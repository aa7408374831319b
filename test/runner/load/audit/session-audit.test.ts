import { describe, expect, it } from "vitest";
import { SessionAudit } from "../../../../src/runner/load/audit/session-audit.js";
import { DeliveryOracle } from "../../../../src/runner/load/oracle/delivery-oracle.js";
import { LOST_AFTER_MS } from "../../../../src/runner/load/oracle/lost-messages.js";

const [ANN, BEN] = [0, 1];
const SERIAL = 1;
const aMoment = LOST_AFTER_MS - 1;

function auditOf(oracle: DeliveryOracle, users: number, devicesPerUser: number): SessionAudit {
  const options = { users, devicesPerUser, checkedShare: 1, readWithinMs: 5000 };
  const run = { membersOf: () => undefined, readAckPdu: () => Buffer.alloc(0), isOwn: () => true };
  return new SessionAudit({ ...options, ...run }, oracle);
}

describe("SessionAudit", () => {
  it("wants a message once in the unread count whose ack comes after history has told of it", () => {
    const oracle = new DeliveryOracle({ users: 2, devicesPerUser: 1, run: 1, ackTimeoutMs: 5000 });
    const audit = auditOf(oracle, 2, 1);
    const asks = (nowMs: number, count: number) =>
      audit.judgeUnread(audit.askUnread(BEN, nowMs), BEN, new Map([[ANN, count]]), [], nowMs);
    asks(0, 0);
    audit.sent(ANN, BEN);
    audit.doubted(ANN, BEN, SERIAL, false, 5000);
    audit.stored({ sender: ANN, target: BEN, serial: SERIAL, sentMs: 1, msgId: 7 });
    audit.acked(ANN, BEN, SERIAL, 7, 1, 6000);
    asks(7000, 1);
    expect(oracle.counts).toMatchObject({ unreadChecked: 1, unreadWrong: 0 });
    asks(7000, 2);
    expect(oracle.witnesses.map(({ detail }) => detail)).toEqual(["the server says 2 unread, it must be 1"]);
  });

  it.each([
    ["the one that is not told", 0],
    ["the one that has read", 1],
  ])("says what a device was not told of in all its time, also when %s goes before the run ends", (_, goer) => {
    const oracle = new DeliveryOracle({ users: 2, devicesPerUser: 2, run: 1, ackTimeoutMs: 5000 });
    const audit = auditOf(oracle, 2, 2);
    for (const device of [0, 1, 2]) oracle.online(device);
    audit.read(1, BEN, 7, 0, 0);
    audit.read(1, BEN, 8, 0, LOST_AFTER_MS - aMoment);
    oracle.offline(goer, LOST_AFTER_MS);
    audit.offline(goer, LOST_AFTER_MS);
    audit.finish();
    expect(oracle.counts).toMatchObject({ readsExpected: 1, readsTold: 0, diverged: 1 });
    expect(oracle.witnesses).toMatchObject([{ kind: "diverged", device: 0, senderDevice: 1, target: BEN, msgId: 7 }]);
  });
});
