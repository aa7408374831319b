/**
 * Kills the servers of a reference cluster in turn with SIGKILL while users chat, starts each again, and looks for what was
 * promised: every acknowledged message is in the history of its session (MSG-10), no connection got a message twice, and who
 * was on another msg_server kept the connection.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { platform, tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { seededRandom } from "../src/scenarios/load/random.js";
import { type Acked, ChatLedger } from "./kill-nine/chat-ledger.js";
import { Chatter } from "./kill-nine/chatter.js";
import { findMissing } from "./kill-nine/find-missing.js";
import { BlockedError, type ServerName, ServerProcesses, serverNames } from "./kill-nine/server-processes.js";
import { scriptCommand, wholeNumber } from "./script-command.js";

const CHAT_BEFORE_MS = 700;
const CHAT_BEFORE_SPREAD_MS = 600;
const CHAT_AFTER_MS = 300;
/** Servers dial again after 0.4, 0.8 … 6.4 s; a busy machine may need a few of these for one to start. */
const RECOVERY_MAX_MS = 60_000;
const SHOWN_MAX = 5;
/** Of the reference fixture: the users 1 … 100 are in it. */
const ALL_HANDS = 3;

const command = scriptCommand(
  "kill-nine",
  "Kills servers of a reference cluster while users chat, and looks for what was promised.",
)
  .option("--rounds <n>", "one server is killed in each", wholeNumber, 3)
  .option(
    "--storage <where>",
    "what the db_proxy_servers keep messages in: sqlite:PATH, mysql://user@host/database",
    "sqlite",
  )
  .option("--redis <url>", "with mysql://…")
  .addOption(
    new Option(
      "--kill <servers>",
      `these in each round, at the same moment, in place of all in turn: ${serverNames.join(",")}`,
    )
      .argParser(serversOf)
      .default([], "all in turn"),
  )
  .option("--users <n>", "from 8 to 100", wholeNumber, 24)
  .option("--seed <n>", "repeats the moments of a run that printed it (another one each time)", wholeNumber)
  .option("--host <address>", "an address on which the default ports are free")
  .addHelpText(
    "after",
    "\nExit 0: all held; 1: a message was lost or came twice, or a connection was cut; 3: the servers did not start or come back.",
  )
  .parse();
const options = command.opts<{
  rounds: number;
  storage: string;
  redis?: string;
  kill: readonly ServerName[];
  users: number;
  seed?: number;
  host?: string;
}>();
const { rounds, kill: always, seed = 1 + (Date.now() % 1e8) } = options;
const users = Math.min(100, Math.max(8, options.users & ~1));

const random = seededRandom(seed);

const folder = mkdtempSync(join(tmpdir(), "ttk-kill-nine-"));
const url = options.storage === "sqlite" ? `sqlite:${join(folder, "chat.db")}` : options.storage;
const storage = ["--storage", url, ...(options.redis === undefined ? [] : ["--redis", options.redis])];
// Any address of 127/8 is this machine's on Linux, so that the default ports are free there.
const host =
  options.host ??
  (platform() === "linux" ? `127.${[17, 9, 7].map((n) => n + (process.pid % 200)).join(".")}` : "127.0.0.1");
const servers = new ServerProcesses(host, storage, join(folder, "files"));
const ledger = new ChatLedger();
/** In the round that is under way. */
let killed: ReadonlySet<string> = new Set();
const missing: string[] = [];
const problems = () => [...missing, ...ledger.twice, ...ledger.disturbed];
const run = `run ${process.pid}`;
const chatters = Array.from({ length: users }, (_, index) => index + 1).flatMap((userId) => {
  const peerId = ((userId - 1) ^ 1) + 1;
  const types = ["windows", "android"] as const;
  return types.map(
    (type) =>
      new Chatter(userId, type, peerId, ALL_HANDS, host, servers.msgServers, (name) => killed.has(name), ledger, run),
  );
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void leaveNothing().then(() => process.exit(130)));
}
console.log(`${users} users with a PC and a phone each on ${host}, ${url}, seed ${seed}`);
try {
  servers.seed(200);
  for (const name of serverNames) await servers.start(name);
  const online = chatters.map((chatter) => chatter.stayOnline());
  let round = 0;
  while (round < rounds && problems().length === 0) await playRound(++round);
  missing.push(...(await notInHistory(ledger.acked)));
  for (const chatter of chatters) chatter.leave();
  await Promise.all(online);
} catch (error) {
  await leaveNothing();
  if (error instanceof BlockedError) blocked(error.message);
  throw error;
}
await leaveNothing();

