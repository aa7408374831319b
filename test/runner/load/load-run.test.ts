import { afterEach, describe, expect, it } from "vitest";
import { thresholdOf } from "../../../src/cli/load/threshold-value.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../../src/codec/generated/enums.js";
import { readCommandId } from "../../../src/codec/pdu-header.js";
import { findMaxDefaults } from "../../../src/runner/load/find-max/find-max-plan.js";
import { healthLimits as usualLimits } from "../../../src/runner/load/generator-health.js";
import { LoadBlockedError } from "../../../src/runner/load/load-blocked-error.js";
import type { LoadPhase } from "../../../src/runner/load/load-event.js";
import { startLoad } from "../../../src/runner/load/load-run.js";
import type { TrendResult } from "../../../src/runner/load/metrics/metrics.js";
import { behaviourOf, habitDefaults } from "../../../src/scenarios/load/behaviour.js";
import type { LoadScenario } from "../../../src/scenarios/load/load-scenario.js";
import { seededRandom } from "../../../src/scenarios/load/random.js";
import { steadyChat } from "../../../src/scenarios/load/steady-chat.js";
import { thinkTimes } from "../../../src/scenarios/load/think-time.js";
import { FakeMsgServer, type FakeOptions, type Mischief } from "../../helpers/fake-msg-server.js";
import { type LatencyPair, LatencyPairs, leastLatenessMs } from "../../helpers/latency-pairs.js";
import { loadPlan, run } from "../../helpers/load-plan.js";

const USERS = 50;
const STALL_MS = 1400;
const servers: FakeMsgServer[] = [];

