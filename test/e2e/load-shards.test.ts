import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Ajv } from "ajv";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { formatAddress } from "../../src/net/address.js";
import { FakeMsgServer } from "../helpers/fake-msg-server.js";
import { schemaErrors } from "../helpers/schema-check.js";
import { ServedCluster } from "../helpers/served-cluster.js";
import { runTtk, TtkProcess } from "../helpers/ttk-process.js";
import { until } from "../helpers/until.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-shards-"));
let cluster: ServedCluster;
beforeAll(async () => {
  cluster = await ServedCluster.start("--users", "40", "--time-scale", "1");
});
afterAll(() => {
  cluster?.kill();
  rmSync(folder, { recursive: true });
});
const running: TtkProcess[] = [];
afterEach(() => {
  for (const each of running.splice(0)) each.kill();
});

interface SampleLine {
  readonly metric: string;
  readonly type: "Metric" | "Point";
  readonly data: { readonly tags?: Readonly<Record<string, string>> };
}

interface Report {
  readonly outputs: readonly { readonly output: string; readonly sent: number }[];
  readonly summary: { readonly users: number; readonly seed: number; readonly interrupted: boolean };
  readonly delivery: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, { readonly count: number }>>;
}

const plan = ["steady-chat", "--users", "20", "--rate", "40", "--duration", "1s"];

let whole: Promise<Report> | undefined;
function alone(): Promise<Report> {
  whole ??= runAlone();
  return whole;
}

async function runAlone(): Promise<Report> {
  const { stdout } = await runTtk(["load", ...plan, "--target", ...cluster.msgServers, "--seed", "7", "--json"]);
  return JSON.parse(stdout) as Report;
}

/** What a plan comes to, whoever runs it. */
function planned({ summary, delivery, metrics }: Report) {
  const counts = ["iterations", "msgs_sent", "msgs_delivered", "login_duration"].map((name) => metrics[name]?.count);
  const { witnesses: _, ...deliveries } = delivery;
  return { users: summary.users, counts, deliveries };
}

