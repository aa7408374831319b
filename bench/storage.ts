/**
 * What durability costs: the message path of one msg_server on one core (bench/message-path.ts) over each storage, against
 * memory in the same run. MySQL and Redis are measured where they are given. With --db-proxy a db_proxy_server in a process of
 * its own, on the devices' core, keeps them all, as in a deployment of the original servers.
 *
 * npm run bench:storage [-- --connections 200 --seconds 5 --rounds 3 --mysql mysql://root@127.0.0.1/ttk_bench --redis redis://127.0.0.1/12 --db-proxy]
 *
 * The database of --mysql must be empty; it is made by ttk seed first and kept.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptCommand, wholeNumber } from "../scripts/script-command.js";
import { MESSAGE_SIZE_BYTES, median, type Rate, rateOf, ratiosOf, startMsgServer, verdict } from "./message-load.js";

const options = scriptCommand("bench:storage", "The message path of one msg_server over each storage, against memory.")
  .option("--connections <n>", "devices, which talk in pairs", wholeNumber, 200)
  .option("--seconds <n>", "measured in each round", wholeNumber, 5)
  .option("--rounds <n>", "in turn", wholeNumber, 3)
  .option("--mysql <url>", "measured, too: an empty database, which is made by ttk seed first and kept")
  .option("--redis <url>", "with it")
  .option("--db-proxy", "a db_proxy_server in a process of its own keeps them all")
  .parse()
  .opts<{
    connections: number;
    seconds: number;
    rounds: number;
    mysql?: string;
    redis?: string;
    dbProxy?: true;
  }>();
const connections = options.connections & ~1;
const load = { connections, measuredMs: options.seconds * 1000 };
const { rounds, mysql, redis, dbProxy: hasProxy = false } = options;
/** What SQLite must reach. */
const RATIO_MIN = 0.5;
const folder = mkdtempSync(join(tmpdir(), "ttk-bench-"));
let files = 0;

const storages: Record<string, () => string[]> = {
  memory: () => [],
  sqlite: () => ["--storage", `sqlite:${join(folder, `${++files}.db`)}`],
};
if (mysql !== undefined) {
  const options = ["--storage", mysql, ...(redis === undefined ? [] : ["--redis", redis])];
  const seeded = ["seed", mysql, ...options.slice(2), "--append", "--users", String(connections)];
  const { status } = spawnSync(process.execPath, ["dist/cli/main.js", ...seeded], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 5);
  storages[redis === undefined ? "mysql" : "mysql+redis"] = () => options;
}

console.log(`${connections} connections, ${MESSAGE_SIZE_BYTES}-byte messages, median of ${rounds} rounds in turn`);
for (const inFlight of [1, 16]) {
  const rates: Record<string, Rate[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, options] of Object.entries(storages)) {
      const rate = await rateOf(startMsgServer(connections, options(), hasProxy), load, inFlight, true);
      rates[name] = [...(rates[name] ?? []), rate];
    }
  }
  for (const [name, measured] of Object.entries(rates)) {
    const { byRate, byCpu } = ratiosOf(measured, rates.memory ?? []);
    const target = name === "sqlite" ? ` (at least ${RATIO_MIN}: ${verdict(byRate >= RATIO_MIN)})` : "";
    console.log(
      `${String(inFlight).padStart(2)} in flight: ${name} ${Math.round(median(measured.map(({ perSecond }) => perSecond)))} ` +
        `acked/s, ${byRate.toFixed(2)} of memory${target}, for the same CPU time ${byCpu.toFixed(2)}`,
    );
  }
}
rmSync(folder, { recursive: true });
