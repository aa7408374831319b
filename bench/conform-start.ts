import { bareMs, firstBytesMs, median, ttkMs } from "./cold-start.js";

/**
 * How long `ttk conform` takes to list its cases, to choose from them, and until its first PDU is on the wire, as ratios to a
 * Node.js that does nothing: medians of runs in turns. `tsx bench/conform-start.ts [runs of each]`
 */

const runs = Number(process.argv[2] ?? 21);
const only = ["--only", "msg.ack"];
const measured: Readonly<Record<string, () => number | Promise<number>>> = {
  "node -e 0": bareMs,
  "ttk conform list": () => ttkMs(["conform", "list"]),
  "ttk conform --dry-run": () => ttkMs(["conform", "127.0.0.1:1", "--dry-run"]),
  "ttk conform, to its first PDU": () => firstBytesMs((address) => ["conform", address, ...only]),
};

const times = new Map<string, number[]>(Object.keys(measured).map((name) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (const [name, measure] of Object.entries(measured)) times.get(name)?.push(await measure());
}
const bare = median(times.get("node -e 0") ?? []);
for (const [name, all] of times) {
  const ms = median(all);
  console.log(`${name.padEnd(30)} ${ms.toFixed(0).padStart(5)} ms  ratio ${(ms / bare).toFixed(2)}`);
}
console.log(`(medians of ${runs} runs each)`);
