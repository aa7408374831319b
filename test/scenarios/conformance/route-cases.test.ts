import { afterEach, describe, expect, it } from "vitest";
import { type Deviations, strict, teamtalk } from "../../../src/server/deviations.js";
import { startRouteServer } from "../../../src/server/route/route-server.js";
import { judgeRole, teamtalkBaseline, withVerdict } from "../../helpers/judge-role.js";
import { nobodyAt, type Oddity, OddServer } from "../../helpers/odd-server.js";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const started: { stop(graceMs: number): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop(0);
});

/** Time limits of a twentieth. */
async function routeServer(deviates: Deviations = strict) {
  const server = await startRouteServer({
    listen: LOOPBACK,
    deviates,
    link: { heartbeatIntervalMs: 250, idleTimeoutMs: 1500 },
  });
  started.push(server);
  return server.addresses.servers ?? LOOPBACK;
}

describe("the cases of a route_server", () => {
  it("find nothing wrong with ours", async () => {
    const result = await judgeRole("route", await routeServer());
    expect(withVerdict(result, "failed", "blocked", "errored")).toEqual([]);
    expect(result.summary.passed).toBeGreaterThan(40);
  });

  it("find in it what the original is known to fail, when it behaves like the original", async () => {
    const result = await judgeRole("route", await routeServer(teamtalk), {
      baseline: await teamtalkBaseline(),
      timeoutFactor: 0.2,
    });
    expect(withVerdict(result, "failed", "blocked", "errored", "unexpected-pass")).toEqual([]);
    expect(withVerdict(result, "expected-failure")).not.toEqual([]);
  });

  it("are blocked where nobody listens", async () => {
    const result = await judgeRole("route", await nobodyAt());
    expect(result.summary.outcome).toBe("blocked");
    expect(result.summary.blocked).toBe(result.summary.total);
  });

  it.each<Oddity>(["mute", "closing", "babbling", "echoing"])(
    "never pass against a port that is no route_server (%s), in bounded time and without a fault of their own",
    async (oddity) => {
      const odd = await OddServer.start(oddity);
      started.push(odd);
      const result = await judgeRole("route", odd.address, { timeoutFactor: 0.01, timeScale: 0.01, jobs: 64 });
      expect(withVerdict(result, "errored", "passed")).toEqual([]);
      expect([oddity, result.summary.outcome]).toEqual([oddity, oddity === "echoing" ? "failed" : "blocked"]);
    },
  );
});
