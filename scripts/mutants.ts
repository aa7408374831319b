/**
 * Lets the conformance suite look for named faults: `npm run mutants`, `npm run mutants -- --only 'lgn*' kick-not-told`.
 * Exit code 1 when one is not found, when a case finds none and has no reason for it, or when a sound cluster fails.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { didYouMean } from "../src/codec/did-you-mean.js";
import { allMutants } from "../test/mutants/all-mutants.js";
import type { Mutant } from "../test/mutants/mutant.js";
import { mutantMarkdown } from "../test/mutants/mutant-markdown.js";
import { type MutantMatrix, mutantMatrix } from "../test/mutants/mutant-matrix.js";
import { scriptCommand, wholeNumber } from "./script-command.js";

interface MutantsOptions {
  readonly only?: readonly string[];
  readonly full: boolean;
  readonly jobs: number;
  readonly seed: number;
  readonly minutes: number;
  readonly record: boolean;
  readonly out: string;
}

async function main(): Promise<number> {
  const command = scriptCommand("mutants", "Lets the conformance suite look for named faults of reference servers.")
    .option("--only <pattern...>", "mutants whose id or requirement matches: 'kick*' LGN-10")
    .option("--full", "every mutant meets every case: who else finds it", false)
    .option("--jobs <n>", "clusters at once", wholeNumber, 6)
    .option("--seed <n>", "of the users and texts that cases draw", wholeNumber, 1)
    .option("--minutes <n>", "end after so long, and report what there is", wholeNumber, 9)
    .option("--record", "also write which case finds what into the suite, for ttk conform show and docs/cases", false)
    .option("--out <folder>", "where mutants.json and mutants.md go", "reports")
    .parse();
  const options = command.opts<MutantsOptions>();
  const mutants = chosen(options.only, command);
  const signal = AbortSignal.any([AbortSignal.timeout(options.minutes * 60_000), interruption()]);
  const folder = await mkdtemp(join(tmpdir(), "ttk-mutants-"));
  try {
    const matrix = await mutantMatrix({
      mutants,
      fixture: await readFile(fileURLToPath(new URL("../fixtures/reference.yaml", import.meta.url)), "utf8"),
      folder,
      isFull: options.full,
      seed: options.seed,
      jobs: options.jobs,
      signal,
      onVerdict: ({ id, killedBy }, finished) => {
        if (killedBy.length === 0 && id !== "none") process.stderr.write(`${id}: no case fails\n`);
        if (finished % 25 === 0 && id !== "none") process.stderr.write(`${finished} of ${mutants.length} mutants\n`);
      },
    });
    await mkdir(options.out, { recursive: true });
    const [json, markdown] = [join(options.out, "mutants.json"), join(options.out, "mutants.md")];
    await writeFile(json, `${JSON.stringify(matrix, null, 2)}\n`);
    await writeFile(markdown, mutantMarkdown(matrix));
    if (options.record) await writeFile(killsFile, killsSource(matrix));
    const { summary, problems, durationMs } = matrix;
    process.stdout.write(
      [
        `${summary.killed} of ${summary.mutants} mutants found, ${summary.casesThatKill} of ${summary.cases} cases find one, ` +
          `in ${Math.round(durationMs / 1000)} s`,
        ...problems.map((problem) => `  ${problem}`),
        `${json}, ${markdown}`,
        "",
      ].join("\n"),
    );
    return problems.length > 0 ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const killsFile = fileURLToPath(new URL("../src/scenarios/conformance/generated/case-kills.ts", import.meta.url));

function killsSource({ cases }: MutantMatrix): string {
  return [
    "// Made by npm run mutants -- --record.",
    "",
    "/** The faults of reference servers that each case has found (test/mutants). */",
    "export const caseKills: Readonly<Record<string, readonly string[]>> = {",
    ...cases.flatMap(({ id, kills }) =>
      kills.length === 0 ? [] : [`  ${JSON.stringify(id)}: [${kills.map((kill) => JSON.stringify(kill)).join(", ")}],`],
    ),
    "};",
    "",
  ].join("\n");
}

function chosen(patterns: readonly string[] | undefined, command: Command): readonly Mutant[] {
  if (patterns === undefined) return allMutants;
  const matching = patterns.map((pattern) => allMutants.filter((mutant) => matches(pattern, mutant)));
  const missed = patterns.find((_, at) => matching[at]?.length === 0);
  if (missed !== undefined) {
    const ids = allMutants.map(({ id }) => id);
    command.error(`error: "${missed}" matches no mutant's id or requirement${didYouMean(missed, ids)}`);
  }
  const wanted = new Set(matching.flat());
  return allMutants.filter((mutant) => wanted.has(mutant));
}

function matches(pattern: string, { id, breaks }: Mutant): boolean {
  const expression = new RegExp(`^${pattern.replaceAll(/[\\^$.|+()[\]{}?]/g, "\\$&").replaceAll("*", ".*")}$`, "i");
  return [id, ...breaks].some((name) => expression.test(name));
}

/** Ctrl-C once: finish what runs and report. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  return controller.signal;
}

process.exitCode = await main();
