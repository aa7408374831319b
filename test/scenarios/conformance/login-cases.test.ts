import { afterEach, describe, expect, it } from "vitest";
import { type Deviations, strict, teamtalk } from "../../../src/server/deviations.js";
import { startLoginServer } from "../../../src/server/login/login-server.js";
import { judgeRole, teamtalkBaseline, withVerdict } from "../../helpers/judge-role.js";
import { nobodyAt, type Oddity, OddServer } from "../../helpers/odd-server.js";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const started: { stop(graceMs: number): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop(0);
});

/** Time limits of a twentieth. */
async function loginServer(deviates: Deviations = strict) {
  const server = await startLoginServer({
    listen: { clients: LOOPBACK, http: LOOPBACK, servers: LOOPBACK },
    deviates,
    link: { heartbeatIntervalMs: 250, idleTimeoutMs: 1500 },
  });
  started.push(server);
  const { servers = LOOPBACK, clients = LOOPBACK, http = LOOPBACK } = server.addresses;
  return { servers, further: { clients, http } };
}

describe("the cases of a login_server", () => {
  it("find nothing wrong with ours", async () => {
    const { servers, further } = await loginServer();
    const result = await judgeRole("login", servers, further);
    expect(withVerdict(result, "failed", "blocked", "errored")).toEqual([]);
    expect(result.summary.passed).toBeGreaterThan(30);
  });

  it("find in it what the original is known to fail, when it behaves like the original", async () => {
    const { servers, further } = await loginServer(teamtalk);
    const result = await judgeRole("login", servers, {
      ...further,
      baseline: await teamtalkBaseline(),
      timeoutFactor: 0.1,
    });
    expect(withVerdict(result, "failed", "blocked", "errored", "unexpected-pass")).toEqual([]);
    expect(withVerdict(result, "expected-failure")).not.toEqual([]);
  });

  it("are blocked where nobody listens", async () => {
    const result = await judgeRole("login", await nobodyAt(), { clients: await nobodyAt(), http: await nobodyAt() });
    expect(result.summary.outcome).toBe("blocked");
    expect(result.summary.blocked).toBe(result.summary.total);
  });

  it.each<Oddity>(["mute", "closing", "babbling", "echoing"])(
    "never pass against a port that is no login_server (%s), in bounded time and without a fault of their own",
    async (oddity) => {
      const odd = await OddServer.start(oddity);
      started.push(odd);
      const result = await judgeRole("login", odd.address, {
        clients: odd.address,
        http: odd.address,
        timeoutFactor: 0.01,
        timeScale: 0.01,
        jobs: 64,
      });
      expect(withVerdict(result, "errored", "passed")).toEqual([]);
      expect([oddity, result.summary.outcome]).toEqual([oddity, oddity === "echoing" ? "failed" : "blocked"]);
    },
  );
});
