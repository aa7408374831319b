/** The engine under Artillery itself, where there is one: `npm install artillery` anywhere, its node_modules/.bin in PATH. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { formatAddress } from "../../src/net/address.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";
import { hasTool } from "../helpers/tool.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const hasArtillery = hasTool("artillery");
const TIMEOUT_MS = 120_000;
let folder: string;
let cluster: ReferenceCluster;

interface Report {
  readonly aggregate: {
    readonly counters: Readonly<Record<string, number>>;
    readonly summaries: Readonly<Record<string, { readonly count: number }>>;
  };
}

/** Its processor's steps are called as any engine's are. */
const processor = `module.exports = {
  note(context, events, done) { events.emit("counter", "own.notes", 1); done(); },
};`;

/** Runs a script with `artillery run`; returns the report that it writes. */
async function artillery(script: object, rows: readonly string[]): Promise<Report["aggregate"]> {
  writeFileSync(join(folder, "script.yml"), stringify(script));
  writeFileSync(join(folder, "users.csv"), rows.join("\n"));
  writeFileSync(join(folder, "processor.cjs"), processor);
  const child = spawn("artillery", ["run", "script.yml", "--output", "report.json"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_PATH: join(folder, "node_modules"), ARTILLERY_DISABLE_TELEMETRY: "true" },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => {
      said += text;
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  expect(code, said).toBe(0);
  return (JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Report).aggregate;
}

describe.skipIf(!hasArtillery)(
  `artillery-engine-teamtalk${hasArtillery ? "" : ": skipped, no artillery in PATH"}`,
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "ttk-artillery-run-"));
      mkdirSync(join(folder, "node_modules"));
      cpSync(join(root, "packages/artillery-engine-teamtalk"), join(folder, "node_modules/artillery-engine-teamtalk"), {
        recursive: true,
      });
      symlinkSync(root, join(folder, "node_modules/teamtalk-testkit"), "dir");
      cluster = await ReferenceCluster.start();
    });
    afterAll(async () => {
      await cluster?.stop();
      rmSync(folder, { recursive: true });
    });

    it(
      "runs each step under Artillery, and counts in its report what the users did",
      async () => {
        const { counters, summaries } = await artillery(
          {
            config: {
              target: formatAddress(cluster.msg(0)),
              engines: { teamtalk: {} },
              processor: "./processor.cjs",
              payload: { path: "users.csv", fields: ["name", "peer"], order: "sequence" },
              phases: [{ duration: 1, arrivalCount: 4 }],
            },
            scenarios: [
              {
                engine: "teamtalk",
                flow: [
                  { login: { name: "{{ name }}", password: "secret", device: "ios" } },
                  { function: "note" },
                  { loop: [{ send: { to: "{{ peer }}", text: "hello {{ $loopCount }}" } }, { think: 0.01 }], count: 3 },
                  { log: "{{ name }} is done" },
                  { logout: {} },
                ],
              },
            ],
          },
          ["user1,user2", "user2,user1", "user3,user4", "user4,user3"],
        );
        expect(counters).toMatchObject({
          "vusers.created": 4,
          "vusers.completed": 4,
          "vusers.failed": 0,
          "own.notes": 4,
          "teamtalk.logins": 4,
          "teamtalk.messages_sent": 12,
          "teamtalk.messages_acked": 12,
        });
        expect(summaries["teamtalk.msg_ack_duration"]?.count).toBe(12);
        expect(summaries["teamtalk.login_duration"]?.count).toBe(4);
      },
      TIMEOUT_MS,
    );

    it(
      "counts a virtual user that fails under its error",
      async () => {
        const { counters } = await artillery(
          {
            config: {
              target: formatAddress(cluster.msg(0)),
              engines: { teamtalk: {} },
              phases: [{ duration: 1, arrivalCount: 2 }],
            },
            scenarios: [
              {
                engine: "teamtalk",
                flow: [{ login: { name: "user1", password: "wrong" } }, { send: { to: "user2" } }],
              },
            ],
          },
          [],
        );
        expect(counters).toMatchObject({ "vusers.created": 2, "vusers.failed": 2, "errors.LOGIN_REFUSED": 2 });
        expect(counters["teamtalk.messages_sent"]).toBeUndefined();
      },
      TIMEOUT_MS,
    );
  },
);
