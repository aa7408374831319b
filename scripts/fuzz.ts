/**
 * Throws mutated captures, texts and PDUs at every parser: `npm run fuzz -- --minutes 10 --seed 1`.
 * A parser may throw its documented errors and nothing else; memory must stay bounded. Slow inputs are reported.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Random, seededRandom } from "../src/scenarios/load/random.js";
import { mutated } from "./fuzz/mutation.js";
import { type FuzzTarget, fuzzTargets } from "./fuzz/targets.js";
import { scriptCommand, wholeNumber } from "./script-command.js";

export interface FuzzOptions {
  readonly seed: number;
  /** Whether to go on, asked after each round of one input for every target. */
  readonly goesOn: (round: number) => boolean;
}

export interface FuzzFault {
  readonly target: string;
  readonly round: number;
  readonly error: unknown;
  readonly input: Buffer;
}

export interface FuzzSummary {
  readonly rounds: number;
  readonly faults: readonly FuzzFault[];
  /** By target: the input that took longest. */
  readonly slowest: ReadonlyMap<
    string,
    { readonly durationMs: number; readonly round: number; readonly bytes: number }
  >;
}

const faultsMax = 20;
/** What the process may hold in all; the parsers' own limits are well below. */
const memoryMaxBytes = 1 << 30;

export async function fuzz({ seed, goesOn }: FuzzOptions): Promise<FuzzSummary> {
  const targets = await fuzzTargets();
  const faults: FuzzFault[] = [];
  const slowest = new Map<string, { durationMs: number; round: number; bytes: number }>();
  let round = 0;
  for (; faults.length < faultsMax && goesOn(round); round++) {
    for (const [index, target] of targets.entries()) {
      const random = seededRandom(seed * 1_000_003 + round * 101 + index);
      const input = mutated(seedOf(target, random), seedOf(target, random), random);
      const startMs = performance.now();
      const error = await faultOf(target, input, random);
      const durationMs = performance.now() - startMs;
      if (error !== undefined) faults.push({ target: target.name, round, error, input });
      if (durationMs > (slowest.get(target.name)?.durationMs ?? -1)) {
        slowest.set(target.name, { durationMs, round, bytes: input.length });
      }
    }
    const { rss } = process.memoryUsage();
    if (rss > memoryMaxBytes) throw new Error(`round ${round}: the process holds ${rss} bytes`);
  }
  return { rounds: round, faults, slowest };
}

function seedOf({ seeds }: FuzzTarget, random: Random): Buffer {
  return seeds[random.below(seeds.length)] ?? Buffer.alloc(0);
}

async function faultOf(target: FuzzTarget, input: Buffer, random: Random): Promise<unknown> {
  try {
    await target.run(input, random);
  } catch (error) {
    if (!target.mayThrow(error)) return error;
  }
  return undefined;
}

async function main(): Promise<void> {
  const { minutes, seed = 1 + (Date.now() % 1e6) } = scriptCommand(
    "fuzz",
    "Throws mutated captures, texts and PDUs at every parser.",
  )
    .option("--minutes <n>", "how long", wholeNumber, 1)
    .option("--seed <n>", "repeats a run that printed it (another one each time)", wholeNumber)
    .parse()
    .opts<{ minutes: number; seed?: number }>();
  const endMs = performance.now() + minutes * 60_000;
  console.log(`seed ${seed}, ${minutes} min`);
  const { rounds, faults, slowest } = await fuzz({ seed, goesOn: () => performance.now() < endMs });
  for (const [name, { durationMs, round, bytes }] of slowest) {
    console.log(`${name.padEnd(16)} slowest ${durationMs.toFixed(1)} ms (round ${round}, ${bytes} bytes)`);
  }
  for (const fault of faults) keep(fault, seed);
  console.log(`${rounds} rounds, ${faults.length} faults, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

/** Leaves the input in fuzz-faults/, to become a fixture. */
function keep({ target, round, error, input }: FuzzFault, seed: number): void {
  mkdirSync("fuzz-faults", { recursive: true });
  const file = join("fuzz-faults", `${target.replaceAll(" ", "-")}-${seed}-${round}.bin`);
  writeFileSync(file, input);
  console.error(`${target}, round ${round}: ${error instanceof Error ? error.stack : String(error)}\n  input: ${file}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
