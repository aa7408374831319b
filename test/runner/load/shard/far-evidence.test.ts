import { describe, expect, it } from "vitest";
import { MsgType } from "../../../../src/codec/generated/enums.js";
import { SentForms } from "../../../../src/runner/load/sent-forms.js";
import { FAR_PDUS_KEPT, FarEvidence } from "../../../../src/runner/load/shard/far-evidence.js";
import type { LoadShard } from "../../../../src/runner/load/shard/load-shard.js";
import { FarWitnessBook } from "../../../../src/runner/load/shard/witness-pdus.js";

const SENDER = 0;
const RECIPIENT = 2;

/** One shard that has sent so many messages, and another one to which each of them came. */
function bookOf(messages: number): FarWitnessBook {
  const forms = new SentForms(false);
  const [sender, recipient] = [new FarEvidence(forms, false), new FarEvidence(forms, false)];
  for (let serial = 1; serial <= messages; serial++) {
    // Rows pass on to the next message at once.
    forms.note(0, serial, serial, 64, MsgType.MSG_TYPE_SINGLE_TEXT, 1, 2);
    const token = { run: 1, senderDevice: SENDER, target: 1, serial, row: 0, intendedUs: 0, lateUs: 0 };
    Object.assign(sender.nextToken(), token);
    sender.acked(Buffer.from([serial >> 8, serial & 0xff]), 0, 2);
    recipient.received(SENDER, serial, RECIPIENT, Buffer.from([0xaa, serial & 0xff]), 0, 2);
  }
  const shards = [sender, recipient].map((each) => ({ evidence: each.state() }));
  return new FarWitnessBook(shards as unknown as LoadShard[], { nameOf: String, serverOf: () => "server" });
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

describe("FarEvidence", () => {
  it("has the message, its ack and what came of the last ones, though others have their rows", () => {
    const { pdus, lacks } = bookOf(FAR_PDUS_KEPT + 10).pdusOf(fault("duplicated", 11));
    expect(lacks).toBeUndefined();
    expect(pdus.map(({ what, device, hex }) => [what, device, hex.slice(-4)])).toEqual([
      ["sent", "0", expect.any(String)],
      ["ack", "0", "000b"],
      ["received", "2", "aa0b"],
    ]);
    // seq_num is in the header.
    expect(pdus[0]?.hex.slice(24, 28)).toBe("000b");
  });

  it("says so where they are not kept any more", () => {
    expect(bookOf(FAR_PDUS_KEPT + 10).pdusOf(fault("lost", 10))).toEqual({
      pdus: [],
      lacks: `of what goes between segments each keeps the last ${FAR_PDUS_KEPT} PDUs, of which these are none`,
    });
  });
});
