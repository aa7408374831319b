import { describe, expect, it } from "vitest";
import { MsgType } from "../../../../src/codec/generated/enums.js";
import type { DeliveryWitness } from "../../../../src/runner/load/load-result.js";
import { DeliveryOracle } from "../../../../src/runner/load/oracle/delivery-oracle.js";
import { contentTemplate } from "../../../../src/runner/load/oracle/message-token.js";
import { SentForms } from "../../../../src/runner/load/oracle/sent-forms.js";
import { FAR_PDUS_KEPT, FarEvidence, SUSPECTS_KEPT } from "../../../../src/runner/load/shard/far-evidence.js";
import type { LoadShard } from "../../../../src/runner/load/shard/load-shard.js";
import { FarWitnessBook } from "../../../../src/runner/load/shard/witness-pdus.js";
import { failedLoad } from "../../../helpers/load-result.js";

const SENDER = 0;
const RECIPIENT = 2;

const names = {
  nameOf: (device: number) => `user${device}/windows`,
  serverOf: () => "server",
  userOf: (device: number) => device,
  userNameOf: (user: number) => `user${user}`,
};

/** One shard that has sent so many messages, and another one to which each of them came. */
function bookOf(
  messages: number,
  suspect?: { readonly serial: number; readonly when: "before" | "after" },
): FarWitnessBook {
  const forms = new SentForms(false);
  const [sender, recipient] = [new FarEvidence(forms, false), new FarEvidence(forms, false)];
  for (let serial = 1; serial <= messages; serial++) {
    // Rows pass on to the next message at once.
    forms.note(0, serial, serial, 64, MsgType.MSG_TYPE_SINGLE_TEXT, 1, 2);
    const token = { run: 1, senderDevice: SENDER, target: 1, serial, row: 0, intendedUs: 0, lateUs: 0 };
    Object.assign(sender.nextToken(), token);
    sender.acked(Buffer.from([serial >> 8, serial & 0xff]), 0, 2);
    if (suspect?.serial === serial && suspect.when === "before") recipient.suspect(SENDER, serial, RECIPIENT);
    recipient.received(SENDER, serial, RECIPIENT, Buffer.from([0xaa, serial & 0xff]), 0, 2);
    if (suspect?.serial === serial && suspect.when === "after") recipient.suspect(SENDER, serial, RECIPIENT);
  }
  const shards = [sender, recipient].map((each) => ({ evidence: each.state() }));
  return new FarWitnessBook(shards as unknown as LoadShard[], names);
}

const fault = (kind: "lost" | "duplicated", serial: number) => ({
  kind,
  serial,
  senderDevice: SENDER,
  device: RECIPIENT,
  target: 1,
  msgId: 9,
  sentMs: 0,
});

/** A duplicate that the recipient's shard has noticed. */
function seen(message: number): DeliveryWitness {
  const [witness] = failedLoad.witnesses as [DeliveryWitness];
  return { ...witness, kind: "duplicated", message, from: "user0/windows", device: "user2/windows" };
}

const noLongerHeld =
  `PDUs are no longer held: of what goes between segments each keeps the last ${FAR_PDUS_KEPT} each way, ` +
  `and ${SUSPECTS_KEPT} that looked wrong when they came`;

describe("FarEvidence", () => {
  it("has the message, its ack and what came of the last ones, though others have their rows", () => {
    const { pdus, lacks } = bookOf(FAR_PDUS_KEPT + 10).pdusOf(fault("duplicated", 11));
    expect(lacks).toBeUndefined();
    expect(pdus.map(({ what, device, hex }) => [what, device, hex.slice(-4)])).toEqual([
      ["sent", "user0/windows", expect.any(String)],
      ["ack", "user0/windows", "000b"],
      ["received", "user2/windows", "aa0b"],
    ]);
    // seq_num is in the header.
    expect(pdus[0]?.hex.slice(24, 28)).toBe("000b");
  });

  it("has a message and its ack also where the sender's other device had it before the ack", () => {
    const forms = new SentForms(false);
    const evidence = new FarEvidence(forms, false);
    const [pc, phone] = [0, 1];
    const segment = { index: 0, count: 2 };
    const oracle = new DeliveryOracle({ users: 2, devicesPerUser: 2, run: 1, ackTimeoutMs: 5000, segment, evidence });
    oracle.far?.begin(0, []);
    oracle.online(pc);
    oracle.online(phone);
    const content = contentTemplate(64, 1);
    const row = oracle.begin(pc, 1, 0, 0, content);
    forms.note(row, 1, 1, 64, MsgType.MSG_TYPE_SINGLE_TEXT, 1, 2);
    oracle.received(phone, 0, 7, content);
    oracle.ackArriving(Buffer.from([0xac]), 0, 1, undefined);
    oracle.acked(row, 1, 7);
    expect(evidence.state().sent).toMatchObject([{ senderDevice: pc, serial: 1, ack: "ac" }]);
  });

  it("says so where they are not kept any more", () => {
    expect(bookOf(FAR_PDUS_KEPT + 10).pdusOf(fault("lost", 10))).toEqual({
      pdus: [],
      lacks: `its ${noLongerHeld}`,
    });
  });

  it.each(["before", "after"] as const)(
    "keeps what looked wrong when it came, noted %s its PDU, whatever comes later",
    (when) => {
      const { pdus, lacks } = bookOf(2 * FAR_PDUS_KEPT, { serial: 10, when }).pdusOf(fault("duplicated", 10));
      expect(pdus.map(({ what, hex }) => [what, hex])).toEqual([["received", "aa0a"]]);
      expect(lacks).toBe(`some of its ${noLongerHeld}`);
    },
  );

  it("shows a delivery once that looked wrong and is among the last ones", () => {
    const { pdus, lacks } = bookOf(10, { serial: 10, when: "after" }).pdusOf(fault("duplicated", 10));
    expect(pdus.map(({ what }) => what)).toEqual(["sent", "ack", "received"]);
    expect(lacks).toBeUndefined();
  });

  it("adds what other shards have to a fault that one has seen by itself, or says that they have it no more", () => {
    const book = bookOf(FAR_PDUS_KEPT + 10);
    expect(book.pdusBeside(seen(11))).toMatchObject({
      pdus: [
        { what: "sent", device: "user0/windows" },
        { what: "ack", hex: "000b" },
        { what: "received", hex: "aa0b" },
      ],
      lacks: undefined,
    });
    expect(book.pdusBeside(seen(10))).toEqual({
      pdus: [],
      lacks: `the sender's ${noLongerHeld}; the first one's ${noLongerHeld}`,
    });
  });
});
