import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planForScript } from "../../../../src/cli/load/load-choice.js";
import { loadScenarioFile } from "../../../../src/cli/load/scenario-file/load-file.js";
import { readScript } from "../../../../src/cli/load/scenario-file/script-options.js";
import type { LoadPlan } from "../../../../src/runner/load/load-plan.js";
import type { LoadResult } from "../../../../src/runner/load/load-result.js";
import type { CounterResult, TrendResult } from "../../../../src/runner/load/metrics/metrics.js";
import { usersOf } from "../../../../src/runner/load/script/script-plan.js";
import { mergeShards } from "../../../../src/runner/load/shard/merge-shards.js";
import { crowdFixture } from "../../../../src/server/storage/crowd-fixture.js";
import { fakeHost } from "../../../helpers/fake-host.js";
import { run } from "../../../helpers/load-plan.js";
import { ReferenceCluster } from "../../../helpers/reference-cluster.js";
import { schemaErrors } from "../../../helpers/schema-check.js";
import { named, shardedRun } from "../../../helpers/sharded-run.js";

const examples = fileURLToPath(new URL("../../../../examples/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ttk-file-shards-"));
const USERS = 20;
let cluster: ReferenceCluster;
beforeAll(async () => {
  cluster = await ReferenceCluster.start({ fixture: crowdFixture(USERS), msgServers: 2 });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

async function planOf(file: string): Promise<LoadPlan> {
  const loaded = await loadScenarioFile(file, fakeHost({ cwd: folder }));
  const choice = readScript(loaded.exports, loaded.book);
  const accounts = Array.from({ length: usersOf(choice.script) }, (_, at) => ({
    name: `user${at + 1}`,
    password: "secret",
  }));
  return planForScript({ accounts, targets: [cluster.msg(0), cluster.msg(1)], seed: 7 }, "file", choice);
}

async function merged(file: string, count: number): Promise<LoadResult> {
  const plans: LoadPlan[] = [];
  for (let index = 0; index < count; index++) plans.push(await planOf(file));
  const shards = named(await shardedRun(plans, count));
  for (const { shard } of shards) expect(schemaErrors("load-shard", shard)).toEqual([]);
  return mergeShards(shards);
}

/** What the file says, however quick the servers are. */
function said({ parts, checks, delivery, metrics, thresholds, users }: LoadResult) {
  const count = (name: string) => (metrics[name] as TrendResult | CounterResult | undefined)?.count;
  const { sent, acked, lost, unacked, duplicated, reordered, corrupted, misdelivered } = delivery;
  return {
    users,
    parts,
    checks,
    iterations: count("iterations"),
    iterationsMeasured: count("iteration_duration"),
    logins: count("login_duration"),
    vusMax: metrics.vus_max,
    delivery: { sent, acked, lost, unacked, duplicated, reordered, corrupted, misdelivered },
    thresholds: thresholds.map(({ metric, expression, ok }) => [metric, expression, ok]),
  };
}

/** Everybody writes to who comes next and to a group that setup has made, and counts it in every kind of metric. */
const ringFile = `
import { Counter, Gauge, Rate, Trend } from "teamtalk-testkit/load";
const counted = new Counter("counted");
const gauged = new Gauge("gauged");
const rated = new Rate("rated");
const timed = new Trend("timed");
export const options = {
  scenarios: {
    ring: { executor: "per-vu-iterations", vus: 5, iterations: 4, exec: "ring", maxDuration: "30s" },
    quiet: { executor: "shared-iterations", vus: 2, iterations: 7, exec: "quiet", maxDuration: "30s" },
  },
  ext: { teamtalk: { usersPerVu: 2 } },
  thresholds: {
    "counted{parity:odd}": ["count==10"],
    "timed{scenario:ring}": ["max==5", "count==20"],
    "iteration_duration{scenario:quiet}": ["count==7"],
    rated: ["rate==0.75"],
    checks: ["rate==1"],
    msgs_lost: ["count==0"],
  },
};
export async function setup(vu) {
  const pc = await vu.user.login("windows");
  return { group: await pc.createGroup("ring", vu.people), made: Date.now() };
}
export async function ring(vu, { group }) {
  const mine = vu.users.map(({ user }) => user);
  const pcs = await Promise.all(vu.users.map((user) => user.login("windows")));
  const next = vu.people[(mine[1] + 1) % 10];
  await pcs[0].send(next, "to who comes next");
  await pcs[1].send(group, "to everybody");
  counted.add(1, { parity: vu.iteration % 2 === 0 ? "even" : "odd" });
  gauged.add(vu.id);
  rated.add(vu.iteration > 0);
  timed.add(vu.id);
  vu.check(next, { "is a user": ({ kind }) => kind === "user" });
}
export async function quiet(vu) {
  await vu.sleep(0.01);
}
export async function teardown(data, vu) {
  const history = await vu.user.device("windows").history(data.group);
  vu.check(history, { "everybody's messages are there": ({ length }) => length === 20 });
}
`;

const files: [string, () => string][] = [
  ["examples/groups.ts", () => join(examples, "groups.ts")],
  ["examples/summary.ts", () => join(examples, "summary.ts")],
  [
    "a file with messages from VU to VU",
    () => {
      const file = join(folder, "ring.mjs");
      writeFileSync(file, ringFile);
      return file;
    },
  ],
];

describe.each(files)("%s in shards", (name, fileOf) => {
  let alone: LoadResult;
  beforeAll(async () => {
    alone = await run(await planOf(fileOf()));
    expect(alone.failures).toEqual([]);
  }, 60_000);

  it.each([2, 3])(
    "makes of %i shards the sums of the run that one process does alone",
    async (count) => {
      const result = await merged(fileOf(), count);
      expect(result.failures).toEqual([]);
      expect(result.invalid.filter((doubt) => doubt.startsWith("from segment"))).toEqual([]);
      if (name !== "examples/summary.ts") expect(said(result)).toEqual(said(alone));
      // There nobody else is online where there is one VU alone: it writes to nobody.
      else expect({ ...said(result), delivery: {} }).toEqual({ ...said(alone), delivery: {} });
      const { expectedDeliveries, delivered, unjudged, corrupted, lost } = result.delivery;
      expect(delivered + unjudged + corrupted + lost).toBe(expectedDeliveries);
      expect(result.summaryTrends?.stats).toEqual(alone.summaryTrends?.stats);
      if (name.startsWith("examples")) return;
      expect(delivered).toBeGreaterThan(20);
      for (const metric of ["counted", "rated", "timed"]) {
        const { rate: _, ...shard } = result.metrics[metric] as TrendResult;
        const { rate: __, ...one } = alone.metrics[metric] as TrendResult;
        expect(shard).toEqual(one);
      }
      expect(result.metrics.gauged).toMatchObject({ max: 5 });
      expect([1, 2, 3, 4, 5]).toContain((result.metrics.gauged as { value: number }).value);
    },
    60_000,
  );
});
