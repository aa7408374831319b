import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Audience, NOT_A_RECIPIENT } from "../../../../src/runner/load/oracle/audience.js";

const USERS = 6;

describe("Audience", () => {
  const audience = new Audience(USERS, 2, [
    [0, 2, 5],
    [1, 3],
  ]);

  it("gives a device of a user, of the sender and of a group's member a number each, and finds it again", () => {
    const device = fc.nat(USERS * 2 - 1);
    fc.assert(
      fc.property(device, device, fc.nat(audience.targetsMax - 1), (receiver, sender, target) => {
        const senderUser = audience.userOf(sender);
        fc.pre(target !== senderUser);
        const number = audience.numberOf(receiver, sender, target);
        const members = audience.isGroup(target)
          ? [
              [0, 2, 5],
              [1, 3],
            ][target - USERS]
          : [target, senderUser];
        const isRecipient = receiver !== sender && members?.includes(audience.userOf(receiver)) === true;
        expect(number !== NOT_A_RECIPIENT).toBe(isRecipient);
        if (!isRecipient) return;
        expect(number).toBeLessThan(audience.sizeOf(target));
        expect(audience.deviceAt(number, sender, target)).toBe(receiver);
      }),
    );
  });

  it("makes room for the largest group", () => {
    expect(audience.recipientsMax).toBe(6);
    expect(new Audience(USERS, 2, []).recipientsMax).toBe(4);
  });
});
