import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Address, formatAddress, parseAddress } from "../../src/net/address.js";
import type { LoadResult } from "../../src/runner/load/load-result.js";
import { behaviourOf, habitDefaults } from "../../src/scenarios/load/behaviour.js";
import { seededRandom } from "../../src/scenarios/load/random.js";
import { loadPlan, run } from "../helpers/load-plan.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";
import { TtkProcess } from "../helpers/ttk-process.js";
import { until } from "../helpers/until.js";

const USERS = 8;
const WAIT_MS = 20_000;
const folders: string[] = [];
const running: TtkProcess[] = [];
let login: ReferenceCluster | undefined;
afterEach(async () => {
  for (const server of running.splice(0)) server.kill();
  await login?.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A server in a process of its own, which can be killed and started again at the same place. */
class Server {
  #process: TtkProcess;
  #ready: Promise<{ readonly address: string; readonly admin: string }>;

  constructor(private readonly args: readonly string[]) {
    [this.#process, this.#ready] = this.#start(["--ports", "auto"]);
  }

  async address(): Promise<string> {
    return (await this.#ready).address;
  }

  async counters(): Promise<Record<string, number>> {
    return (await (await fetch(`http://${(await this.#ready).admin}/counters`)).json()) as Record<string, number>;
  }

  async killAndRestart(): Promise<void> {
    const address = await this.address();
    this.#process.signal("SIGKILL");
    await this.#process.end();
    [this.#process, this.#ready] = this.#start(["--listen", address]);
    expect(await this.address()).toBe(address);
  }

  #start(where: readonly string[]): [TtkProcess, Promise<{ address: string; admin: string }>] {
    const common = ["--json", "-q", "--time-scale", "0.05", "--ready-timeout", "0"];
    const started = new TtkProcess(["serve", ...this.args, ...where, ...common]);
    running.push(started);
    const ready = started
      .line(() => true)
      .then((line) => {
        const { roles } = JSON.parse(line) as { roles: readonly { address: string; admin: string }[] };
        return roles[0] as { address: string; admin: string };
      });
    return [started, ready];
  }
}

interface Cluster {
  readonly route: Server;
  readonly db: Server;
  readonly msgs: readonly Server[];
}

/** Two msg_servers, a route_server, and a db_proxy_server whose storage outlives it. */
async function startAll(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "ttk-deaths-"));
  folders.push(folder);
  login = await ReferenceCluster.start();
  const route = new Server(["route"]);
  const db = new Server(["db", "--storage", `sqlite:${join(folder, "store.db")}`, "--users", String(USERS)]);
  const links = [
    ...["--login", formatAddress(login.address("login", "servers"))],
    ...["--route", await route.address(), "--db-proxy", await db.address()],
  ];
  // Devices may be slow to log in, and silent, for as long as without --time-scale, and longer.
  const patient = ["--login-timeout", "1200", "--pc-idle-timeout", "1200", "--mobile-idle-timeout", "1200"];
  const msgs = [1, 2].map(() => new Server(["msg", ...links, ...patient]));
  await linked(msgs);
  return { route, db, msgs };
}

/** Whether every msg_server serves logins, and so reaches everybody. */
async function linked(msgs: readonly Server[]): Promise<void> {
  const isLinked = ({ routeLinks, loginLinks, databaseOpen }: Record<string, number>) =>
    routeLinks === 1 && loginLinks === 1 && databaseOpen === 1;
  await until(async () => (await Promise.all(msgs.map((msg) => msg.counters()))).every(isLinked), "linked", WAIT_MS);
}

/** Users with two devices, on different msg_servers, who read nothing; the victim dies once, a second into the run. */
async function runPastDeath({ msgs }: Cluster, victim: Server): Promise<LoadResult> {
  const targets = (await Promise.all(msgs.map((msg) => msg.address()))).map((at) => parseAddress(at) as Address);
  let death: Promise<void> | undefined;
  const plan = loadPlan(targets[0] as Address, USERS, {
    connect: async (device, user, place, signal) => {
      const target = targets[(user + place) % targets.length] as Address;
      await device.connect(target, signal);
      return formatAddress(target);
    },
    behaviour: behaviourOf({ ...habitDefaults, readShare: 0 }, USERS, seededRandom(1)),
    durationMs: 6000,
    actsPerSecond: 40,
    finalCheckShare: 1,
    ackTimeoutMs: 2000,
    drainTimeoutMs: 8000,
  });
  const result = await run(plan, {
    onEvent: (event) => {
      if (event.type !== "second" || event.snapshot.phase !== "steady") return;
      death ??= victim.killAndRestart();
    },
  });
  await death;
  return result;
}

/** 0x0301s that msg_servers sent to clients: what came to devices, counted by somebody else. */
async function deliveriesSent(msgs: readonly Server[]): Promise<number> {
  const counters = await Promise.all(msgs.map((msg) => msg.counters()));
  return counters.reduce((sum, { "pdusOutBy.0x0301": sent = 0 }) => sum + sent, 0);
}

const nothingElse = { duplicated: 0, reordered: 0, corrupted: 0, misdelivered: 0, notInHistory: 0, unreadWrong: 0 };

describe("a run past the death and return of another server than msg_server", () => {
  it("route_server: what was acknowledged meanwhile and did not cross is lost, and all of it is in history", async () => {
    const cluster = await startAll();
    const { delivery, metrics, failures } = await runPastDeath(cluster, cluster.route);
    expect(delivery).toMatchObject({ ...nothingElse, unacked: 0, abandoned: 0, unjudged: 0, acked: delivery.sent });
    expect(delivery.delivered).toBe(await deliveriesSent(cluster.msgs));
    expect(delivery.lost).toBe(delivery.expectedDeliveries - delivery.delivered);
    // Somebody wrote while it was gone, and it relayed again before the end.
    expect(delivery.lost).toBeGreaterThan(0);
    expect(failures[0]).toBe(`${delivery.lost} lost`);
    expect(delivery).toMatchObject({ historyChecked: delivery.acked });
    expect(metrics["errors{kind:link_lost}"]).toBeUndefined();
  }, 90_000);

  it("db_proxy_server: what it did not answer is not acknowledged, and nothing acknowledged is lost or missing", async () => {
    const cluster = await startAll();
    const { delivery, failures } = await runPastDeath(cluster, cluster.db);
    expect(delivery).toMatchObject({ ...nothingElse, lost: 0, diverged: 0, abandoned: 0, unjudged: 0 });
    expect(delivery.sent).toBe(delivery.acked + delivery.unacked);
    expect(delivery.unacked).toBeGreaterThan(0);
    expect(failures).toEqual([`${delivery.unacked} never acknowledged`]);
    expect(delivery.delivered).toBe(delivery.expectedDeliveries);
    expect(delivery.delivered).toBe(await deliveriesSent(cluster.msgs));
    expect(delivery).toMatchObject({ historyChecked: delivery.acked });
    expect(delivery.unreadChecked).toBeGreaterThan(0);
  }, 90_000);
});
