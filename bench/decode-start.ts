import { bareMs, median, ttkMs } from "./cold-start.js";

/**
 * How long `ttk decode` takes to say what 40 bytes are, as a ratio to a Node.js that does nothing: medians of runs in turns.
 * `tsx bench/decode-start.ts [runs of each]`
 */

const runs = Number(process.argv[2] ?? 31);
const pdu = "0000002800010000000303010005000008011001180020002801320c6162636465666768696a6b6c";

const bare: number[] = [];
const decode: number[] = [];
for (let run = 0; run < runs; run++) {
  bare.push(bareMs());
  decode.push(ttkMs(["decode", pdu]));
}
const [nothingMs, decodeMs] = [median(bare), median(decode)];
console.log(
  `node -e 0: ${nothingMs.toFixed(0)} ms; ttk decode: ${decodeMs.toFixed(0)} ms (medians of ${runs} runs each)`,
);
console.log(`ratio: ${(decodeMs / nothingMs).toFixed(2)}`);
