import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planFor } from "../../../src/cli/load/load-choice.js";
import { LoadBlockedError } from "../../../src/runner/load/load-blocked-error.js";
import type { TrendResult } from "../../../src/runner/load/metrics/metrics.js";
import { loadScenarios } from "../../../src/scenarios/load/load-scenarios.js";
import { crowdFixture } from "../../../src/server/storage/crowd-fixture.js";
import { type RunOptions, run } from "../../helpers/load-plan.js";
import { ReferenceCluster } from "../../helpers/reference-cluster.js";

const USERS = 12;
let cluster: ReferenceCluster;

beforeAll(async () => {
  cluster = await ReferenceCluster.start({ fixture: crowdFixture(USERS), msgServers: 2 });
});
afterAll(() => cluster.stop());

function runScenario(name: string, overrides: Partial<Parameters<typeof planFor>[0]> = {}, options: RunOptions = {}) {
  const scenario = loadScenarios.get(name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const accounts = Array.from({ length: USERS }, (_, index) => ({ name: `user${index + 1}`, password: "secret" }));
  const plan = planFor({
    scenario,
    accounts,
    durationMs: 1000,
    targets: [cluster.msg(0), cluster.msg(1)],
    rate: scenario.acts === "nothing" ? undefined : 40,
    drainTimeoutMs: 15_000,
    seed: 7,
    ...overrides,
  });
  return run(plan, options);
}

function trend(metric: unknown): TrendResult {
  return metric as TrendResult;
}

describe("built-in scenarios, against two reference msg_servers", () => {
  it.each([...loadScenarios.keys()])("%s runs, and nothing is held against the servers", async (name) => {
    const result = await runScenario(name);
    expect(result.failures).toEqual([]);
    expect(result.metrics.errors).toMatchObject({ count: 0 });
    expect(result.delivery.delivered + result.delivery.unjudged).toBe(result.delivery.expectedDeliveries);
  });

  it("group-chat expects each message at every other device of every member", async () => {
    const result = await runScenario("group-chat", { groups: 3, groupSize: { from: 5, to: 5 } });
    const { sent, expectedDeliveries, delivered } = result.delivery;
    expect(sent).toBeGreaterThan(5);
    expect(expectedDeliveries).toBe(sent * (5 * 2 - 1));
    expect(delivered).toBe(expectedDeliveries);
    expect(trend(result.metrics.group_delivery_duration).count).toBe(delivered);
    expect(result.metrics.msg_delivery_duration).toBeUndefined();
  });

  it("group-chat says what is wrong with its groups before it runs", async () => {
    await expect(async () => runScenario("group-chat", { groupSize: { from: 2, to: USERS + 1 } })).rejects.toThrow(
      "there are 12 users",
    );
    await expect(async () => runScenario("steady-chat", { groups: 1 })).rejects.toThrow("has no groups");
  });

  it("idle-online sends no messages", async () => {
    const result = await runScenario("idle-online");
    expect(result.delivery.sent).toBe(0);
    expect(result.devicesOnline).toBe(USERS * 2);
    expect(result.health).toMatchObject({ iterations: 0, droppedIterations: 0 });
  });

  it("login-storm logs devices in and out during the run", async () => {
    const result = await runScenario("login-storm");
    expect(result.health.iterations).toBeGreaterThan(5);
    expect(trend(result.metrics.login_duration).count).toBe(result.health.iterations);
    expect(trend(result.metrics["pull_duration{pull:unread}"]).count).toBe(result.health.iterations);
  });

  it("presence-storm brings PCs back", async () => {
    const result = await runScenario("presence-storm");
    expect(trend(result.metrics.login_duration).count).toBeGreaterThan(USERS * 2);
  });

  it("pull-heavy pulls lists and history again", async () => {
    const result = await runScenario("pull-heavy");
    const again = trend(result.metrics.pull_duration).count - USERS * 2 * 7;
    expect(again).toBe(result.health.iterations);
    expect(trend(result.metrics["pull_duration{pull:history}"]).count).toBeGreaterThan(0);
  });

  it("reconnect-storm cuts devices, has them come back, and still accounts for every message", async () => {
    const result = await runScenario("reconnect-storm", { durationMs: 4000 });
    expect(trend(result.metrics.login_duration).count).toBeGreaterThan(USERS * 2);
    expect(result.delivery).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, misdelivered: 0 });
  });

  it("cannot begin with accounts that the server does not know", async () => {
    const accounts = ["nobody1", "nobody2"].map((name) => ({ name, password: "secret" }));
    await expect(runScenario("group-chat", { accounts, groupSize: { from: 2, to: 2 } })).rejects.toThrow(
      LoadBlockedError,
    );
  });
});
