import { afterEach, describe, expect, it } from "vitest";
import { type Deviations, strict, teamtalk } from "../../../src/server/deviations.js";
import { startHttpMsgServer } from "../../../src/server/http-msg/http-msg-server.js";
import { judgeRole, teamtalkBaseline, withVerdict } from "../../helpers/judge-role.js";
import { nobodyAt, type Oddity, OddServer } from "../../helpers/odd-server.js";
import { startRoleServer } from "../../helpers/role-server.js";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
/** They run one after the other, and some wait for a server's time limits. */
const TIMEOUT_MS = 60_000;
const started: { stop(graceMs: number): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop(0);
});

async function judgeHttpMsg(deviates: Deviations, options: Parameters<typeof judgeRole>[2] = {}) {
  const server = await startRoleServer("http-msg", { deviates });
  started.push(server);
  return judgeRole("http-msg", server.target, { ...server.options, ...options });
}

async function surroundings() {
  return { db: [await nobodyAt()], route: [await nobodyAt()] };
}

describe("the cases of a http_msg_server", () => {
  it(
    "find nothing wrong with ours",
    async () => {
      const result = await judgeHttpMsg(strict);
      expect(withVerdict(result, "failed", "blocked", "errored")).toEqual([]);
      expect(result.summary.passed).toBeGreaterThan(55);
    },
    TIMEOUT_MS,
  );

  it(
    "find in it what the original is known to fail, when it behaves like the original",
    async () => {
      const result = await judgeHttpMsg(teamtalk, { baseline: await teamtalkBaseline() });
      expect(withVerdict(result, "failed", "blocked", "errored", "unexpected-pass")).toEqual([]);
      const expected = withVerdict(result, "expected-failure").map((line) => line.split(" | ")[0]);
      expect(expected).toEqual(["hms.bad-json.cut", "hms.bad-json.text", "hms.bad-json.empty"]);
    },
    TIMEOUT_MS,
  );

  it("are blocked, with where it should have dialled, when it does not", async () => {
    const odd = await OddServer.start("mute");
    started.push(odd);
    const played = await surroundings();
    const result = await judgeRole("http-msg", odd.address, { played, linkWaitMs: 50, timeoutFactor: 0.01 });
    expect(result.summary.blocked).toBe(result.summary.total);
    expect(result.cases[0]?.reason).toContain(
      `the http_msg_server has no link to the db_proxy_server that the suite plays at 127.0.0.1:${played.db[0]?.port}`,
    );
  });

  it.each<[Oddity, string]>([
    ["mute", "gives no HTTP answer (timeout): is it a http_msg_server?"],
    ["closing", "gives no HTTP answer (closed): is it a http_msg_server?"],
    ["echoing", "gives no HTTP answer (87 bytes of something else, 70 bytes of something else)"],
  ])("are blocked by a port that does not speak HTTP (%s), though somebody has dialled", async (oddity, reason) => {
    const played = await surroundings();
    const odd = await OddServer.start(oddity);
    const real = await startHttpMsgServer({
      listen: LOOPBACK,
      database: { dbProxies: played.db },
      routeServers: played.route,
      serverLink: { redialDelaysMs: [20] },
    });
    started.push(odd, real);
    const result = await judgeRole("http-msg", odd.address, { played, timeoutFactor: 0.05 });
    expect(result.summary.blocked).toBe(result.summary.total);
    expect(result.cases[0]?.reason).toContain(reason);
  });
});
