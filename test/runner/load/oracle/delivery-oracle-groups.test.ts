import { describe, expect, it } from "vitest";
import { DeliveryOracle } from "../../../../src/runner/load/oracle/delivery-oracle.js";
import { contentTemplate } from "../../../../src/runner/load/oracle/message-token.js";

const RUN = 77;
const USERS = 30;
/** The only group; 20 members with two devices are more than the bits of one word. */
const GROUP = USERS;
const members = Array.from({ length: 20 }, (_, member) => member);
const recipients = members.flatMap((user) => [2 * user, 2 * user + 1]).filter((device) => device !== 0);

function oracleWithEverybodyOnline(): DeliveryOracle {
  const oracle = new DeliveryOracle({
    users: USERS,
    devicesPerUser: 2,
    groups: [members],
    run: RUN,
    ackTimeoutMs: 1000,
  });
  for (let device = 0; device < 2 * USERS; device++) oracle.online(device);
  return oracle;
}

/** Device 0 sends to the group, and the server acknowledges. */
function sendAcked(oracle: DeliveryOracle, msgId: number): Buffer {
  const content = contentTemplate(64, RUN);
  const row = oracle.begin(0, GROUP, 0, 0, content);
  oracle.acked(row, oracle.serialOf(row), msgId);
  return content;
}

describe("DeliveryOracle with groups", () => {
  it("expects a message at every device of every member but the sending one", () => {
    const oracle = oracleWithEverybodyOnline();
    const content = sendAcked(oracle, 1);
    for (const device of recipients) expect(oracle.received(device, 0, 1, content)).toBe(true);
    expect(oracle.inFlight).toBe(0);
    oracle.finish();
    expect(oracle.counts).toMatchObject({ expectedDeliveries: 39, delivered: 39, lost: 0, misdelivered: 0 });
  });

  it("names the member's device that a message never reached", () => {
    const oracle = oracleWithEverybodyOnline();
    const content = sendAcked(oracle, 1);
    for (const device of recipients) if (device !== 35) oracle.received(device, 0, 1, content);
    oracle.finish();
    expect(oracle.counts).toMatchObject({ delivered: 38, lost: 1 });
    expect(oracle.witnesses).toMatchObject([
      { kind: "lost", target: GROUP, device: 35, senderDevice: 0 },
      // The member's other device has it.
      { kind: "diverged", target: GROUP, device: 35, senderDevice: 0 },
    ]);
  });

  it("calls a message misdelivered that reaches somebody who is no member", () => {
    const oracle = oracleWithEverybodyOnline();
    const content = sendAcked(oracle, 1);
    expect(oracle.received(2 * 25, 0, 1, content)).toBe(false);
    expect(oracle.counts.misdelivered).toBe(1);
  });

  it("tells a second copy from the first, also beyond the first word of recipients", () => {
    const oracle = oracleWithEverybodyOnline();
    const content = sendAcked(oracle, 1);
    expect(oracle.received(39, 0, 1, content)).toBe(true);
    expect(oracle.received(39, 0, 1, content)).toBe(false);
    expect(oracle.counts.duplicated).toBe(1);
  });

  it("sees that two messages to the group change places for one member", () => {
    const oracle = oracleWithEverybodyOnline();
    const [first, second] = [sendAcked(oracle, 1), sendAcked(oracle, 2)];
    oracle.received(38, 0, 2, second);
    oracle.received(38, 0, 1, first);
    expect(oracle.counts.reordered).toBe(1);
  });

  it("does not judge the order of a message whose sender was cut off before its ack", () => {
    const oracle = oracleWithEverybodyOnline();
    const abandoned = contentTemplate(64, RUN);
    oracle.begin(0, GROUP, 0, 0, abandoned);
    oracle.offline(0);
    oracle.online(0);
    const next = sendAcked(oracle, 1);
    oracle.received(38, 0, 1, next);
    // The server came to the older one later, over a connection that was gone.
    oracle.received(38, 0, 2, abandoned);
    expect(oracle.counts).toMatchObject({ reordered: 0, duplicated: 0, abandoned: 1 });
  });

  it("does not call late copies duplicated at a device that is leaving", () => {
    const oracle = oracleWithEverybodyOnline();
    const content = sendAcked(oracle, 1);
    oracle.offline(38);
    for (const device of recipients) if (device !== 38) oracle.received(device, 0, 1, content);
    expect(oracle.inFlight).toBe(0);
    expect(oracle.received(38, 0, 1, content)).toBe(false);
    expect(oracle.counts).toMatchObject({ duplicated: 0, unjudged: 1, delivered: 38 });
  });
});
