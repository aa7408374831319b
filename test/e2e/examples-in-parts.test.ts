import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schemaErrors } from "../helpers/schema-check.js";
import { ServedCluster } from "../helpers/served-cluster.js";
import { runTtk } from "../helpers/ttk-process.js";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const names = readdirSync(examples).filter((name) => name.endsWith(".ts"));
const USERS_EACH = 40;
const PARTS = 2;
const folder = mkdtempSync(join(tmpdir(), "ttk-example-parts-"));
let cluster: ServedCluster;

beforeAll(async () => {
  cluster = await ServedCluster.start("--users", `${USERS_EACH * names.length}`, "--time-scale", "1");
});
afterAll(() => {
  cluster?.kill();
  rmSync(folder, { recursive: true });
});

interface Report {
  readonly summary: { readonly failures: readonly string[] };
  readonly delivery: Readonly<Record<"sent" | "acked" | "expectedDeliveries" | "delivered" | "unjudged", number>>;
  readonly parts: readonly { readonly iterations: number; readonly failed: number }[];
  readonly checks: readonly { readonly name: string; readonly passes: number; readonly fails: number }[];
  readonly thresholds: readonly { readonly ok: boolean }[];
}

function argsOf(name: string): string[] {
  const first = names.indexOf(name) * USERS_EACH + 1;
  const accounts = `user{${first}..${first + USERS_EACH - 1}}`;
  return ["load", join(examples, name), "--target", ...cluster.msgServers, "--accounts", accounts, "-q"];
}

/** What each example promises, whoever runs which part of it. */
function expectItHolds(report: Report): void {
  expect(schemaErrors("load-report", report)).toEqual([]);
  expect(report.summary.failures).toEqual([]);
  const { sent, acked, expectedDeliveries, delivered, unjudged } = report.delivery;
  expect(sent).toBeGreaterThan(0);
  expect(acked).toBe(sent);
  expect(delivered).toBeGreaterThan(0);
  expect(delivered + unjudged).toBe(expectedDeliveries);
  expect(report.parts.every(({ iterations, failed }) => iterations > 0 && failed === 0)).toBe(true);
  expect(report.thresholds.every(({ ok }) => ok)).toBe(true);
  expect(report.checks.every(({ passes, fails }) => passes > 0 && fails === 0)).toBe(true);
}

describe("examples in parts", () => {
  it.each(names)(
    "%s holds in 2 workers, between which people write to each other",
    async (name) => {
      const file = join(folder, `${name}.workers.json`);
      const run = await runTtk([...argsOf(name), "--workers", `${PARTS}`, "--report", `json=${file}`], {
        cwd: folder,
        deadlineMs: 50_000,
      });
      expect(run).toMatchObject({ code: 0, stderr: "" });
      expectItHolds(JSON.parse(readFileSync(file, "utf8")) as Report);
    },
    60_000,
  );

  // Each has users of its own, and waits for its start most of the time.
  it.concurrent.each(names)(
    "%s holds in 2 segments without a coordinator, and is merged",
    async (name) => {
      const at = new Date(Date.now() + 20_000).toISOString();
      const shards = await Promise.all(
        Array.from({ length: PARTS }, async (_, index) => {
          const shard = join(folder, `${name}.${index}.json`);
          const segment = ["--segment", `${index}/${PARTS}`, "--seed", "7", "--start-at", at, "--drain-timeout", "2s"];
          const run = await runTtk([...argsOf(name), ...segment, "--report", `shard=${shard}`], {
            cwd: folder,
            deadlineMs: 50_000,
          });
          expect(run).toMatchObject({ code: 0, stderr: "" });
          return shard;
        }),
      );
      const merged = await runTtk(["report", "merge", ...shards, "--json"]);
      expect(merged).toMatchObject({ code: 0, stderr: "" });
      expectItHolds(JSON.parse(merged.stdout) as Report);
    },
    60_000,
  );
});