for (const problem of problems().slice(0, SHOWN_MAX)) console.log(`  ${problem}`);
const held = problems().length === 0;
console.log(
  `${held ? "held" : "FAILED"}: ${rounds} rounds; ${ledger.acked.length} messages acknowledged, ${missing.length} missing; ` +
    `${ledger.received} received, ${ledger.twice.length} twice, ` +
    `${ledger.againElsewhere} again after a move; ${ledger.disturbed.length} connections cut`,
);
process.exit(held ? 0 : 1);

async function playRound(round: number): Promise<void> {
  const startedMs = performance.now();
  const before = ledger.acked.length;
  await until(({ isOnline }) => isOnline, "log in");
  ledger.nextRound();
  const chats = chatters.map((chatter) => chatter.chat());
  await pause(CHAT_BEFORE_MS + random.next() * CHAT_BEFORE_SPREAD_MS);
  const inTurn = serverNames[(round - 1) % serverNames.length] as ServerName;
  const names = always.length > 0 ? always : [inTurn];
  killed = new Set(names);
  await Promise.all(names.map((name) => servers.kill(name)));
  for (const name of names) await servers.start(name);
  for (const chatter of chatters) chatter.acksSinceMark = 0;
  await until(({ isOnline, acksSinceMark }) => isOnline && acksSinceMark > 0, "chat again");
  await pause(CHAT_AFTER_MS);
  await Promise.all(chatters.map((chatter) => chatter.fallSilent()));
  await Promise.all(chats);
  await until(({ isOnline }) => isOnline, "stay");
  killed = new Set();
  missing.push(...(await notInHistory(ledger.acked.slice(before))));
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(
    `round ${round}: ${names.join(" and ")} killed; ${ledger.acked.length - before} acked, ${missing.length} missing, ` +
      `${ledger.twice.length} twice, ${ledger.disturbed.length} cut; ${seconds} s`,
  );
}

function notInHistory(acked: readonly Acked[]): Promise<string[]> {
  return findMissing(acked, (userId, ...session) => reader(userId).history(...session));
}

function reader(userId: number): Chatter {
  const found = chatters.find((chatter) => chatter.userId === userId);
  if (found === undefined) throw new Error(`nobody is user${userId}`);
  return found;
}

async function until(holds: (chatter: Chatter) => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + RECOVERY_MAX_MS;
  for (;;) {
    const waiting = chatters.filter((chatter) => !holds(chatter));
    if (waiting.length === 0) return;
    if (performance.now() > deadlineMs) {
      const names = waiting.slice(0, SHOWN_MAX).map(({ name, isOnline }) => `${name}${isOnline ? "" : " (offline)"}`);
      throw new BlockedError(
        `${waiting.length} devices cannot ${what} within ${RECOVERY_MAX_MS} ms: ${names.join(", ")}; the servers' last words:\n` +
          servers.lastWords,
      );
    }
    await pause(10);
  }
}

async function leaveNothing(): Promise<void> {
  await servers.killAll();
  rmSync(folder, { recursive: true, force: true });
}

function serversOf(text: string): readonly ServerName[] {
  return text.split(",").map((asked) => {
    const name = serverNames.find((each) => each === asked.trim());
    if (name === undefined) throw new InvalidArgumentError(`There is no "${asked}" among ${serverNames.join(", ")}.`);
    return name;
  });
}

function blocked(message: string): never {
  process.stderr.write(`kill-nine: ${message}\n`);
  process.exit(3);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
