import { describe, expect, it, vi } from "vitest";
import { MsgType } from "../../../src/codec/generated/enums.js";
import type { PduLink } from "../../../src/net/pdu-link.js";
import { ClientSession } from "../../../src/server/msg/client-session.js";
import { Delivery } from "../../../src/server/msg/delivery.js";
import { UserTable } from "../../../src/server/msg/user-table.js";

const owner = { received: () => {}, lost: () => {} };
const pdu = Buffer.alloc(32);
const message = {
  from_user_id: 1,
  to_session_id: 7,
  msg_id: 1,
  create_time: 1,
  msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
  msg_data: Buffer.from("hello"),
};

/** So many users on a PC and as many on a phone, and how often any link of theirs was given something. */
function online(users: number) {
  const table = new UserTable();
  const given = { messages: 0, shared: 0, sharedPdus: 0 };
  const link = {
    send: () => given.messages++,
    sendShared: (_: Buffer, pdus: number) => {
      given.shared++;
      given.sharedPdus += pdus;
    },
  } as unknown as PduLink;
  for (let userId = 1; userId <= users; userId++) {
    for (const clientType of [0x01, 0x11] as const) {
      const session = new ClientSession(link, 0, owner);
      session.userId = userId;
      session.clientType = clientType;
      table.add(session);
    }
  }
  return { delivery: new Delivery(table), given };
}

describe("Delivery", () => {
  it.each([10, 1000])("gives a message to its receiver's connections alone, with %i users online", (users) => {
    const { delivery, given } = online(users);
    delivery.messageTo(7, message);
    expect(given).toEqual({ messages: 2, shared: 0, sharedPdus: 0 });
  });

  it.each([10, 1000])("tells each PC of a change of presence once, with %i users online", (users) => {
    const { delivery, given } = online(users);
    delivery.toPcs(pdu, 0, pdu.length);
    expect(given).toEqual({ messages: 0, shared: users, sharedPdus: users });
  });

  it("tells of changes that come too soon after the last together, in one write for each PC (PRE-01)", () => {
    vi.useFakeTimers();
    try {
      const { delivery, given } = online(1000);
      vi.advanceTimersByTime(2000);
      delivery.toPcs(pdu, 0, pdu.length);
      for (let change = 0; change < 50; change++) delivery.toPcs(pdu, 0, pdu.length);
      vi.advanceTimersByTime(1000);
      expect(given).toEqual({ messages: 0, shared: 2 * 1000, sharedPdus: 51 * 1000 });
    } finally {
      vi.useRealTimers();
    }
  });
});
