import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeliveryOracle } from "../../../src/runner/load/oracle/delivery-oracle.js";
import { contentTemplate } from "../../../src/runner/load/oracle/message-token.js";

const RUN = 7;
const USERS = 6;
const PER_USER = 2;
const DEVICES = USERS * PER_USER;
/** Targets from there on are groups. */
const groups = [
  [0, 1, 2],
  [2, 3, 4, 5],
];

/** Who must get a message, as the protocol says it: all devices of both people, or of each member, but the sending one. */
function recipientsOf(sender: number, target: number): number[] {
  const people = groups[target - USERS] ?? [target, Math.floor(sender / PER_USER)];
  const devices = [...new Set(people)].flatMap((user) => [user * PER_USER, user * PER_USER + 1]);
  return devices.filter((device) => device !== sender);
}

// Nobody writes to oneself: servers drop that.
const message = fc
  .record({
    sender: fc.nat(DEVICES - 1),
    target: fc.nat(USERS + groups.length - 1),
    isAcked: fc.boolean(),
    /** How many have it before anybody goes. */
    got: fc.nat(3),
  })
  .filter(({ sender, target }) => target !== Math.floor(sender / PER_USER));

describe("devices that go one after the other, with nothing sent between", () => {
  it("leave the same behind as each by itself, whoever wrote to whom", () => {
    const sent = fc.array(message, { maxLength: 40 });
    const leavers = fc.uniqueArray(fc.nat(DEVICES - 1), { maxLength: DEVICES });
    fc.assert(
      fc.property(sent, leavers, (messages, gone) => {
        const oracle = new DeliveryOracle({
          users: USERS,
          devicesPerUser: PER_USER,
          groups,
          run: RUN,
          ackTimeoutMs: 1000,
        });
        for (let device = 0; device < DEVICES; device++) oracle.online(device);
        let [abandoned, unjudged, left] = [0, 0, 0];
        for (const [index, { sender, target, isAcked, got }] of messages.entries()) {
          const content = contentTemplate(64, RUN);
          const row = oracle.begin(sender, target, 0, 0, content);
          if (isAcked) oracle.acked(row, oracle.serialOf(row), index + 1);
          const recipients = recipientsOf(sender, target);
          const from = Math.floor(sender / PER_USER);
          for (const device of recipients.slice(0, got)) oracle.received(device, from, index + 1, content);
          const waiting = recipients.slice(got);
          if (!isAcked && gone.includes(sender)) abandoned++;
          unjudged += waiting.filter((device) => gone.includes(device)).length;
          left += waiting.filter((device) => !gone.includes(device)).length;
        }
        for (const device of gone) oracle.offline(device, 1);
        const { expectedDeliveries, delivered, ...counts } = oracle.counts;
        expect(counts).toMatchObject({ abandoned, unjudged, duplicated: 0, misdelivered: 0 });
        expect(expectedDeliveries - delivered - unjudged).toBe(left);
      }),
    );
  });
});
