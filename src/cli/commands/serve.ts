import { once } from "node:events";
import { access, constants } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { formatAddress } from "../../net/address.js";
import { ListenError } from "../../net/listen.js";
import { startAdminPort } from "../../server/admin-port.js";
import { type ClusterOptions, LinksNotOpenError, type RunningCluster, startCluster } from "../../server/cluster.js";
import type { ServiceLinks } from "../../server/login/discovery-answer.js";
import { makeFolder } from "../../server/make-folder.js";
import { roleNames } from "../../server/role-name.js";
import { inspectionOf, switchable } from "../../server/running-cluster-inspection.js";
import { MemoryStorage } from "../../server/storage/memory-storage.js";
import type { Storage } from "../../server/storage/storage.js";
import { LogTail } from "../../tui/serve/log-tail.js";
import type { ServeViewOptions } from "../../tui/serve/serve-view.js";
import { blockedError, usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { addressValue, addressValues, countValue, hostValue } from "../option-values.js";
import { type ConfChoice, readConfs } from "../serve/conf-choice.js";
import { type DeviationChoice, deviationsOf } from "../serve/deviation-choice.js";
import { addLimitOptions, fileLimits, type LimitOptions, msgLimits, redialDelaysMs } from "../serve/limit-options.js";
import { LineBatch } from "../serve/line-batch.js";
import { openStorage, type StorageChoice } from "../serve/open-storage.js";
import { type PushChoice, pushOutlet } from "../serve/push-choice.js";
import { readyJson, readyText, type ServedRole } from "../serve/ready-line.js";
import type { SeedChoice } from "../serve/seed.js";
import { addressWarning, type ServeChoice, type ServePlan, servePlan } from "../serve/serve-plan.js";
import { actionLog, jsonServerLog, tailServerLog, textServerLog } from "../serve/server-logs.js";
import { withConfs } from "../serve/with-confs.js";
import { mayFillTerminal, viewTerminal } from "../terminal-view.js";

interface ServeOptions
  extends Omit<ServeChoice, "roles" | "listenOn">,
    SeedChoice,
    LimitOptions,
    DeviationChoice,
    PushChoice,
    StorageChoice {
  readonly conf?: readonly string[];
  readonly advertise?: string;
  readonly data: string;
  readonly smartRoute?: boolean;
  /** Seconds. */
  readonly readyTimeout: number;
  readonly adminHost: string;
  readonly adminPort?: number;
  readonly logPdu?: boolean;
  readonly json?: boolean;
  /** `--no-tui` makes it false. */
  readonly tui: boolean;
}

/** What configuration files say and no option does. */
type Settled = ServeOptions & Omit<ConfChoice, "roles" | "listenOn"> & Pick<ServeChoice, "roles" | "listenOn">;

/** Of the 5 s that OBS-03 allows. */
const STOP_GRACE_MS = 4000;
const USERS_MIN = 8;
const USERS_MAX = 1_000_000;
const INSTANCES_MAX = 64;
const READY_TIMEOUT_S = 10;

const examples = `
Examples:
  $ ttk serve                              login_server, route_server and two msg_servers, users in memory
  $ ttk serve --with file,push,http-msg,msfs --push-file pushes.jsonl
  $ ttk serve --ports auto --json          for scripts: the first line says what listens where
  $ ttk serve --fixture company.yaml --msg-servers 1
  $ ttk serve --storage sqlite:chat.db     users and messages survive a restart
  $ ttk serve msg --listen 127.0.0.1:8001 --db-proxy 10.0.0.5:10600 --route 10.0.0.5:8200 --login 10.0.0.5:8100
  $ ttk serve --conf msgserver.conf        in place of an original server, with its own configuration file
  $ ttk serve --profile teamtalk           as the original servers behave; --deviate LGN-12 for one of their ways

On a terminal a live view shows servers and links, clients, rates, deviations and the log; its keys kick users, cut links
and switch deviations (? shows them all, docs/serve.md). --no-tui, --json, -q or CI: log lines, -q without those for commands.
Each role has an admin port: GET /counters, /metrics (Prometheus), /status, /healthz. Ctrl-C or SIGTERM: finish what is pending, exit 0.`;

export function serveCommand(host: Host): Command {
  const command = new Command("serve")
    .description("Run reference servers: a whole cluster, or single roles that join anybody's cluster")
    .argument("[role...]", `${roleNames.join(", ")}; none = login, route and two msg`)
    .option("--with <role...>", "further roles beside those of the whole cluster: file,push,http-msg,msfs,db")
    .option("--host <host>", "address to listen on", hostValue, "127.0.0.1")
    .addOption(
      new Option("--ports <choice>", "the protocol's default ports, or whatever is free")
        .choices(["default", "auto"])
        .default("default"),
    )
    .option("--listen <address>", "what a single server with one port listens on", addressValue)
    .option("--conf <file...>", "configuration of original servers: msgserver.conf, routeserver.conf …; flags win")
    .option("--msg-servers <n>", "how many msg_servers", countValue(1, INSTANCES_MAX))
    .option("--route-servers <n>", "how many route_servers", countValue(1, INSTANCES_MAX))
    .option(
      "--db-proxies <n>",
      "so many db_proxy_servers between msg_servers and storage",
      countValue(1, INSTANCES_MAX),
    )
    .option("--login <address...>", "login_server elsewhere, its port for msg_servers", addressValues)
    .option("--route <address...>", "route_server elsewhere", addressValues)
    .option("--db-proxy <address...>", "db_proxy_server elsewhere, in place of storage here", addressValues)
    .option("--file-server <address...>", "file_server elsewhere, its port for msg_servers", addressValues)
    .option("--push-server <address...>", "push_server elsewhere", addressValues)
    .option("--advertise <host>", "what clients are told to dial, when it is not what is listened on", hostValue)
    .option("--data <folder>", "where file_server and msfs keep files", "ttk-data")
    .option("--push-file <file>", "push_server appends each push as a line of JSON")
    .addOption(new Option("--push-webhook <url>", "push_server posts each push as JSON, instead").conflicts("pushFile"))
    .option(
      "--storage <url>",
      "memory, sqlite:PATH or mysql://user:password@host/database; an empty one is filled as below",
      "memory",
    )
    .option(
      "--redis <url>",
      "with mysql://: redis://host, and the data is that of a deployment, shared with its servers",
    )
    .option(
      "--audio-msfs <url>",
      "with mysql://: the msfs that keeps the sound of audio messages, as original servers do",
    )
    .option("--fixture <file>", "users, departments and groups, YAML or JSON; - for stdin")
    .addOption(
      new Option("--users <n>", "user1 … userN with the password secret, in place of a fixture (200)")
        .argParser(countValue(USERS_MIN, USERS_MAX))
        .conflicts("fixture"),
    )
    .addOption(
      new Option("--profile <name>", "meet every SHOULD, or differ where the original servers do")
        .choices(["strict", "teamtalk"])
        .default("strict"),
    )
    .option("--deviate <id...>", "differ in these requirements only: LGN-12,LGN-17 (docs/deviations.md)")
    .option("--smart-route", "route_server sends a message only to the msg_servers that have a receiver");
  return addLimitOptions(command)
    .option(
      "--ready-timeout <s>",
      "how long msg_servers may take to reach the others, and a database to answer, 0 = do not wait",
      countValue(0, 86_400),
      READY_TIMEOUT_S,
    )
    .option("--admin-host <host>", "address of the admin ports", hostValue, "127.0.0.1")
    .option(
      "--admin-port <port>",
      "of the first role, the others' follow; free ones unless given",
      countValue(1, 65_000),
    )
    .option("--log-pdu", "also log each PDU in hex, passwords and tokens covered up")
    .option("--json", "one line of JSON when ready, then log lines as JSON")
    .option("--no-tui", "log lines on a terminal, too, in place of the live view")
    .addHelpText("after", examples)
    .action(async (roles: string[], options: ServeOptions, self: Command) => {
      const isGiven = (name: string) => ["cli", "env"].includes(self.getOptionValueSource(name) ?? "");
      const settled = withConfs({ ...options, roles }, await readConfs(host, options.conf ?? []), isGiven);
      const namesUsers = isGiven("storage") || settled.storage !== "memory";
      await serve(host, settled, options.conf === undefined || namesUsers);
    });
}

/** @param mayInvent whether users of nobody's choice will do where nothing says which */
async function serve(host: Host, options: Settled, mayInvent: boolean): Promise<void> {
  const plan = servePlan(options);
  if (plan.needsStorage && !mayInvent && (options.fixture ?? options.users) === undefined) {
    throw usageError("the configuration names no database: DBServerIP1 or DBInstances, else --storage or --users");
  }
  const warning = addressWarning(plan, options.advertise, options.fileAdvertise);
  if (warning !== undefined) host.stderr.write(`${warning}\n`);
  const deviates = switchable(deviationsOf(options));
  const outlet = await pushOutlet(host, options, plan.layout.push !== undefined);
  if (plan.needsFolder) await makeFileFolders(host, options);
  const storage = await storageFor(host, plan, options);
  const lines = new LineBatch(host.stdout);
  const tail = mayFillTerminal(host, options) ? new LogTail() : undefined;
  const pdus = options.logPdu ?? false;
  const makeLog = options.json ? jsonServerLog : textServerLog;
  const log =
    tail === undefined
      ? makeLog(lines, host.clock, { commands: host.verbosity !== "quiet", pdus })
      : tailServerLog(tail, host.clock, { pdus });
  const cluster = await start({
    layout: plan.layout,
    remote: plan.remote,
    storage,
    clock: host.clock,
    log,
    deviates,
    smartRoute: options.smartRoute ?? false,
    msgLimits: msgLimits(options),
    fileLimits: fileLimits(options),
    serverLink: { redialDelaysMs: redialDelaysMs(options) },
    readyTimeoutMs: options.readyTimeout * 1000,
    signal: host.signal,
    folder: resolve(host.cwd, options.data),
    services: servicesOf(options),
    ...(outlet === undefined ? {} : { pushOutlet: outlet }),
    ...clusterExtras(host, options),
  }).catch(async (error: Error) => {
    await storage.close();
    // Whoever ends it while it waits for others' servers ends it as ever.
    if (host.signal.aborted) return undefined;
    throw error;
  });
  if (cluster === undefined) return;
  const served = await Promise.all(
    cluster.roles.map(async (running, index) => {
      const port = options.adminPort === undefined ? 0 : options.adminPort + index;
      return { running, admin: await startAdminPort(running, { host: options.adminHost, port }) };
    }),
  ).catch(async (error: Error) => {
    await cluster.stop(0);
    throw error instanceof ListenError ? blockedError(error.message) : error;
  });
  if (tail === undefined) {
    host.stdout.write(options.json ? readyJson(served) : readyText(served));
    lines.release();
    if (!host.signal.aborted) await once(host.signal, "abort");
  } else {
    const hasDatabase = plan.needsStorage;
    const inspection = inspectionOf({ roles: cluster.roles, deviates, hasDatabase });
    await watch(host, {
      inspection,
      log: tail,
      hasPdus: pdus,
      adminAddresses: adminAddressesOf(served),
      onAction: actionLog(tail, host.clock),
    });
  }
  await Promise.all(served.map(({ admin }) => admin.stop(0)));
  await cluster.stop(STOP_GRACE_MS);
  await storage.close();
  lines.flush();
}

/** Until whoever looks has seen enough, or the process is told to stop. */
async function watch(host: Host, view: Omit<ServeViewOptions, "onQuit">): Promise<void> {
  const { openServeView } = await import("../../tui/serve/open-serve-view.js");
  await openServeView({ ...view, ...viewTerminal(host), signal: host.signal });
  host.stderr.write("stopping …\n");
}

function adminAddressesOf(served: readonly ServedRole[]): string[] {
  return served.map(({ admin }) => formatAddress(admin.address));
}

/** What login_server hands out, where a configuration file says so. */
function servicesOf({ msfsSite, discovery }: Settled): Partial<ServiceLinks> {
  return {
    ...(msfsSite === undefined ? {} : { msfsPrior: msfsSite, msfsBackup: msfsSite }),
    ...(discovery === undefined ? {} : { discovery }),
  };
}

function clusterExtras(host: Host, options: Settled): Partial<ClusterOptions> {
  const { advertise, advertise2, fileAdvertise, linksPerDbProxy, textKey, msfsData, maxFileBytes } = options;
  const { maxConnections, maxConnectionRate, maxMsfsBytes } = options;
  return {
    ...(advertise === undefined ? {} : { advertiseHost: advertise }),
    ...(advertise2 === undefined ? {} : { advertiseHost2: advertise2 }),
    ...(fileAdvertise === undefined ? {} : { fileAdvertiseHosts: fileAdvertise }),
    ...(linksPerDbProxy === undefined ? {} : { linksPerDbProxy }),
    ...(textKey === undefined ? {} : { textKey }),
    ...(msfsData === undefined ? {} : { msfsFolder: resolve(host.cwd, msfsData) }),
    ...(maxFileBytes === undefined ? {} : { msfsFileSizeMaxBytes: maxFileBytes }),
    ...(maxMsfsBytes === undefined ? {} : { msfsFolderSizeMaxBytes: maxMsfsBytes }),
    ...(maxConnections === undefined ? {} : { clientsMax: maxConnections }),
    ...(maxConnectionRate === undefined ? {} : { clientsPerSecondMax: maxConnectionRate }),
  };
}

/** Before anybody is promised that a file is kept there. @throws CommandError blocked */
async function makeFileFolders(host: Host, { data, msfsData = data }: Settled): Promise<void> {
  for (const folder of new Set([data, msfsData])) {
    const path = resolve(host.cwd, folder);
    try {
      await makeFolder(path);
      await access(path, constants.W_OK);
    } catch (error) {
      throw blockedError(`no files can be kept in ${folder}: ${(error as NodeJS.ErrnoException).code}`);
    }
  }
}

async function storageFor(host: Host, { needsStorage }: ServePlan, options: ServeOptions): Promise<Storage> {
  if (needsStorage) return openStorage(host, options, options.readyTimeout * 1000);
  if (options.fixture !== undefined || options.users !== undefined) {
    throw usageError("the users are those of db_proxy_server: --fixture and --users need msg or db with storage here");
  }
  if (options.storage !== "memory" || options.redis !== undefined) {
    throw usageError("--storage and --redis need msg or db with storage here");
  }
  return new MemoryStorage({ users: [], departments: [], groups: [] }, host.clock);
}

async function start(options: ClusterOptions): Promise<RunningCluster> {
  try {
    return await startCluster(options);
  } catch (error) {
    if (error instanceof ListenError || error instanceof LinksNotOpenError) throw blockedError(error.message);
    throw error;
  }
}