/** The fields that Kubernetes requires of what is exported; additionalProperties find what is misspelt. */
const container = {
  type: "object",
  required: ["name", "image", "command", "args"],
  properties: {
    name: { type: "string", pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" },
    image: { type: "string" },
    command: { type: "array", items: { type: "string" } },
    args: { type: "array", items: { type: "string" } },
    env: {
      type: "array",
      items: { type: "object", required: ["name", "value"], additionalProperties: { type: "string" } },
    },
    ports: {
      type: "array",
      items: { type: "object", required: ["containerPort"], additionalProperties: { type: "integer" } },
    },
    readinessProbe: { type: "object", required: ["tcpSocket"] },
    resources: { type: "object", required: ["requests"] },
  },
  additionalProperties: false,
};
const template = (restartPolicy: readonly string[]) => ({
  type: "object",
  required: ["metadata", "spec"],
  properties: {
    metadata: { type: "object", required: ["labels"] },
    spec: {
      type: "object",
      required: ["containers", ...restartPolicy],
      properties: { restartPolicy: { enum: ["Never", "OnFailure"] }, containers: { type: "array", items: container } },
      additionalProperties: false,
    },
  },
});
const manifest = (apiVersion: string, kind: string, spec: object) => ({
  type: "object",
  required: ["apiVersion", "kind", "metadata", "spec"],
  properties: {
    apiVersion: { const: apiVersion },
    kind: { const: kind },
    metadata: { type: "object", required: ["name"] },
    spec: { type: "object", additionalProperties: false, ...spec },
  },
  additionalProperties: false,
});
const indexedJob = manifest("batch/v1", "Job", {
  required: ["template", "completions", "parallelism", "completionMode"],
  properties: {
    completionMode: { const: "Indexed" },
    completions: { type: "integer" },
    parallelism: { type: "integer" },
    backoffLimit: { type: "integer" },
    template: template(["restartPolicy"]),
  },
});
const deployment = manifest("apps/v1", "Deployment", {
  required: ["selector", "template"],
  properties: {
    replicas: { type: "integer" },
    selector: { type: "object", required: ["matchLabels"] },
    template: template([]),
  },
});
const service = manifest("v1", "Service", {
  required: ["selector", "ports"],
  properties: {
    selector: { type: "object" },
    ports: {
      type: "array",
      items: { type: "object", required: ["name", "port"], properties: { name: { type: "string", maxLength: 63 } } },
    },
  },
});

function mistakesIn(schema: object, value: unknown): unknown {
  const check = new Ajv({ allErrors: true }).compile(schema);
  check(value);
  return check.errors ?? [];
}

describe("ttk load --workers", () => {
  it("makes in 2 processes the run that one does alone, with one report", async () => {
    const file = join(folder, "workers.json");
    const args = ["load", ...plan, "--target", ...cluster.msgServers, "--seed", "7", "--workers", "2"];
    const samples = join(folder, "workers-samples.json");
    const { code, stdout, stderr } = await runTtk([
      ...args,
      "--out",
      `json=${samples}`,
      `csv=${join(folder, "workers-samples.csv.gz")}`,
      "--threshold",
      "msgs_lost:count==0",
      "--report",
      `json=${file}`,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/ steady +\d+ sent\/s/) });
    expect(stdout).toMatch(/^steady-chat: 20 users, 40 devices online at .*\n.*seed 7, 2 processes\n/);
    const report = JSON.parse(readFileSync(file, "utf8")) as Report;
    expect(schemaErrors("load-report", report)).toEqual([]);
    expect(planned(report)).toEqual(planned(await alone()));

    const lines = readFileSync(samples, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as SampleLine);
    const named = lines.filter(({ type }) => type === "Metric").map(({ metric }) => metric);
    expect(new Set(named).size).toBe(named.length);
    const logins = lines.filter(({ type, metric }) => type === "Point" && metric === "login_duration");
    expect(logins).toHaveLength(report.metrics.login_duration?.count as number);
    expect(new Set(logins.map(({ data }) => data.tags?.segment))).toEqual(new Set(["0/2", "1/2"]));
    const rows = gunzipSync(readFileSync(join(folder, "workers-samples.csv.gz")))
      .toString()
      .split("\n");
    expect(rows.filter((row) => row.startsWith("metric_name,"))).toHaveLength(1);
    expect(rows.filter((row) => row.startsWith("login_duration,"))).toHaveLength(logins.length);
    expect(report.outputs.map(({ output, sent }) => [output.split("=")[0], sent > logins.length])).toEqual([
      ["json", true],
      ["csv", true],
    ]);
  });

  it("lets people come and go in 2 processes, and compares what servers keep", async () => {
    const plan = ["offline-catchup", "--users", "20", "--rate", "40", "--duration", "3s"];
    const lives = ["--online-time", "2s", "--offline-time", "1s", "--contacts", "6"];
    const args = ["load", ...plan, ...lives, "--target", ...cluster.msgServers, "--seed", "7", "--workers", "2"];
    const { code, stdout, stderr } = await runTtk([...args, "--json", "-q"], { deadlineMs: 50_000 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { delivery, metrics } = JSON.parse(stdout) as Report;
    expect(delivery).toMatchObject({ lost: 0, duplicated: 0, corrupted: 0, notInHistory: 0, unreadWrong: 0 });
    expect(delivery.historyChecked).toBe(delivery.acked);
    expect(metrics.catchup_duration?.count).toBeGreaterThan(5);
  }, 60_000);

  it("finishes and reports at the first Ctrl-C", async () => {
    const args = ["load", "steady-chat", "--users", "20", "--duration", "1m", "--target", ...cluster.msgServers];
    const ttk = new TtkProcess([...args, "--workers", "2", "--json"]);
    running.push(ttk);
    await ttk.errorLine((line) => / steady /.test(line));
    ttk.signal("SIGINT");
    expect(await ttk.end()).toBe(130);
    const report = JSON.parse(ttk.stdout) as Report;
    expect(report.summary).toMatchObject({ users: 20, interrupted: true });
    expect(report.delivery).toMatchObject({ lost: 0, duplicated: 0 });
  });

  it("leaves no file of its workers behind at the second Ctrl-C", async () => {
    const own = mkdtempSync(join(folder, "twice-"));
    // No message is ever acknowledged, so the drain goes on.
    const server = await FakeMsgServer.start({ users: 20, accepts: () => false });
    try {
      const args = ["load", "steady-chat", "--users", "20", "--rate", "100", "--drain-timeout", "10m"];
      const where = ["--target", formatAddress(server.address), "--out", `json=${join(folder, "twice.jsonl")}`];
      const ttk = new TtkProcess([...args, ...where, "--workers", "2"], { env: { TMPDIR: own } });
      running.push(ttk);
      await ttk.errorLine((line) => / steady /.test(line));
      expect(readdirSync(own)).toHaveLength(1);
      ttk.signal("SIGINT");
      await ttk.errorLine((line) => / drain /.test(line));
      ttk.signal("SIGINT");
      expect(await ttk.end()).toBe(130);
      expect(readdirSync(own)).toEqual([]);
    } finally {
      server.stop();
    }
  }, 60_000);

  it("leaves nobody online when it is killed: its workers do not wait for a drain that nobody ends", async () => {
    const server = await FakeMsgServer.start({ users: 20 });
    try {
      const address = formatAddress(server.address);
      const times = ["--duration", "10m", "--drain-timeout", "10m"];
      const args = ["load", "steady-chat", "--users", "20", ...times, "--target", address, "--workers", "2"];
      // Killed, it cannot remove its own.
      const ttk = new TtkProcess(args, { env: { TMPDIR: folder } });
      running.push(ttk);
      await ttk.errorLine((line) => / steady /.test(line));
      expect(server.logins).toBe(40);
      ttk.signal("SIGKILL");
      await until(() => server.logins === 0, "everybody is offline");
    } finally {
      server.stop();
    }
  }, 60_000);

  it("ends in all processes when a threshold that ends runs does not hold of what they have done together", async () => {
    const args = ["load", "steady-chat", "--users", "20", "--rate", "40", "--duration", "5m", "--workers", "2", "-q"];
    const { code, stdout, stderr } = await runTtk([
      ...args,
      "--target",
      ...cluster.msgServers,
      "--threshold",
      "msgs_acked:count<50",
      "--abort-on-fail",
      "--json",
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const { summary, delivery } = JSON.parse(stdout) as Report & { summary: Readonly<Record<string, unknown>> };
    expect(summary).toMatchObject({
      abortedBy: "msgs_acked count<50",
      interrupted: false,
      failures: [expect.stringMatching(/^msgs_acked count<50 does not hold: \d+$/)],
    });
    expect(JSON.stringify(summary)).not.toContain("ended alone");
    expect(delivery).toMatchObject({ lost: 0, duplicated: 0 });
  });

  it("reports what ran where it was ended before anybody began", async () => {
    // Whoever has logged in waits for its first list.
    const server = await FakeMsgServer.start({ users: 8, holds: (_, userId) => userId > 0 });
    try {
      const limit = ["--threshold", "login_duration:max<0", "--abort-on-fail"];
      const args = ["load", "steady-chat", "--users", "8", "--target", formatAddress(server.address), ...limit];
      const { code, stdout, stderr } = await runTtk([...args, "--workers", "2", "--json", "-q"]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
      const { summary, metrics } = JSON.parse(stdout) as Report & { summary: Readonly<Record<string, unknown>> };
      expect(metrics.login_duration?.count).toBe(16);
      expect(summary).toMatchObject({
        abortedBy: "login_duration max<0",
        failures: [expect.stringMatching(/^login_duration max<0 does not hold/)],
        valid: false,
        steadyMs: 0,
      });
    } finally {
      server.stop();
    }
  });

  it("says which worker cannot go on, and why", async () => {
    const { code, stderr } = await runTtk(["load", ...plan, "--target", "127.0.0.1:1", "--workers", "2"]);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/^ttk: worker [01] of 2: cannot connect to 127/),
    });
  });
});

const fileOfUsers = `
import { Counter } from "teamtalk-testkit/load";
const greeted = new Counter("greeted");
export const options = {
  scenarios: { ring: { executor: "per-vu-iterations", vus: 5, iterations: 3, maxDuration: "30s" } },
  thresholds: { "greeted{kind:ring}": ["count==15"], msgs_lost: ["count==0"], checks: ["rate==1"] },
};
export async function setup(vu) {
  await vu.user.login("windows");
  return { word: "hello" };
}
export default async function (vu, { word }) {
  const pc = await vu.user.login("windows");
  await pc.send(vu.people[vu.id % 5], word);
  greeted.add(1, { kind: "ring" });
  vu.check(word, { "setup said it": (said) => said === "hello" });
  if (vu.id === 2 && vu.iteration === 0) throw new Error("once");
}
export function handleSummary(data, result) {
  return { stdout: \`\${data.metrics.greeted.values.count} \${data.setup_data.word} \${result.users}\n\` };
}
`;

describe("a scenario file in parts", () => {
  const file = join(folder, "ring.mjs");
  beforeAll(() => writeFileSync(file, fileOfUsers));

  it("runs in 2 workers: one setup for all, one summary of all, and what iterations throw is told", async () => {
    const report = join(folder, "ring.json");
    const args = [
      "load",
      file,
      "--target",
      ...cluster.msgServers,
      "--workers",
      "2",
      "--report",
      `json=${report}`,
      "-q",
    ];
    const { code, stdout, stderr } = await runTtk(args, { deadlineMs: 40_000 });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "15 hello 6\n",
      stderr: expect.stringMatching(/^ttk: .*ring\.mjs:17: once \(ring; told once\)\n$/),
    });
    const { parts, checks } = JSON.parse(readFileSync(report, "utf8")) as Record<"parts" | "checks", unknown>;
    expect(parts).toMatchObject([{ name: "ring", vusMax: 5, iterations: 15, failed: 1, dropped: 0 }]);
    expect(checks).toEqual([{ name: "setup said it", passes: 15, fails: 0 }]);
  }, 60_000);

  it("runs in 3 segments without a coordinator, each with a setup of its own, and is merged", async () => {
    const at = new Date(Date.now() + 15_000).toISOString();
    const shards = await Promise.all(
      [0, 1, 2].map(async (index) => {
        const shard = join(folder, `ring${index}.json`);
        const own = ["--segment", `${index}/3`, "--seed", "7", "--start-at", at, "--report", `shard=${shard}`];
        const args = ["load", file, "--target", ...cluster.msgServers, "--drain-timeout", "2s", "-q", ...own];
        const { stderr } = await runTtk(args, { deadlineMs: 40_000 });
        expect(stderr.replace(/^ttk: .*once.*\n/, "")).toBe("");
        return shard;
      }),
    );
    const merged = await runTtk(["report", "merge", ...shards, "--json"]);
    expect(merged).toMatchObject({ code: 0, stderr: "" });
    const report = JSON.parse(merged.stdout) as Report & { parts: unknown };
    expect(schemaErrors("load-report", report)).toEqual([]);
    // Five for the VUs, and one for each segment's setup.
    expect(report.summary).toMatchObject({ users: 8, seed: 7 });
    expect(report.parts).toMatchObject([{ vusMax: 5, iterations: 15, failed: 1 }]);
    expect(report.metrics["greeted{kind:ring}"]?.count).toBe(15);
    expect(report.delivery).toMatchObject({ sent: 15, acked: 15, lost: 0, duplicated: 0, corrupted: 0 });
    const refused = await runTtk(["report", "merge", shards[0] as string, shards[2] as string]);
    expect(refused).toMatchObject({ code: 2, stderr: "ttk: missing: segment 1/3\n" });
  }, 60_000);

  it("is refused in more parts than it has VUs", async () => {
    const { code, stderr } = await runTtk(["load", file, "--target", "127.0.0.1:1", "--workers", "7"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "ttk: 7 segments need as many VUs, at least; there are 5\n" });
  });
});

