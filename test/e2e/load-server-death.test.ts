import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { formatAddress, parseAddress } from "../../src/net/address.js";
import { loadPlan, run } from "../helpers/load-plan.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-load-death-"));
afterAll(() => rmSync(folder, { recursive: true }));
const servers: TtkProcess[] = [];
let others: ReferenceCluster | undefined;
afterEach(async () => {
  for (const server of servers.splice(0)) server.kill();
  await others?.stop();
});

const USERS = 8;

async function msgServer(cluster: ReferenceCluster, listen?: string): Promise<string> {
  const [login, route] = [cluster.address("login", "servers"), cluster.address("route", "servers")];
  const server = new TtkProcess([
    "serve",
    "msg",
    "--json",
    "-q",
    ...(listen === undefined ? ["--ports", "auto"] : ["--listen", listen]),
    "--login",
    formatAddress(login),
    "--route",
    formatAddress(route),
    "--storage",
    `sqlite:${join(folder, "store.db")}`,
    "--users",
    String(USERS),
    "--time-scale",
    "0.05",
  ]);
  servers.push(server);
  const { roles } = JSON.parse(await server.line(() => true)) as { roles: { role: string; address: string }[] };
  return roles.find(({ role }) => role === "msg")?.address ?? "";
}

describe("a run against a msg_server that is killed and started again on the same port", () => {
  it("ends with the truth: nothing acknowledged is lost, and what cannot be judged is said to be so", async () => {
    others = await ReferenceCluster.start();
    const cluster = others;
    const address = await msgServer(cluster);
    const target = parseAddress(address);
    if (target === undefined) throw new Error(`no address: ${address}`);
    let restarted: Promise<string> | undefined;
    const plan = loadPlan(target, USERS, {
      durationMs: 12_000,
      actsPerSecond: 40,
      finalCheckShare: 1,
      drainTimeoutMs: 10_000,
      ackTimeoutMs: 5000,
    });
    const result = await run(plan, {
      onEvent: (event) => {
        if (event.type !== "second" || event.snapshot.phase !== "steady" || restarted !== undefined) return;
        const [server] = servers;
        server?.signal("SIGKILL");
        restarted = server?.end().then(() => msgServer(cluster, address));
      },
    });
    expect(await restarted).toBe(address);
    expect(result.failures).toEqual([`${USERS * 2} connections lost`]);
    const { delivery } = result;
    expect(delivery).toMatchObject({
      lost: 0,
      duplicated: 0,
      reordered: 0,
      corrupted: 0,
      misdelivered: 0,
      diverged: 0,
    });
    expect(delivery.sent).toBe(delivery.acked + delivery.unacked + delivery.abandoned);
    expect(delivery.expectedDeliveries).toBe(delivery.delivered + delivery.unjudged);
    expect(delivery).toMatchObject({ historyChecked: delivery.acked, notInHistory: 0, unreadWrong: 0 });
    expect(delivery.unreadChecked).toBeGreaterThan(0);
    // They were online again, and wrote.
    expect(result.metrics.login_duration).toMatchObject({ count: USERS * 4 });
    const lastSecond = result.series.findLast(({ phase }) => phase === "steady");
    expect(lastSecond?.devicesOnline).toBe(USERS * 2);
  }, 60_000);
});
