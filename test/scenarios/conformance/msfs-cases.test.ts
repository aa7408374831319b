import { afterEach, describe, expect, it } from "vitest";
import type { ConformanceEvent } from "../../../src/runner/conformance/conformance-event.js";
import { teamtalk } from "../../../src/server/deviations.js";
import { judgeRole, teamtalkBaseline, withVerdict } from "../../helpers/judge-role.js";
import { nobodyAt, type Oddity, OddServer } from "../../helpers/odd-server.js";
import { startRoleServer } from "../../helpers/role-server.js";

const started: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

describe("the cases of an msfs", () => {
  it("find nothing wrong with ours, which deviates in nothing", async () => {
    const server = await startRoleServer("msfs", { deviates: teamtalk });
    started.push(server);
    const connected: ConformanceEvent[] = [];
    const result = await judgeRole("msfs", server.target, {
      baseline: await teamtalkBaseline(),
      onEvent: (event) => (event.type === "case-connected" ? connected.push(event) : 0),
    });
    expect(withVerdict(result, "failed", "blocked", "errored", "expected-failure")).toEqual([]);
    expect(result.summary.passed).toBeGreaterThan(20);
    const [first] = connected;
    expect(first).toMatchObject({ connection: "http", local: { host: "127.0.0.1" }, remote: server.target });
  });

  it("are blocked where nobody listens", async () => {
    const result = await judgeRole("msfs", await nobodyAt());
    expect(result.summary.blocked).toBe(result.summary.total);
    expect(result.cases[0]?.reason).toContain("ECONNREFUSED");
  });

  it.each<[Oddity, string]>([
    ["mute", "(timeout): is it an msfs?"],
    ["closing", "(closed): is it an msfs?"],
    ["echoing", "(87 bytes of something else, 70 bytes of something else): is it an msfs?"],
  ])("are blocked by a port that does not speak HTTP (%s)", async (oddity, reason) => {
    const odd = await OddServer.start(oddity);
    started.push(odd);
    const result = await judgeRole("msfs", odd.address, { timeoutFactor: 0.05 });
    expect(result.summary.blocked).toBe(result.summary.total);
    expect(result.cases[0]?.reason).toContain(reason);
  });

  it("never pass against a port that answers everything with the same", async () => {
    const odd = await OddServer.start("babbling");
    started.push(odd);
    const result = await judgeRole("msfs", odd.address, { timeoutFactor: 0.05, jobs: 64 });
    expect(withVerdict(result, "passed", "errored", "blocked")).toEqual([]);
  });
});
