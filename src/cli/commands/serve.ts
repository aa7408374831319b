import { once } from "node:events";
import { Command, Option } from "commander";
import { ListenError } from "../../net/listen.js";
import { startAdminPort } from "../../server/admin-port.js";
import { type ClusterOptions, LinksNotOpenError, type RunningCluster, startCluster } from "../../server/cluster.js";
import { type MsgServerLimits, msgServerLimits } from "../../server/msg/msg-server-options.js";
import { MemoryStorage } from "../../server/storage/memory-storage.js";
import type { Storage } from "../../server/storage/storage.js";
import { blockedError, usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { addressValue, addressValues, countValue, scaleValue } from "../option-values.js";
import { LineBatch } from "../serve/line-batch.js";
import { openStorage, type StorageChoice } from "../serve/open-storage.js";
import { readyJson, readyText } from "../serve/ready-line.js";
import type { SeedChoice } from "../serve/seed.js";
import { type ServeChoice, type ServePlan, servePlan } from "../serve/serve-plan.js";
import { jsonServerLog, textServerLog } from "../serve/server-logs.js";

interface ServeOptions extends Omit<ServeChoice, "roles">, SeedChoice, StorageChoice {
  readonly advertise?: string;
  /** Seconds. */
  readonly readyTimeout: number;
  readonly timeScale: number;
  readonly loginTimeout?: number;
  readonly pcIdleTimeout?: number;
  readonly mobileIdleTimeout?: number;
  readonly messagesPerSecond?: number;
  readonly json?: boolean;
}

/** Of the 5 s that OBS-03 allows. */
const STOP_GRACE_MS = 4000;
const USERS_MIN = 8;
const USERS_MAX = 1_000_000;
const INSTANCES_MAX = 64;
const READY_TIMEOUT_S = 10;
const seconds = countValue(1, 86_400);

const examples = `
Examples:
  $ ttk serve                              login_server, route_server and two msg_servers, users in memory
  $ ttk serve --ports auto --json          for scripts: the first line says what listens where
  $ ttk serve --fixture company.yaml --msg-servers 1
  $ ttk serve --storage sqlite:chat.db     users and messages survive a restart
  $ ttk serve msg --listen 127.0.0.1:8001 --db-proxy 10.0.0.5:10600 --route 10.0.0.5:8200 --login 10.0.0.5:8100

-q leaves out the line for each command. Ctrl-C or SIGTERM: finish what is pending, exit 0.`;

export function serveCommand(host: Host): Command {
  return new Command("serve")
    .description("Run reference servers: a whole cluster, or single roles that join anybody's cluster")
    .argument("[role...]", "login, route, db, msg; none = login, route and two msg")
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .addOption(
      new Option("--ports <choice>", "the protocol's default ports, or whatever is free")
        .choices(["default", "auto"])
        .default("default"),
    )
    .option("--listen <address>", "what a single route, db or msg server listens on", addressValue)
    .option("--msg-servers <n>", "how many msg_servers", countValue(1, INSTANCES_MAX))
    .option(
      "--db-proxies <n>",
      "so many db_proxy_servers between msg_servers and storage",
      countValue(1, INSTANCES_MAX),
    )
    .option("--login <address...>", "login_server elsewhere, its port for msg_servers", addressValues)
    .option("--route <address...>", "route_server elsewhere", addressValues)
    .option("--db-proxy <address...>", "db_proxy_server elsewhere, in place of storage here", addressValues)
    .option("--advertise <host>", "what login_server tells clients to dial, when it is not what msg listens on")
    .option(
      "--storage <url>",
      "memory, sqlite:PATH or mysql://user:password@host/database; an empty one is filled as below",
      "memory",
    )
    .option(
      "--redis <url>",
      "with mysql://: redis://host, and the data is that of a deployment, shared with its servers",
    )
    .option("--fixture <file>", "users, departments and groups, YAML or JSON; - for stdin")
    .addOption(
      new Option("--users <n>", "user1 … userN with the password secret, in place of a fixture (200)")
        .argParser(countValue(USERS_MIN, USERS_MAX))
        .conflicts("fixture"),
    )
    .option("--time-scale <x>", "of the three limits below: 0.1 for tests that need not wait so long", scaleValue, 1)
    .option("--login-timeout <s>", "msg_server closes who has not logged in by then (15)", seconds)
    .option("--pc-idle-timeout <s>", "msg_server closes a PC that is silent for so long (120)", seconds)
    .option("--mobile-idle-timeout <s>", "the same for a phone (300)", seconds)
    .option("--messages-per-second <n>", "accepted from one connection, 0 = any number (20)", countValue(0, 1_000_000))
    .option("--ready-timeout <s>", "how long msg_servers may take to reach the others", seconds, READY_TIMEOUT_S)
    .option("--json", "one line of JSON when ready, then log lines as JSON")
    .addHelpText("after", examples)
    .action((roles: string[], options: ServeOptions) => serve(host, roles, options));
}

async function serve(host: Host, roleNames: readonly string[], options: ServeOptions): Promise<void> {
  const plan = servePlan({ ...options, roles: roleNames });
  const storage = await storageFor(host, plan, options);
  const lines = new LineBatch(host.stdout);
  const makeLog = options.json ? jsonServerLog : textServerLog;
  const log = makeLog(lines, host.clock, { commands: host.verbosity !== "quiet" });
  const cluster = await start({
    layout: plan.layout,
    remote: plan.remote,
    storage,
    clock: host.clock,
    log,
    msgLimits: msgLimits(options),
    readyTimeoutMs: options.readyTimeout * 1000,
    ...(options.advertise === undefined ? {} : { advertiseHost: options.advertise }),
  }).catch(async (error: Error) => {
    await storage.close();
    throw error;
  });
  const served = await Promise.all(
    cluster.roles.map(async (running) => ({ running, admin: await startAdminPort(running, options.host) })),
  );
  host.stdout.write(options.json ? readyJson(served) : readyText(served));
  lines.release();

  if (!host.signal.aborted) await once(host.signal, "abort");
  await Promise.all(served.map(({ admin }) => admin.stop(0)));
  await cluster.stop(STOP_GRACE_MS);
  await storage.close();
  lines.flush();
}

async function storageFor(host: Host, { needsStorage }: ServePlan, options: ServeOptions): Promise<Storage> {
  if (needsStorage) return openStorage(host, options);
  if (options.fixture !== undefined || options.users !== undefined) {
    throw usageError("the users are those of db_proxy_server: --fixture and --users need msg or db with storage here");
  }
  if (options.storage !== "memory" || options.redis !== undefined) {
    throw usageError("--storage and --redis need msg or db with storage here");
  }
  return new MemoryStorage({ users: [], departments: [], groups: [] }, host.clock);
}

function msgLimits(options: ServeOptions): Partial<MsgServerLimits> {
  const { timeScale, loginTimeout, pcIdleTimeout, mobileIdleTimeout, messagesPerSecond } = options;
  const scaledMs = (seconds: number | undefined, defaultMs: number) =>
    timeScale * (seconds === undefined ? defaultMs : seconds * 1000);
  return {
    loginTimeoutMs: scaledMs(loginTimeout, msgServerLimits.loginTimeoutMs),
    pcIdleTimeoutMs: scaledMs(pcIdleTimeout, msgServerLimits.pcIdleTimeoutMs),
    mobileIdleTimeoutMs: scaledMs(mobileIdleTimeout, msgServerLimits.mobileIdleTimeoutMs),
    ...(messagesPerSecond === undefined ? {} : { messagesPerSecondMax: messagesPerSecond }),
  };
}

async function start(options: ClusterOptions): Promise<RunningCluster> {
  try {
    return await startCluster(options);
  } catch (error) {
    if (error instanceof ListenError || error instanceof LinksNotOpenError) throw blockedError(error.message);
    throw error;
  }
}
