import { describe, expect, it } from "vitest";
import { SessionAudit } from "../../../../src/runner/load/audit/session-audit.js";
import { DeliveryOracle } from "../../../../src/runner/load/oracle/delivery-oracle.js";

const [ANN, BEN] = [0, 1];
const SERIAL = 1;

describe("SessionAudit", () => {
  it("wants a message once in the unread count whose ack comes after history has told of it", () => {
    const oracle = new DeliveryOracle({ users: 2, devicesPerUser: 1, run: 1, ackTimeoutMs: 5000 });
    const audit = new SessionAudit(
      {
        users: 2,
        devicesPerUser: 1,
        checkedShare: 1,
        readWithinMs: 5000,
        membersOf: () => undefined,
        readAckPdu: () => Buffer.alloc(0),
        isOwn: () => true,
      },
      oracle,
    );
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
});
