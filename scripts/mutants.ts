/**
 * Lets the conformance suite look for named faults: `npm run mutants`, `npm run mutants -- --only 'lgn*' kick-not-told`.
 * Exit code 1 when one is not found, when a case finds none and has no reason for it, or when a sound cluster fails.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { didYouMean } from "../src/codec/did-you-mean.js";
import { allMutants } from "../test/mutants/all-mutants.js";
import type { Mutant } from "../test/mutants/mutant.js";
import { mutantMarkdown } from "../test/mutants/mutant-markdown.js";
import { type MutantMatrix, mutantMatrix } from "../test/mutants/mutant-matrix.js";

const USAGE = `npm run mutants -- [options] [--only <pattern…>]
  --only <pattern…>  mutants whose id or requirement matches: 'kick*' LGN-10
  --full             every mutant meets every case: who else finds it
  --jobs <n>         clusters at once (6)
  --seed <n>         of the users and texts that cases draw (1)
  --minutes <n>      end after so long, and report what there is (9)
  --record           also write which case finds what into the suite, for ttk conform show and docs/cases
  --out <folder>     where mutants.json and mutants.md go (reports)
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: "string", multiple: true },
      full: { type: "boolean", default: false },
      jobs: { type: "string", default: "6" },
      seed: { type: "string", default: "1" },
      minutes: { type: "string", default: "9" },
      record: { type: "boolean", default: false },
      out: { type: "string", default: "reports" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const mutants = chosen([...(values.only ?? []), ...positionals]);
  const signal = AbortSignal.any([
    AbortSignal.timeout(wholeNumber("minutes", values.minutes) * 60_000),
    interruption(),
  ]);
  const folder = await mkdtemp(join(tmpdir(), "ttk-mutants-"));
  try {
    const matrix = await mutantMatrix({
      mutants,
      fixture: await readFile(fileURLToPath(new URL("../fixtures/reference.yaml", import.meta.url)), "utf8"),
      folder,
      isFull: values.full,
      seed: wholeNumber("seed", values.seed),
      jobs: wholeNumber("jobs", values.jobs),
      signal,
      onVerdict: ({ id, killedBy }, finished) => {
        if (killedBy.length === 0 && id !== "none") process.stderr.write(`${id}: no case fails\n`);
        if (finished % 25 === 0 && id !== "none") process.stderr.write(`${finished} of ${mutants.length} mutants\n`);
      },
    });
    await mkdir(values.out, { recursive: true });
    const [json, markdown] = [join(values.out, "mutants.json"), join(values.out, "mutants.md")];
    await writeFile(json, `${JSON.stringify(matrix, null, 2)}\n`);
    await writeFile(markdown, mutantMarkdown(matrix));
    if (values.record) await writeFile(killsFile, killsSource(matrix));
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

/** @throws UsageError when a pattern matches none */
function chosen(patterns: readonly string[]): readonly Mutant[] {
  if (patterns.length === 0) return allMutants;
  const matching = patterns.map((pattern) => allMutants.filter((mutant) => matches(pattern, mutant)));
  const missed = patterns.find((_, at) => matching[at]?.length === 0);
  if (missed !== undefined) {
    const ids = allMutants.map(({ id }) => id);
    throw new UsageError(`"${missed}" matches no mutant's id or requirement${didYouMean(missed, ids)}`);
  }
  const wanted = new Set(matching.flat());
  return allMutants.filter((mutant) => wanted.has(mutant));
}

function matches(pattern: string, { id, breaks }: Mutant): boolean {
  const expression = new RegExp(`^${pattern.replaceAll(/[\\^$.|+()[\]{}?]/g, "\\$&").replaceAll("*", ".*")}$`, "i");
  return [id, ...breaks].some((name) => expression.test(name));
}

class UsageError extends Error {}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--${option} takes a whole number above 0, not "${text}"`);
  return Number(text);
}

/** Ctrl-C once: finish what runs and report. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  return controller.signal;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  if (!isUsage) throw error;
  process.stderr.write(`mutants: ${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
