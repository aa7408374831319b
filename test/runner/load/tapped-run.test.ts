import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeBody } from "../../../src/codec/body-codec.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { readCommandId, readSeqNum } from "../../../src/codec/pdu-header.js";
import type { LoadDependencies } from "../../../src/runner/load/load-dependencies.js";
import type { LoadPlan } from "../../../src/runner/load/load-plan.js";
import type { DeliveryWitness, LoadResult } from "../../../src/runner/load/load-result.js";
import type { TrendResult } from "../../../src/runner/load/metrics/metrics.js";
import type { LoadScenario } from "../../../src/scenarios/load/load-scenario.js";
import { steadyChat } from "../../../src/scenarios/load/steady-chat.js";
import { thinkTimes } from "../../../src/scenarios/load/think-time.js";
import { crowdFixture } from "../../../src/server/storage/crowd-fixture.js";
import { startTap } from "../../../src/tap/start-tap.js";
import { type LatencyPair, LatencyPairs, leastLatenessMs } from "../../helpers/latency-pairs.js";
import { loadPlan, run } from "../../helpers/load-plan.js";
import { ReferenceCluster } from "../../helpers/reference-cluster.js";

const USERS = 10;
const ACCOUNTS = 200;
/** Messages that a device asks for at once. */
const HISTORY_PAGE = 20;
let cluster: ReferenceCluster;
let usersTaken = 0;

beforeAll(async () => {
  cluster = await ReferenceCluster.start({ fixture: crowdFixture(ACCOUNTS) });
});
afterAll(() => cluster.stop());

/** A run through a tap with one rule; how often the rule acted. */
async function runThrough(
  rule: string,
  overrides: Partial<LoadPlan> = {},
  users = USERS,
  options: Partial<LoadDependencies> = {},
) {
  // Runs go on side by side: each has users of its own.
  const first = usersTaken;
  usersTaken += users;
  const accounts = Array.from({ length: users }, (_, user) => ({
    name: `user${first + user + 1}`,
    password: "secret",
  }));
  const tap = await startTap({ listen: { host: "127.0.0.1", port: 0 }, to: cluster.msg(0), rules: [rule] });
  try {
    const plan = loadPlan(tap.address, users, { actsPerSecond: 60, accounts, ...overrides });
    const result = await run(plan, options);
    return { result, applied: tap.counts().rules[0]?.applied ?? 0, accounts };
  } finally {
    await tap.stop();
  }
}

const none = { lost: 0, unacked: 0, duplicated: 0, reordered: 0, corrupted: 0, misdelivered: 0, diverged: 0 };
/** Only the first user writes, and only to the second. */
const oneWay: LoadScenario = {
  ...steadyChat,
  act(crowd, user) {
    if (user !== 0) return true;
    if (!crowd.canSend(0, 1)) return false;
    crowd.sendText(0, 1);
    return true;
  },
};

function faultsOf({ delivery }: LoadResult) {
  return Object.fromEntries(Object.keys(none).map((kind) => [kind, delivery[kind as keyof typeof none]]));
}

