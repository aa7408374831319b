import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const FRAME = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()\n]*?):(\d+)(?::\d+)?\)?$/;

/** Where in the user's files an error arose, as `my-test.ts:12`; undefined when its stack does not name them. */
export function fileLineOf(error: unknown, folder: string, cwd: string): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  for (const line of error.stack.split("\n")) {
    const [, place, number] = FRAME.exec(line.trim()) ?? [];
    if (place === undefined) continue;
    const path = place.startsWith("file:") ? fileURLToPath(place) : place;
    if (path.startsWith(folder) && !path.includes("node_modules")) return `${relative(cwd, path) || path}:${number}`;
  }
  return undefined;
}

/** Where what files of k6 have by name is here. */
const insteadOf: ReadonlyMap<string, string> = new Map([
  ["__ENV", "process.env, and a scenario's env in vu.env"],
  ["__VU", "vu.id"],
  ["__ITER", "vu.iteration"],
  ["open", "readFileSync of node:fs"],
  ["sleep", "await vu.sleep(seconds)"],
  ["check", "vu.check"],
  ["group", "a tag in vu.tags"],
  ["fail", "throw"],
  ["randomSeed", "vu.random, and --seed"],
  ["SharedArray", "a constant at the file's top level"],
]);
/** Of a global, and of an import that is not there. */
const NOT_THERE = /^(?:(\w+) is not defined|\(0 , _\w+\.(\w+)\) is not a (?:function|constructor))$/;

/** One line: `my-test.ts:12: what is wrong`. `otherwise` stands in when the error names no line. */
export function errorLine(error: unknown, folder: string, cwd: string, otherwise: string): string {
  const [text = ""] = textOf(error).split("\n");
  const where = fileLineOf(error, folder, cwd) ?? otherwise;
  const [, name, imported] = NOT_THERE.exec(text) ?? [];
  const here = insteadOf.get(name ?? imported ?? "");
  return `${where}: ${text}${here === undefined ? "" : `: it is k6's; here it is ${here} (docs/load.md)`}`;
}

/** Of what is thrown that is no Error, what it holds. */
function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error !== "object" || error === null) return String(error);
  try {
    return JSON.stringify(error);
  } catch {
    return String(error);
  }
}
