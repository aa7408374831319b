import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { allCases } from "../../../src/scenarios/conformance/all-cases.js";
import { type Deviations, strict, teamtalk } from "../../../src/server/deviations.js";
import { startFileServer } from "../../../src/server/file/file-server.js";
import { judgeRole, teamtalkBaseline, withVerdict } from "../../helpers/judge-role.js";
import { nobodyAt, type Oddity, OddServer } from "../../helpers/odd-server.js";
import { FaultyWire } from "../../mutants/faulty-wire.js";
import type { WireFault } from "../../mutants/wire-fault.js";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const started: { stop(graceMs: number): unknown }[] = [];
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttk-file-cases-"));
});
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop(0);
});
afterAll(() => rm(folder, { recursive: true }));

/** Time limits of a twentieth. */
async function fileServer(deviates: Deviations) {
  const server = await startFileServer({
    listen: { clients: LOOPBACK, servers: LOOPBACK },
    folder,
    clock: { nowMs: () => Date.now() },
    deviates,
    link: { heartbeatIntervalMs: 250, idleTimeoutMs: 1500 },
  });
  started.push(server);
  const { servers = LOOPBACK, clients = LOOPBACK } = server.addresses;
  return { servers, clients };
}

describe("the cases of a file_server", () => {
  it.each([
    ["ours", strict],
    ["it when it behaves like the original", teamtalk],
  ])("find nothing wrong with %s", async (_, deviates) => {
    const { servers, clients } = await fileServer(deviates);
    const result = await judgeRole("file", servers, { clients, baseline: await teamtalkBaseline() });
    expect(withVerdict(result, "failed", "blocked", "errored", "unexpected-pass")).toEqual([]);
    expect(result.summary.passed).toBeGreaterThan(35);
  });

  it("take an echo of heartbeats for one, as the original sends none by itself", async () => {
    const { servers, clients } = await fileServer(strict);
    const heartbeat = CommandId.CID_OTHER_HEARTBEAT;
    const echoing: WireFault = {
      received: ({ commandId, bytes }, line) => {
        if (commandId !== heartbeat) return undefined;
        line.toClient(bytes);
        return [];
      },
      sent: ({ commandId }) => (commandId === heartbeat ? [] : undefined),
    };
    const wire = await FaultyWire.start(servers, echoing, new Set());
    started.push(wire);
    const cases = allCases
      .filter(({ id }) => id === "fil.heartbeats")
      .map((each) => ({ case: each, skippedBy: undefined }));
    const result = await judgeRole("file", wire.address, { clients, cases });
    expect(result.cases).toMatchObject([{ id: "fil.heartbeats", verdict: "passed" }]);
  });

  it("are blocked where nobody listens", async () => {
    const result = await judgeRole("file", await nobodyAt(), { clients: await nobodyAt() });
    expect(result.summary.blocked).toBe(result.summary.total);
  });

  it.each<Oddity>(["mute", "closing", "babbling", "echoing"])(
    "never pass against a port that is no file_server (%s), in bounded time and without a fault of their own",
    async (oddity) => {
      const odd = await OddServer.start(oddity);
      started.push(odd);
      const result = await judgeRole("file", odd.address, {
        clients: odd.address,
        timeoutFactor: 0.01,
        timeScale: 0.01,
        jobs: 64,
      });
      expect(withVerdict(result, "errored")).toEqual([]);
      // Where no PDU ever comes there is no such server to fail.
      expect(result.summary.outcome).toBe(oddity === "echoing" ? "failed" : "blocked");
      expect(withVerdict(result, "passed")).toEqual([]);
    },
  );
});