async function fakeServer(options: Partial<FakeOptions> = {}): Promise<FakeMsgServer> {
  const server = await FakeMsgServer.start({ users: USERS, ...options });
  servers.push(server);
  return server;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

/** Does the mischief to every so-many-th delivery and counts how often it did. */
function every(interval: number, mischief: Mischief) {
  const done = { count: 0 };
  let deliveries = 0;
  return {
    done,
    mischief: (): Mischief => {
      if (++deliveries % interval !== 0) return "deliver";
      done.count++;
      return mischief;
    },
  };
}

/** What is found wrong with the reader's unread count after two messages, the second of which is stored, comes and has no ack. */
async function unreadFoundOf(unread_cnt: number): Promise<string[]> {
  let written = 0;
  const latest = {
    latest_msg_id: 2,
    latest_msg_data: Buffer.from("x"),
    latest_msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
    latest_msg_from_user_id: 1,
  };
  const ofWriter = { session_id: 1, session_type: SessionType.SESSION_TYPE_SINGLE, unread_cnt, ...latest };
  const server = await fakeServer({
    users: 2,
    acks: ({ msg_id }) => msg_id === 1,
    unread: (userId) => (userId === 2 && written > 0 ? [ofWriter] : []),
  });
  const act: LoadScenario["act"] = (crowd, user) => {
    if (user !== 0 || written === 2 || !crowd.canSend(0, 1)) return true;
    crowd.sendText(0, 1);
    written++;
    return true;
  };
  const plan = loadPlan(server.address, 2, {
    scenario: { ...steadyChat, act },
    behaviour: behaviourOf({ ...habitDefaults, readShare: 0 }, 2, seededRandom(1)),
    devicesPerUser: 1,
    actsPerSecond: 50,
    finalCheckShare: 1,
    drainTimeoutMs: 300,
  });
  const { delivery, witnesses } = await run(plan);
  expect(delivery).toMatchObject({ sent: 2, acked: 1, unacked: 1, historyChecked: 1, notInHistory: 0 });
  expect(delivery.unreadChecked).toBeGreaterThan(0);
  return witnesses.filter(({ kind }) => kind === "unread-wrong").map(({ detail }) => detail ?? "");
}

describe("runLoad", () => {
  it("logs in 50 users on two devices, has them chat, and accounts for every message", async () => {
    const server = await fakeServer();
    const phases: LoadPhase[] = [];
    const result = await run(loadPlan(server.address, USERS), {
      onEvent: (event) => {
        if (event.type === "phase") phases.push(event.phase);
      },
    });
    expect(phases).toEqual(["ramp-up", "steady", "drain", "logout"]);
    expect(result.failures).toEqual([]);
    expect(result.interrupted).toBe(false);
    expect(result.devicesOnline).toBe(100);
    expect(result.delivery.sent).toBeGreaterThan(50);
    expect(result.delivery).toMatchObject({
      acked: result.delivery.sent,
      expectedDeliveries: result.delivery.sent * 3,
      delivered: result.delivery.sent * 3,
      lost: 0,
    });
    expect(result.metrics.msgs_acked).toMatchObject({ type: "counter", count: result.delivery.sent });
    expect(result.metrics.login_duration).toMatchObject({ count: 100 });
    expect(result.metrics["pull_duration{pull:users}"]).toMatchObject({ count: 100 });
    expect(result.metrics.pull_duration).toMatchObject({ count: 700 });
    expect(result.metrics.msg_delivery_duration).toMatchObject({ count: result.delivery.delivered });
    expect(result.series.length).toBeGreaterThanOrEqual(1);
  });

  it("repeats a run's plan from its seed", async () => {
    const server = await fakeServer({ users: 4 });
    const plan = loadPlan(server.address, 4, { durationMs: 300, actsPerSecond: 40, seed: 99 });
    const [one, two] = [await run(plan), await run(plan)];
    expect(one.health.iterations + one.health.droppedIterations).toBe(
      two.health.iterations + two.health.droppedIterations,
    );
  });

  it.each([
    ["drop", "lost"],
    ["duplicate", "duplicated"],
    ["alter", "corrupted"],
  ] as const)("counts exactly what a server does wrong: %s", async (mischief, fault) => {
    const { done, mischief: onDelivery } = every(20, mischief);
    const server = await fakeServer({ mischief: onDelivery });
    const result = await run(loadPlan(server.address, USERS));
    expect(done.count).toBeGreaterThan(5);
    const faults = { lost: 0, duplicated: 0, corrupted: 0, reordered: 0, misdelivered: 0, unacked: 0 };
    expect(result.delivery).toMatchObject({ ...faults, [fault]: done.count });
    // Of two devices of a user, one has the message.
    expect(result.failures).toHaveLength(mischief === "drop" ? 2 : 1);
    const witness = result.witnesses.find(({ kind }) => kind === fault);
    expect(witness?.from).toMatch(/^user\d+\/(windows|ios)$/);
    expect(witness?.deviceServer).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it("counts messages that change places", async () => {
    let swaps = 0;
    const server = await fakeServer({
      users: 2,
      // Two users with one device each: whatever reaches user2 is of one stream.
      mischief: ({ toUserId }) => {
        if (toUserId !== 2 || ++swaps % 5 !== 0) return "deliver";
        return "swap";
      },
    });
    const plan = loadPlan(server.address, 2, { devicesPerUser: 1, durationMs: 1000, actsPerSecond: 30 });
    const result = await run(plan);
    expect(result.delivery.reordered).toBeGreaterThan(0);
    // One that was held back at the very end has nothing to change places with.
    expect(Math.floor(swaps / 5) - result.delivery.reordered - result.delivery.lost).toBe(0);
    expect(result.delivery).toMatchObject({ duplicated: 0, corrupted: 0, misdelivered: 0 });
  });

  it("calls a message without an ack what it is, and goes on sending to the same user", async () => {
    let refused = 0;
    const server = await fakeServer({ accepts: () => refused++ % 10 !== 0 });
    const result = await run(loadPlan(server.address, USERS, { ackTimeoutMs: 300 }));
    expect(result.delivery.unacked).toBe(Math.ceil(refused / 10));
    expect(result.delivery.lost).toBe(0);
    expect(result.failures).toEqual([`${result.delivery.unacked} never acknowledged`]);
  });

  it("goes on when connections are cut, and says which deliveries cannot be judged", async () => {
    const server = await fakeServer();
    const result = await run(loadPlan(server.address, USERS, { durationMs: 1000 }), {
      onEvent: (event) => {
        if (event.type === "phase" && event.phase === "steady") setTimeout(() => server.cut(7), 200);
      },
    });
    expect(result.failures).toEqual(["2 connections lost"]);
    expect(result.delivery).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, corrupted: 0 });
    expect(result.metrics["errors{kind:link_lost}"]).toMatchObject({ count: 2 });
  });

  it("lets a device write over its next connection whose messages had no ack on the one before", async () => {
    let cut = false;
    const server = await fakeServer({ users: 2, accepts: () => cut });
    const plan = loadPlan(server.address, 2, { devicesPerUser: 1, durationMs: 60_000, messagesPerSecondMax: 1 });
    const running = startLoad(plan, {
      signal: new AbortController().signal,
      nowMs: () => Date.now(),
      onEvent: (event) => {
        if (event.type !== "second") return;
        if (event.live.counts.acked > 0) running.control.stop();
        if (cut || event.snapshot.inFlight < 2) return;
        cut = true;
        for (const userId of [1, 2]) server.cut(userId);
      },
    });
    expect((await running.result).delivery).toMatchObject({ abandoned: 2, unacked: 0 });
  }, 30_000);

  it("counts as sent what has left, and nothing of somebody whose connection is being closed", async () => {
    let seen = 0;
    const server = await fakeServer({
      users: 4,
      trace: (_, direction, bytes, start) => {
        if (direction === "in" && readCommandId(bytes, start) === CommandId.CID_MSG_DATA) seen++;
      },
      // Kicked in the middle of what it has to say.
      accepts: ({ from_user_id }) => {
        if (from_user_id > 1) server.kick(from_user_id);
        return true;
      },
    });
    const plan = loadPlan(server.address, 4, { actsPerSecond: 2000, messagesPerSecondMax: undefined });
    const { delivery } = await run(plan);
    expect(delivery.sent).toBe(seen);
  });

  it("does not let a message without an ack stand in for one that history has lost, when the drain ends before its time", async () => {
    const server = await fakeServer({
      users: 2,
      stores: ({ msg_id }) => msg_id !== 1,
      acks: ({ msg_id }) => msg_id < 6,
    });
    const audited = { finalCheckShare: 1, drainTimeoutMs: 300, ackTimeoutMs: 60_000 };
    const plan = loadPlan(server.address, 2, { devicesPerUser: 1, actsPerSecond: 50, ...audited });
    const { delivery } = await run(plan);
    expect(delivery).toMatchObject({ acked: 5, unacked: 1, historyChecked: 5, notInHistory: 1 });
  });

  it("wants unread what came to somebody and is in history, also without an ack", async () => {
    const found = await Promise.all([1, 2, 3].map(unreadFoundOf));
    expect(found).toEqual([["the server says 1 unread, it must be 2"], [], ["the server says 3 unread, it must be 2"]]);
  }, 30_000);

  it("charges a stall to each heartbeat that went out meanwhile, and not to the last one alone", async () => {
    const server = await fakeServer({ users: 2 });
    const plan = loadPlan(server.address, 2, { devicesPerUser: 1, durationMs: 1500, heartbeatIntervalMs: 200 });
    const result = await run(plan, {
      onEvent: (event) => {
        if (event.type === "phase" && event.phase === "steady") server.stall(STALL_MS);
      },
    });
    const { avg, max } = result.metrics.heartbeat_duration as TrendResult;
    // The first one waits for all of the stall but the time until it was due, each later one for 200 ms less.
    expect(max).toBeGreaterThan(STALL_MS - 200);
    expect(avg).toBeGreaterThan(250);
  });

  it("charges a stall to the messages that could not be sent meanwhile", async () => {
    let taken = 0;
    const server: FakeMsgServer = await fakeServer({
      users: 2,
      accepts: () => {
        // The tenth is still acknowledged.
        if (++taken === 10) server.stall(1400);
        return true;
      },
    });
    const plan = loadPlan(server.address, 2, {
      scenario: {
        ...steadyChat,
        act(crowd, user) {
          if (user !== 0) return true;
          if (!crowd.canSend(0, 1)) return false;
          crowd.sendText(0, 1);
          return true;
        },
      },
      devicesPerUser: 1,
      durationMs: 4000,
      actsPerSecond: 20,
      thinkTime: thinkTimes.constant,
      drainTimeoutMs: 30_000,
    });
    const pairs = new LatencyPairs("msg_ack_duration");
    const result = await run(plan, pairs);
    expect(result.failures).toEqual([]);
    expect((result.metrics.msg_ack_duration as TrendResult).count).toBe(result.delivery.sent);
    expect(pairs.all).toHaveLength(result.delivery.sent);
    // The eleventh of a message each 100 ms waited for what was left of the stall; 12 more could not be sent.
    const [waiting, ...later] = pairs.all.slice(10);
    expect(waiting?.corrected).toBeGreaterThanOrEqual(1295);
    const least = leastLatenessMs(1295, 100);
    expect(least).toHaveLength(12);
    for (const [place, leastMs] of least.entries()) {
      const { corrected, uncorrected } = later[place] as LatencyPair;
      expect(corrected).toBeGreaterThanOrEqual(leastMs);
      expect(corrected - uncorrected).toBeGreaterThanOrEqual(leastMs);
    }
  });

  it("finishes and reports when it is interrupted", async () => {
    const server = await fakeServer();
    const abort = new AbortController();
    const seconds: LoadPhase[] = [];
    const result = await run(loadPlan(server.address, USERS, { durationMs: 60_000 }), {
      signal: abort.signal,
      onEvent: (event) => {
        if (event.type !== "second") return;
        seconds.push(event.snapshot.phase);
        if (event.snapshot.phase === "steady") abort.abort();
      },
    });
    expect(result.interrupted).toBe(true);
    expect(result.failures).toEqual([]);
    expect(result.delivery.delivered).toBe(result.delivery.expectedDeliveries);
    // It was told in the first second, and there was no further one.
    expect(seconds.filter((phase) => phase === "steady")).toHaveLength(1);
    expect(server.logins).toBe(0);
  });

  it("pauses, resumes, changes its rate, notes moments and stops when it is told to", async () => {
    const server = await fakeServer();
    const plan = loadPlan(server.address, USERS, { durationMs: 60_000, actsPerSecond: 50 });
    const sent: number[] = [];
    const running = startLoad(plan, {
      signal: new AbortController().signal,
      nowMs: () => Date.now(),
      onEvent: (event) => {
        if (event.type === "phase" && event.phase === "steady") running.control.mark("here we go");
        if (event.type !== "second" || event.snapshot.phase !== "steady") return;
        sent.push(event.live.counts.sent);
        expect(event.live.isPaused).toBe(sent.length === 2 || sent.length === 3);
        if (sent.length === 2)
          expect(running.soFar()).toMatchObject({ interrupted: true, delivery: event.live.counts });
        if (sent.length === 1) running.control.pause();
        if (sent.length === 3) running.control.resume();
        if (sent.length === 3) running.control.scale(2);
        if (sent.length === 4) expect(event.live.parts[0]?.ratePerSecond).toBeCloseTo(100);
        if (sent.length === 4) expect(event.live.commands.map(({ command }) => command)).toContain("message ack");
        if (sent.length === 4) running.control.stop();
      },
    });
    const result = await running.result;
    expect(result.marks.map(({ label }) => label)).toEqual([
      "here we go",
      "paused",
      "resumed",
      "scaled to 2",
      "stopped",
    ]);
    const [first = 0, paused = 0, stillPaused = 0, last = 0] = sent;
    // What was due when the pause began may still have been on its way.
    expect(stillPaused).toBe(paused);
    expect(paused - first).toBeLessThan(5);
    expect(last).toBeGreaterThan(stillPaused);
    expect([result.interrupted, result.failures]).toEqual([true, []]);
    expect(result.metrics.dropped_iterations).toMatchObject({ count: 0 });
    expect(() => running.control.scale(0)).toThrow(RangeError);
  });

  it("looks for the highest rate at which a condition holds", async () => {
    const server = await fakeServer();
    const condition = { ...thresholdOf("msgs_sent:count<60"), abortOnFail: false, delayAbortEvalMs: 0 };
    const findMax = {
      ...findMaxDefaults,
      conditions: [condition],
      startPerSecond: 50,
      maxPerSecond: 1000,
      stepMs: 400,
      precision: 0.4,
    };
    // A machine that stalls while tests run must not end the search.
    const healthLimits = { ...usualLimits, busyShareMax: 1, eventLoopLagP99MaxMs: Number.POSITIVE_INFINITY };
    const result = await run(loadPlan(server.address, USERS, { findMax }), { healthLimits });
    const [part] = result.parts;
    expect(part?.findMax?.steps.map(({ ok }) => ok)).toContain(false);
    expect(part?.findMax?.ratePerSecond).toBeLessThanOrEqual(200);
    expect(result.failures).toEqual([]);
    expect(result.delivery.lost).toBe(0);
  });

  it("does not call held a step in which something was lost, and judges by that what is lost", async () => {
    let deliveries = 0;
    const server = await fakeServer({ mischief: () => (++deliveries > 20 ? "drop" : "deliver") });
    const conditions = ["msgs_lost:count<1000", "msgs_lost:count==0"].map((text) => ({
      ...thresholdOf(text),
      abortOnFail: false,
      delayAbortEvalMs: 0,
    }));
    const steps = { startPerSecond: 20, maxPerSecond: 100, stepMs: 500, coolDownMs: 200, precision: 1 };
    const healthLimits = { ...usualLimits, busyShareMax: 1, eventLoopLagP99MaxMs: Number.POSITIVE_INFINITY };
    const plan = loadPlan(server.address, 10, {
      findMax: { ...findMaxDefaults, ...steps, conditions },
      devicesPerUser: 1,
      thinkTime: thinkTimes.constant,
    });
    const result = await run(plan, { healthLimits });
    const [first, second, ...more] = result.parts[0]?.findMax?.steps ?? [];
    expect(first).toMatchObject({ ratePerSecond: 20, ok: true, lost: 0 });
    expect(second).toMatchObject({ ratePerSecond: 40, ok: false });
    expect(second?.conditions.map(({ actual }) => actual)).toEqual([second?.lost, second?.lost]);
    expect(second?.conditions.map(({ ok }) => ok)).toEqual([true, false]);
    expect(more).toEqual([]);
    expect(result.delivery.lost).toBe(second?.lost);
    expect(result.parts[0]?.findMax?.ratePerSecond).toBe(20);
  });

  it("counts what the steps of a search dropped as dropped by the run", async () => {
    const server = await fakeServer();
    const condition = { ...thresholdOf("msgs_lost:count==0"), abortOnFail: false, delayAbortEvalMs: 0 };
    const search = { ...findMaxDefaults, conditions: [condition], stepMs: 200, coolDownMs: 100 };
    const findMax = { ...search, startPerSecond: 1000, maxPerSecond: 1000 };
    const healthLimits = { ...usualLimits, busyShareMax: 1, eventLoopLagP99MaxMs: Number.POSITIVE_INFINITY };
    const plan = loadPlan(server.address, 4, { findMax, messagesPerSecondMax: 2 });
    const result = await run(plan, { healthLimits });
    const [part] = result.parts;
    const bySteps = (part?.findMax?.steps ?? []).reduce((sum, { dropped }) => sum + dropped, 0);
    expect(bySteps).toBeGreaterThan(100);
    expect(part?.dropped).toBe(bySteps);
    expect(result.metrics.dropped_iterations).toMatchObject({ count: bySteps });
  });

  it("connects from the source addresses given, in turn", async () => {
    const server = await fakeServer();
    const from = new Set<string>();
    const plan = loadPlan(server.address, 4, { localAddresses: ["127.0.0.1", "127.0.0.2"], durationMs: 50 });
    await run({
      ...plan,
      connect: async (device, user, place, signal) => {
        const name = await plan.connect(device, user, place, signal);
        from.add(device.options.localAddress ?? "");
        return name;
      },
    });
    expect([...from].sort()).toEqual(["127.0.0.1", "127.0.0.2"]);
  });

  it("judges thresholds, and fails by one that does not hold", async () => {
    const server = await fakeServer();
    const thresholds = ["msgs_sent:count>0", "msg_ack_duration:max<0", "group_delivery_duration:avg<9999"].map(
      (text) => ({ ...thresholdOf(text), abortOnFail: false, delayAbortEvalMs: 0 }),
    );
    const result = await run(loadPlan(server.address, USERS, { thresholds }));
    expect(result.thresholds.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(result.failures[0]).toMatch(/^msg_ack_duration max<0 does not hold: [\d.]+ ms$/);
    expect(result.failures[1]).toBe("group_delivery_duration avg<9999 does not hold: nothing was measured");
    expect(result.abortedBy).toBeNull();
  });

  it("ends early when a threshold that may end it does not hold", async () => {
    const server = await fakeServer();
    const threshold = { ...thresholdOf("msgs_sent:count<1"), abortOnFail: true, delayAbortEvalMs: 0 };
    const result = await run(loadPlan(server.address, USERS, { durationMs: 60_000, thresholds: [threshold] }));
    expect(result.abortedBy).toBe("msgs_sent count<1");
    expect(result.interrupted).toBe(false);
    expect(result.steadyMs).toBeLessThan(30_000);
    expect(result.delivery.delivered).toBe(result.delivery.expectedDeliveries);
  });

  it("ends at once when nobody listens", async () => {
    const plan = loadPlan({ host: "127.0.0.1", port: 1 }, USERS);
    await expect(run(plan)).rejects.toThrow("cannot connect to 127.0.0.1:1: nobody listens there (ECONNREFUSED)");
    await expect(run(plan)).rejects.toThrow(LoadBlockedError);
  });

  it("says whose login was refused, where and why", async () => {
    const server = await fakeServer({ password: "another" });
    const blocked = run(loadPlan(server.address, USERS));
    await expect(blocked).rejects.toThrow(/^user1\/windows cannot start on 127\.0\.0\.1:\d+: .*wrong user name/);
  });

  it("refuses two accounts that are the same user", async () => {
    const server = await fakeServer();
    const plan = loadPlan(server.address, 2);
    const accounts = [...plan.accounts, plan.accounts[0] as { name: string; password: string }];
    await expect(run({ ...plan, accounts })).rejects.toThrow("it is the same user as user1");
  });
});