describe("ttk export k8s", () => {
  it("writes manifests that Kubernetes takes", async () => {
    const { code, stdout } = await runTtk(["export", "k8s", "--out", join(folder, "k8s"), "--image", "ttk:1"]);
    expect({ code, files: stdout.split("\n").length - 1 }).toEqual({ code: 0, files: 3 });
    const read = (name: string) => readFileSync(join(folder, "k8s", name), "utf8");
    expect(mistakesIn(indexedJob, parse(read("load.yaml")))).toEqual([]);
    const [first, second] = parseAllDocuments(read("cluster.yaml")).map((document) => document.toJS() as unknown);
    expect(mistakesIn(deployment, first)).toEqual([]);
    expect(mistakesIn(service, second)).toEqual([]);
  });

  it.each(["multi-device", "offline-catchup", "mixed-day"])(
    "has a Job for %s, whose pods take it",
    async (scenario) => {
      const out = join(folder, `k8s-${scenario}`);
      const load = ["--", scenario, "--users", "20", "--target", "127.0.0.1:1"];
      expect(await runTtk(["export", "k8s", "--out", out, "--start-at", "+1h", ...load])).toMatchObject({ code: 0 });
      const job = parse(readFileSync(join(out, "load.yaml"), "utf8"));
      const [{ args, env }] = job.spec.template.spec.containers as [{ args: string[]; env: [{ value: string }] }];
      const own = args
        .slice(args.indexOf("load"))
        .map((arg) => arg.replace("$(JOB_COMPLETION_INDEX)", "1").replace("$(TTK_START_AT)", env[0].value));
      // Nobody listens there, which it finds out when it has begun.
      const { code, stderr } = await runTtk(own);
      expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/^ttk: cannot connect to 127/) });
    },
  );

  it("has a Job whose 3 pods, run here, make the run that one process does alone", async () => {
    const shards = 3;
    const out = join(folder, `k8s${shards}`);
    const args = ["export", "k8s", "--out", out, "--shards", `${shards}`, "--seed", "7", "--start-at", "+15s", "--"];
    expect(await runTtk([...args, ...plan, "--drain-timeout", "1s", "--target", ...cluster.msgServers])).toMatchObject({
      code: 0,
    });
    const job = parse(readFileSync(join(out, "load.yaml"), "utf8"));
    const [{ args: podArgs, env }] = job.spec.template.spec.containers as [
      { args: string[]; env: [{ value: string }] },
    ];
    const files = await Promise.all(
      Array.from({ length: job.spec.completions as number }, async (_, index) => {
        const own = podArgs.map((arg) =>
          arg.replace("$(JOB_COMPLETION_INDEX)", `${index}`).replace("$(TTK_START_AT)", env[0].value),
        );
        const { code, stdout, stderr } = await runTtk(own, { deadlineMs: 50_000 });
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        const file = join(out, `shard${index}.json`);
        // As in a pod's log, where other lines may stand before it.
        writeFileSync(file, `npm notice\n${stdout}`);
        return file;
      }),
    );
    const merged = await runTtk(["report", "merge", ...files, "--json"]);
    expect(merged).toMatchObject({ code: 0, stderr: "" });
    const report = JSON.parse(merged.stdout) as Report;
    expect(schemaErrors("load-report", report)).toEqual([]);
    expect(planned(report)).toEqual(planned(await alone()));

    const one = await runTtk(["report", "merge", ...files.slice(1)]);
    expect(one).toEqual({ code: 2, stdout: "", stderr: `ttk: missing: segment 0/${shards}\n` });
  }, 60_000);
});
