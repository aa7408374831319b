import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { MetricBook, noteMetrics } from "../../../runner/load/script/own-metrics.js";
import { usageError } from "../../command-error.js";
import type { Host } from "../../host.js";
import { errorLine, fileLineOf } from "./file-line.js";
import { FileStrays } from "./file-strays.js";
import { isFields } from "./option-reader.js";
import type { FileExports } from "./script-options.js";

export interface LoadedFile {
  readonly path: string;
  readonly folder: string;
  /** As it was named, for messages. */
  readonly name: string;
  readonly exports: FileExports;
  readonly book: MetricBook;
  readonly strays: FileStrays;
}

const SCENARIO_FILE = /\.[cm]?[jt]s$/;

/** Whether a scenario's name is a file's. */
export function isScenarioFile(name: string): boolean {
  return SCENARIO_FILE.test(name);
}

/**
 * Loads a scenario file, TypeScript or JavaScript, and what it imports. `teamtalk-testkit/load` is this very program's,
 * wherever the file lies. @throws CommandError one line with file and line
 */
export async function loadScenarioFile(name: string, host: Host): Promise<LoadedFile> {
  const { cwd } = host;
  const path = resolve(cwd, name);
  const shown = relative(cwd, path) || path;
  if (!existsSync(path)) throw usageError(`there is no file ${shown}`);
  const folder = dirname(path);
  const book = new MetricBook();
  const strays = new FileStrays((error) => fileLineOf(error, folder, cwd) !== undefined);
  host.takeStrays((reason) => strays.take(reason), strays.isTheirs);
  host.leavesAtOnce = true;
  // Only here, because other commands must not pay for them.
  const [{ createJiti }, api] = await Promise.all([import("jiti"), import("../../../entry/load.js")]);
  const jiti = createJiti(path, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { "teamtalk-testkit/load": api },
  });
  try {
    const exports = await noteMetrics(book, () => jiti.import<FileExports>(path));
    return { path, folder, name: shown, exports: ofModule(exports), book, strays };
  } catch (error) {
    throw usageError(reasonOf(error, folder, cwd, shown));
  }
}

/** CommonJS, which bundlers write of a k6 file: everything is in what looks like the default export. */
function ofModule(exports: FileExports): FileExports {
  const { default: all } = exports;
  return isFields(all) && "default" in all ? all : exports;
}

const SYNTAX = /^ParseError: (.*?)\s*\n\s*(.*?):(\d+):\d+/;
/** Where what k6's modules have is here. */
const insteadOf: Readonly<Record<string, string>> = {
  k6: "sleep and check are vu.sleep and vu.check",
  "k6/execution": "vu.id, vu.iteration, vu.scenario and vu.tags say where one is",
  "k6/data": "a constant at the file's top level is shared",
};
const NO_MODULE = /^(?:Cannot find (?:module|package)|ENOENT: .*, open) '(k6(?:\/[\w/.-]*)?|https?:[^']*)'/;

function reasonOf(error: unknown, folder: string, cwd: string, shown: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const missing = NO_MODULE.exec(message)?.[1];
  if (missing !== undefined) {
    if (missing.startsWith("http")) {
      return `${shown}: nothing is loaded from the network, as "${missing}" would be: what Node.js finds may be imported (docs/load.md)`;
    }
    const instead = insteadOf[missing] ?? 'import from "teamtalk-testkit/load"';
    return `${shown}: k6's module "${missing}" does not exist here: ${instead} (docs/load.md)`;
  }
  const [, text, path, line] = SYNTAX.exec(message) ?? [];
  if (text !== undefined && path !== undefined) return `${relative(cwd, path) || path}:${line}: ${text}`;
  return errorLine(error, folder, cwd, shown);
}