describe.concurrent("faults that a tap puts between generator and server", () => {
  it("deliveries dropped are lost, exactly as many, on that device and not on the user's other one", async () => {
    const { result, applied } = await runThrough("drop command=CID_MSG_DATA dir=s2c every=10");
    expect(applied).toBeGreaterThan(3);
    const { diverged } = result.delivery;
    expect(faultsOf(result)).toEqual({ ...none, lost: applied, diverged });
    // Of a user's devices one has it, except where both are the ones dropped or the sender has no other.
    expect(diverged).toBeGreaterThan(0);
    const witness = result.witnesses.find(({ kind }) => kind === "lost");
    expect(witness?.token).toMatch(/^TTK2[\w-]+$/);
    expect(witness?.sentAtMs).toBeGreaterThan(0);
  });

  it("messages dropped on their way to the server are never acknowledged, and nobody misses them", async () => {
    const { result, applied } = await runThrough("drop command=CID_MSG_DATA dir=c2s every=10", { ackTimeoutMs: 300 });
    expect(applied).toBeGreaterThan(2);
    expect(faultsOf(result)).toEqual({ ...none, unacked: applied });
  });

  it("acks dropped leave messages that arrived everywhere", async () => {
    const { result, applied } = await runThrough("drop command=CID_MSG_DATA_ACK dir=s2c every=10", {
      ackTimeoutMs: 300,
    });
    expect(faultsOf(result)).toEqual({ ...none, unacked: applied });
    expect(result.delivery.delivered).toBe(result.delivery.expectedDeliveries);
  });

  it("deliveries duplicated", async () => {
    const { result, applied } = await runThrough("duplicate command=CID_MSG_DATA dir=s2c every=10");
    expect(applied).toBeGreaterThan(3);
    expect(faultsOf(result)).toEqual({ ...none, duplicated: applied });
    expect(result.witnesses[0]?.arrived).toContain(result.witnesses[0]?.token);
  });

  it.each([
    ["their text", "body.msg_data=b3RoZXI="],
    ["their msg_id", "body.msg_id=4000000"],
    ["their msg_id, which is none", "body.msg_id=0"],
    ["their receiver", "body.to_session_id=4000000"],
    ["their kind", "body.msg_type=MSG_TYPE_SINGLE_AUDIO"],
    ["their kind, which is for groups", "body.msg_type=MSG_TYPE_GROUP_TEXT"],
  ])("deliveries altered in %s", async (_, change) => {
    const { result, applied } = await runThrough(`set ${change} command=CID_MSG_DATA dir=s2c every=10`);
    expect(applied).toBeGreaterThan(3);
    expect(faultsOf(result)).toEqual({ ...none, corrupted: applied });
  });

  it("one byte of an encrypted text altered", async () => {
    const { result, applied } = await runThrough("set body.msg_data=QUJDRA== command=CID_MSG_DATA dir=s2c every=10", {
      isEncrypted: true,
    });
    expect(applied).toBeGreaterThan(3);
    expect(faultsOf(result)).toEqual({ ...none, corrupted: applied });
  });

  it("deliveries that change places", async () => {
    // Phones, which are not told who comes and goes (PRE-01): what overtakes a message is the next message.
    const scenario: LoadScenario = { ...oneWay, clientTypes: ["ios"] };
    const { result, applied } = await runThrough(
      "reorder 1 10s command=CID_MSG_DATA dir=s2c every=5 times=3",
      { scenario, devicesPerUser: 1, actsPerSecond: 40, durationMs: 2000, thinkTime: thinkTimes.constant },
      2,
    );
    expect(applied).toBe(3);
    expect(faultsOf(result)).toEqual({ ...none, reordered: 3 });
  });

  it("deliveries delayed are that much slower, and nothing else", async () => {
    const { result } = await runThrough(
      "delay 250ms command=CID_MSG_DATA dir=s2c",
      { scenario: oneWay, devicesPerUser: 1, actsPerSecond: 20, durationMs: 1000 },
      2,
    );
    expect(faultsOf(result)).toEqual(none);
    expect((result.metrics.msg_delivery_duration as TrendResult).min).toBeGreaterThanOrEqual(249);
    expect((result.metrics.msg_ack_duration as TrendResult).min).toBeLessThan(249);
  });

  it("a stall of 1.4 s is charged to what was meant to happen meanwhile", async () => {
    const pairs = new LatencyPairs("msg_delivery_duration");
    const { result } = await runThrough(
      "stall 1.4s all command=CID_MSG_DATA dir=c2s nth=10",
      {
        scenario: oneWay,
        devicesPerUser: 1,
        actsPerSecond: 20,
        durationMs: 4000,
        thinkTime: thinkTimes.constant,
        drainTimeoutMs: 30_000,
      },
      2,
      pairs,
    );
    expect(faultsOf(result)).toEqual(none);
    expect((result.metrics.msg_delivery_duration as TrendResult).count).toBe(result.delivery.sent);
    expect(pairs.all).toHaveLength(result.delivery.sent);
    // The tenth of a message each 100 ms waited for all of the stall after it had been sent; 13 more could not be sent.
    const [stalled, ...later] = pairs.all.slice(9);
    expect(stalled?.uncorrected).toBeGreaterThanOrEqual(1395);
    const least = leastLatenessMs(1395, 100);
    expect(least).toHaveLength(13);
    for (const [place, leastMs] of least.entries()) {
      const { corrected, uncorrected } = later[place] as LatencyPair;
      expect(corrected).toBeGreaterThanOrEqual(leastMs);
      expect(corrected - uncorrected).toBeGreaterThanOrEqual(leastMs);
    }
  });

  it("read acks of which the other device is not told are devices that diverge", async () => {
    const behaviour = { ...loadPlan(cluster.msg(0), USERS).behaviour, readShare: 1 };
    const { result, applied } = await runThrough("drop command=CID_MSG_READ_NOTIFY dir=s2c every=10", { behaviour });
    expect(applied).toBeGreaterThan(2);
    expect(faultsOf(result)).toEqual({ ...none, diverged: applied });
    expect(result.delivery.readsTold).toBe(result.delivery.readsExpected - applied);
  });

  it("messages that history does not have, and unread counts that are wrong", async () => {
    const behaviour = { ...loadPlan(cluster.msg(0), 2).behaviour, readShare: 0 };
    const plan = { behaviour, scenario: oneWay, devicesPerUser: 1, finalCheckShare: 1, durationMs: 1000 };
    const honest = await runThrough("drop command=0x0fff", plan, 2);
    expect(faultsOf(honest.result)).toEqual(none);
    expect(honest.result.delivery).toMatchObject({
      historyChecked: honest.result.delivery.acked,
      notInHistory: 0,
      unreadWrong: 0,
    });
    const emptied = await runThrough("unset body.msg_list command=CID_MSG_LIST_RESPONSE dir=s2c", plan, 2);
    expect(emptied.result.delivery.notInHistory).toBe(emptied.result.delivery.acked);
    expect(emptied.result.failures).toEqual([`${emptied.result.delivery.acked} acknowledged but not in history`]);
    const cleared = await runThrough("unset body.unreadinfo_list command=CID_MSG_UNREAD_CNT_RESPONSE dir=s2c", plan, 2);
    expect(cleared.result.delivery.unreadWrong).toBe(1);
    expect(cleared.result.witnesses[0]).toMatchObject({
      kind: "unread-wrong",
      to: cleared.accounts[0]?.name,
      device: `${cleared.accounts[1]?.name}/windows`,
    });

    const stuck = await runThrough(
      "set body.msg_id_begin=0 if command=CID_MSG_LIST_REQUEST dir=c2s",
      { ...plan, durationMs: 2000 },
      2,
    );
    const { acked, historyChecked, notInHistory } = stuck.result.delivery;
    expect(acked).toBeGreaterThan(HISTORY_PAGE);
    expect([historyChecked, notInHistory]).toEqual([acked, acked - HISTORY_PAGE]);
    const mute = await runThrough("drop command=CID_MSG_LIST_RESPONSE dir=s2c", { ...plan, answerTimeoutMs: 300 }, 2);
    expect(mute.result.delivery.historyChecked).toBe(0);
    expect(mute.result.failures).toEqual(["1 pull failed"]);

    // What was asked, and what the server said to it.
    const exchangeOf = ({ pdus }: DeliveryWitness) => {
      const [asked, said] = pdus.map(({ hex }) => Buffer.from(hex, "hex")) as [Buffer, Buffer];
      expect(pdus.map(({ what, length }) => [what, length])).toEqual([
        ["sent", asked.length],
        ["received", said.length],
      ]);
      expect(readSeqNum(said, 0)).toBe(readSeqNum(asked, 0));
      return { asked, said };
    };
    const unread = exchangeOf(cleared.result.witnesses[0] as DeliveryWitness);
    expect(readCommandId(unread.asked, 0)).toBe(CommandId.CID_MSG_UNREAD_CNT_REQUEST);
    expect(decodeBody(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, unread.said.subarray(16)).unreadinfo_list).toEqual([]);
    const missing = emptied.result.witnesses.filter(({ kind }) => kind === "not-in-history");
    expect(missing).toHaveLength(Math.min(20, emptied.result.delivery.notInHistory));
    for (const witness of missing) {
      const { asked, said } = exchangeOf(witness);
      expect(decodeBody(CommandId.CID_MSG_LIST_REQUEST, asked.subarray(16))).toMatchObject({
        msg_id_begin: witness.msgId,
        msg_cnt: 1,
      });
      expect(decodeBody(CommandId.CID_MSG_LIST_RESPONSE, said.subarray(16)).msg_list).toEqual([]);
      expect(witness.detail).toBe("acknowledged, but not in history; asked for alone, it is not there either");
    }
  });
});
