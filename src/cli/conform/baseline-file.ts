import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean } from "../../codec/did-you-mean.js";
import type { Baseline, ExpectedFailure } from "../../runner/conformance/baseline.js";
import { usageError } from "../command-error.js";
import { writeResult } from "../report-files.js";

const SIZE_MAX_BYTES = 4 * 1024 * 1024;
const ENTRIES_MAX = 10_000;

/** Baselines that come with the package, by name. */
const shipped = new Map([["teamtalk", new URL("../../../baselines/teamtalk.yaml", import.meta.url)]]);

const heading = `# What this server is known to fail. Written by ttk conform --write-baseline: give each entry its reason.
# expected, actual: only failures that hold these texts, * for anything: the check that fails, whoever the users are.
# sometimes: true = it fails by chance, a pass is fine too.
`;

/** Reads `{expectedFailures: [{case, reason, …}]}` as YAML or JSON, or a baseline of the package. @throws CommandError */
export async function readBaseline(spec: string, cwd: string, caseIds: readonly string[]): Promise<Baseline> {
  const text = await readFile(pathOf(spec, cwd), "utf8").catch((error: NodeJS.ErrnoException) => {
    throw usageError(
      `baseline ${spec}: cannot be read (${error.code}); give a file, or ${[...shipped.keys()].join(" or ")}`,
    );
  });
  if (text.length > SIZE_MAX_BYTES) throw usageError(`baseline ${spec}: larger than ${SIZE_MAX_BYTES} bytes`);
  const { parse } = await import("yaml");
  try {
    return entriesOf(parse(text), caseIds);
  } catch (error) {
    throw usageError(`baseline ${spec}: ${(error as Error).message.split("\n")[0]}`);
  }
}

/**
 * What a file that is about to be written holds already, so that its reasons are kept; nothing when it is not there.
 * @throws CommandError when it is something else, which would be lost
 */
export async function baselineToRewrite(file: string, cwd: string, caseIds: readonly string[]): Promise<Baseline> {
  const { size } = await stat(resolve(cwd, file)).catch(() => ({ size: 0 }));
  if (size === 0) return [];
  try {
    return await readBaseline(file, cwd, caseIds);
  } catch (error) {
    throw usageError(`--write-baseline would overwrite it: ${(error as Error).message}`);
  }
}

export async function writeBaseline(file: string, cwd: string, baseline: Baseline): Promise<void> {
  const { stringify } = await import("yaml");
  const text = heading + stringify({ expectedFailures: baseline }, { lineWidth: 120 });
  await writeResult("--write-baseline", file, cwd, text);
}

function pathOf(spec: string, cwd: string): string {
  const ours = shipped.get(spec);
  return ours === undefined ? resolve(cwd, spec) : fileURLToPath(ours);
}

const fields = new Set(["case", "reason", "expected", "actual", "sometimes"]);

/** All problems at once, because a baseline is mended by hand. */
function entriesOf(content: unknown, caseIds: readonly string[]): Baseline {
  const { expectedFailures } = (content ?? {}) as Record<string, unknown>;
  if (!Array.isArray(expectedFailures)) throw new Error('expected "expectedFailures" with a list');
  if (expectedFailures.length > ENTRIES_MAX) throw new Error(`more than ${ENTRIES_MAX} entries`);
  const problems = expectedFailures.flatMap((entry, index) =>
    problemsOf(entry, caseIds).map((problem) => `entry ${index + 1}: ${problem}`),
  );
  if (problems.length > 0) throw new Error(problems.join("; "));
  return expectedFailures as ExpectedFailure[];
}

function problemsOf(entry: unknown, caseIds: readonly string[]): string[] {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return ["expected an object"];
  const given = entry as Record<string, unknown>;
  const { case: id, reason, expected, actual, sometimes } = given;
  const isText = (value: unknown) => value === undefined || typeof value === "string";
  return [
    ...Object.keys(given)
      .filter((name) => !fields.has(name))
      .map((name) => `unknown field "${name}"${didYouMean(name, [...fields])}`),
    ...(typeof id !== "string" ? ["no case"] : []),
    ...(typeof id === "string" && !caseIds.includes(id) ? [`there is no case "${id}"${didYouMean(id, caseIds)}`] : []),
    ...(typeof reason !== "string" || reason.trim() === "" ? ["no reason"] : []),
    ...(isText(expected) && isText(actual) ? [] : ["expected and actual must be text"]),
    ...(sometimes === undefined || typeof sometimes === "boolean" ? [] : ["sometimes must be true or false"]),
  ];
}
