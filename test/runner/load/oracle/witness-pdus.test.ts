import { afterEach, describe, expect, it } from "vitest";
import type { LoadPlan } from "../../../../src/runner/load/load-plan.js";
import { behaviourOf, habitDefaults } from "../../../../src/scenarios/load/behaviour.js";
import { seededRandom } from "../../../../src/scenarios/load/random.js";
import { FakeMsgServer, type FakeOptions, type Mischief } from "../../../helpers/fake-msg-server.js";
import { loadPlan, run } from "../../../helpers/load-plan.js";

const USERS = 10;
const servers: FakeMsgServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

/** A run against a server that does the mischief to every tenth delivery, and every PDU that the server saw, as hex. */
async function spoilt(mischief: Mischief, options: Partial<FakeOptions> = {}, overrides: Partial<LoadPlan> = {}) {
  const seen = { in: new Set<string>(), out: new Set<string>() };
  let deliveries = 0;
  const server = await FakeMsgServer.start({
    users: USERS,
    mischief: () => (++deliveries % 10 === 0 ? mischief : "deliver"),
    trace: (_, direction, bytes, start, end) => seen[direction].add(bytes.toString("hex", start, end)),
    ...options,
  });
  servers.push(server);
  const plan = loadPlan(server.address, USERS, { messageSize: { fromBytes: 50, toBytes: 400 }, ...overrides });
  return { result: await run(plan), seen };
}

describe("PDUs of witnesses", () => {
  it.each([
    ["text", {}],
    ["encrypted text", { isEncrypted: true }],
    ["audio", { audioShare: 0.5 }],
  ])("are what went over the wire, byte for byte: %s", async (_, overrides) => {
    const { result, seen } = await spoilt("drop", {}, overrides);
    expect(result.delivery.lost).toBeGreaterThan(3);
    const lost = result.witnesses.filter(({ kind }) => kind === "lost");
    for (const { pdus, from, device } of lost) {
      expect(pdus.map(({ what }) => what)).toEqual(expect.arrayContaining(["sent", "ack"]));
      for (const { what, hex, length, device: of } of pdus) {
        expect(what === "sent" ? seen.in : seen.out).toContain(hex);
        expect(hex).toHaveLength(length * 2);
        if (what === "received") expect([from, device]).not.toContain(of);
        else expect(of).toBe(from);
      }
    }
    // Of the three that were to get a message mostly two did.
    expect(Math.max(...lost.map(({ pdus }) => pdus.filter(({ what }) => what === "received").length))).toBe(2);
  });

  it("have what came in place of a message, and what the others got", async () => {
    const { result, seen } = await spoilt("alter");
    const witnesses = result.witnesses.filter(({ kind }) => kind === "corrupted");
    expect(witnesses.length).toBeGreaterThan(3);
    for (const { pdus, device } of witnesses) {
      const [sent, altered] = ["sent", "received"].map((what) => pdus.find((pdu) => pdu.what === what));
      expect(seen.in).toContain(sent?.hex);
      expect(altered?.device).toBe(device);
      expect(seen.out).toContain(altered?.hex);
      const ofOthers = pdus.filter((pdu) => pdu.what === "received" && pdu.device !== device);
      for (const { hex } of ofOthers) expect(hex).not.toBe(altered?.hex);
    }
  });

  it("have a message that came twice, twice while it is in flight", async () => {
    const { result, seen } = await spoilt("duplicate");
    const witnesses = result.witnesses.filter(({ kind }) => kind === "duplicated");
    expect(witnesses.length).toBeGreaterThan(3);
    for (const { pdus, device } of witnesses) {
      const received = pdus.filter((pdu) => pdu.what === "received" && pdu.device === device);
      expect(received).toHaveLength(2);
      expect(received[0]?.hex).toBe(received[1]?.hex);
      expect(seen.out).toContain(received[0]?.hex);
    }
  });

  it("have the read ack that another device was not told of", async () => {
    const behaviour = behaviourOf({ ...habitDefaults, readShare: 1 }, USERS, seededRandom(1));
    const { result, seen } = await spoilt("deliver", { tellsReads: false }, { behaviour });
    const witnesses = result.witnesses.filter(({ kind }) => kind === "diverged");
    expect(witnesses).toHaveLength(20);
    for (const { pdus, from } of witnesses) {
      expect(pdus).toMatchObject([{ what: "sent", device: from }]);
      expect(seen.in).toContain(pdus[0]?.hex);
    }
  });
});
