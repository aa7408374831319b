import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * How long `ttk decode` takes to say what 40 bytes are, as a ratio to a Node.js that does nothing: medians of runs in turns.
 * `tsx bench/decode-start.ts [runs of each]`
 */

const runs = Number(process.argv[2] ?? 31);
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const pdu = "0000002800010000000303010005000008011001180020002801320c6162636465666768696a6b6c";

function durationMs(args: readonly string[]): number {
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`node ${args.join(" ")}: exit ${status}: ${stderr}`);
  return performance.now() - startMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const bare: number[] = [];
const decode: number[] = [];
for (let run = 0; run < runs; run++) {
  bare.push(durationMs(["-e", "0"]));
  decode.push(durationMs([main, "decode", pdu]));
}
const [bareMs, decodeMs] = [median(bare), median(decode)];
console.log(`node -e 0: ${bareMs.toFixed(0)} ms; ttk decode: ${decodeMs.toFixed(0)} ms (medians of ${runs} runs each)`);
console.log(`ratio: ${(decodeMs / bareMs).toFixed(2)}`);
