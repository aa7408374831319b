import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../../../src/codec/generated/commands.js";
import { ClientType, MsgType, SessionType } from "../../../../src/codec/generated/enums.js";
import type { LoadEvent, LoadPhase } from "../../../../src/runner/load/load-event.js";
import type { LoadPlan } from "../../../../src/runner/load/load-plan.js";
import { behaviourOf, habitDefaults } from "../../../../src/scenarios/load/behaviour.js";
import type { LoadScenario } from "../../../../src/scenarios/load/load-scenario.js";
import { seededRandom } from "../../../../src/scenarios/load/random.js";
import { steadyChat } from "../../../../src/scenarios/load/steady-chat.js";
import { thinkTimes } from "../../../../src/scenarios/load/think-time.js";
import { FakeMsgServer, type FakeOptions } from "../../../helpers/fake-msg-server.js";
import { loadPlan, run } from "../../../helpers/load-plan.js";
import { until } from "../../../helpers/until.js";

const USERS = 2;
/** Devices of the first user, and its id and its peer's at the server. */
const [PC, PHONE, WRITER, READER] = [0, 1, 1, 2];
const PEERS_PHONE = 3;
const LONG_MS = 60_000;
const readsNothing = { ...habitDefaults, readShare: 0 };
const servers: FakeMsgServer[] = [];

async function fakeServer(options: Partial<FakeOptions>): Promise<FakeMsgServer> {
  const server = await FakeMsgServer.start({ users: USERS, ...options });
  servers.push(server);
  return server;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

/** Everything that comes is read; nobody acts. */
function quietPlan(server: FakeMsgServer, scenario: Partial<LoadScenario>, overrides: Partial<LoadPlan> = {}) {
  return loadPlan(server.address, USERS, {
    scenario: { ...steadyChat, act: () => true, ...scenario },
    behaviour: behaviourOf({ ...habitDefaults, readShare: 1 }, USERS, seededRandom(1)),
    thinkTime: thinkTimes.constant,
    drainTimeoutMs: LONG_MS,
    ackTimeoutMs: LONG_MS,
    ...overrides,
  });
}

/** The first user's PC writes once to the other user. */
function writingOnce(): Partial<LoadScenario> {
  let hasWritten = false;
  return {
    act(crowd, user) {
      if (user === 0 && !hasWritten) crowd.sendText(PC, 1);
      hasWritten ||= user === 0;
      return true;
    },
  };
}

function onPhase(phase: LoadPhase, happen: () => void) {
  return (event: LoadEvent) => {
    if (event.type === "phase" && event.phase === phase) happen();
  };
}

describe("devices that come and go", () => {
  it("awaits nothing of a device that still catches up while it logs out: a server need not hear it", async () => {
    const latest = { latest_msg_id: 1, latest_msg_data: Buffer.from("x"), latest_msg_from_user_id: READER };
    const ofPeer = { session_id: READER, session_type: SessionType.SESSION_TYPE_SINGLE, unread_cnt: 1 };
    const server = await fakeServer({
      holds: (commandId) => commandId === CommandId.CID_MSG_LIST_REQUEST,
      unread: (userId) =>
        userId === WRITER ? [{ ...ofPeer, ...latest, latest_msg_type: MsgType.MSG_TYPE_SINGLE_TEXT }] : [],
    });
    const abort = new AbortController();
    let hasCome = false;
    let hasWritten = false;
    const plan = quietPlan(
      server,
      {
        startsOnline: (place) => place === PHONE,
        act(crowd) {
          if (!hasWritten) crowd.sendText(PEERS_PHONE, 0);
          hasWritten = true;
          return true;
        },
        pulse: {
          firstMs: 10,
          intervalMs: 10,
          happen(crowd) {
            if (hasWritten && !hasCome) crowd.comeOnline(PC);
            hasCome ||= hasWritten;
            if (server.held === 0 || !crowd.isOnline(PC)) return;
            // Its history is answered before the logout, and read after it.
            crowd.logOut(PC);
            abort.abort();
          },
        },
        onReady: (crowd, device) => crowd.catchUp(device),
      },
      { durationMs: LONG_MS, drainTimeoutMs: 1000, behaviour: behaviourOf(readsNothing, USERS, seededRandom(1)) },
    );
    const result = await run(plan, { signal: abort.signal });
    expect(result.failures).toEqual([]);
    expect(result.metrics.errors).toMatchObject({ count: 0 });
    expect(result.delivery).toMatchObject({ readsExpected: 0, diverged: 0 });
  });

  it("has nobody read what comes when the run no longer waits for anything", async () => {
    const server = await fakeServer({
      holds: (commandId) => commandId === CommandId.CID_MSG_DATA,
      tellsReads: false,
    });
    // The writer is cut off before the ack, and back before the end; then its message goes out after all.
    const cutOff = onPhase("drain", () => {
      void until(() => server.held === 1, "the message is at the server").then(() =>
        server.cut(WRITER, ClientType.CLIENT_TYPE_WINDOWS),
      );
    });
    const late = onPhase("check", () => server.release());
    const result = await run(quietPlan(server, writingOnce(), { finalCheckShare: 1 }), {
      onEvent: (event) => {
        cutOff(event);
        late(event);
      },
    });
    expect(result.delivery).toMatchObject({ sent: 1, abandoned: 1, delivered: 3, readsExpected: 0, diverged: 0 });
    expect(result.failures).toEqual(["1 connection lost"]);
  });

  it("does not count what the end of the run interrupts as an error", async () => {
    let logins = 0;
    const server = await fakeServer({
      holds: (commandId) => commandId === CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST && ++logins > USERS,
    });
    const plan = quietPlan(
      server,
      {
        startsOnline: (place) => place === PHONE,
        pulse: { firstMs: 100, intervalMs: 100, happen: (crowd) => crowd.isAway(PC) && crowd.comeOnline(PC) },
      },
      { drainTimeoutMs: 300 },
    );
    const result = await run(plan);
    expect(result.metrics.errors).toMatchObject({ count: 0 });
    expect(result.failures).toEqual([]);
  });

  it("does not take what an earlier run with the same seed left behind for its own", async () => {
    let isFirst = true;
    const server = await fakeServer({ holds: (commandId) => isFirst && commandId === CommandId.CID_MSG_DATA });
    const plan = () => quietPlan(server, writingOnce(), { finalCheckShare: 1 });
    const first = await run(plan(), {
      nowMs: () => 1_700_000_000_000,
      onEvent: onPhase("drain", () => {
        void until(() => server.held === 1, "the message is at the server").then(() => server.cut(WRITER));
      }),
    });
    expect(first.delivery).toMatchObject({ sent: 1, abandoned: 1 });
    isFirst = false;
    const second = await run(plan(), {
      nowMs: () => 1_700_000_060_000,
      onEvent: onPhase("check", () => server.release()),
    });
    expect(second.failures).toEqual([]);
    expect(second.delivery).toMatchObject({ sent: 1, acked: 1, delivered: 3, foreign: 4 });
  });
});
