import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, InvalidArgumentError, type Option } from "commander";
import { didYouMean } from "../codec/did-you-mean.js";
import { usageError } from "./command-error.js";
import { commandTable } from "./command-table.js";
import type { Host } from "./host.js";

const configFiles = ["ttk.config.json", "ttk.config.js", "ttk.config.ts"];

/**
 * Lets every option of a command, and of the commands that it has, also come from `TTK_<COMMAND>_<OPTION>` and from
 * ttk.config.{json,js,ts} (`{"load": {"users": 2000}, "report": {"compare": {"failOnWorse": 20}}}`); a flag wins over the
 * environment, which wins over the file. Looked up once the command line is parsed: what an option collects from several
 * flags must not begin with what it is to replace.
 */
export function applySettings(command: Command, host: Host): void {
  command.hook("preAction", async (_, action) => {
    const path = action === command ? [command] : [command, action];
    await takeFromFile(path, host);
    for (const option of action.options) takeFromEnvironment(path, option, host);
    nameUnknown(command, host);
  });
}

/** A command, or one and its own command that is called. */
type CommandPath = readonly Command[];

async function takeFromFile(path: CommandPath, host: Host): Promise<void> {
  const file = configFiles.map((name) => join(host.cwd, name)).find((candidate) => existsSync(candidate));
  if (file === undefined) return;
  const config = await readConfig(file);
  if (!isObject(config)) throw usageError(`${file}: an object is expected, as in {"load": {"users": 2000}}`);
  nameUnknownSections(file, config, host);
  let section: unknown = config;
  for (const [depth, command] of path.entries()) {
    section = (section as Readonly<Record<string, unknown>>)[command.name()];
    if (section === undefined) return;
    if (!isObject(section)) throw usageError(`${file}: "${nameOf(path.slice(0, depth + 1), ".")}" must hold options`);
  }
  const command = path.at(-1) as Command;
  const name = nameOf(path, ".");
  for (const [key, value] of Object.entries(section as Readonly<Record<string, unknown>>)) {
    const option = command.options.find((candidate) => candidate.attributeName() === key);
    if (option === undefined) {
      if (command.commands.some((each) => each.name() === key)) continue;
      const near = didYouMean(
        key,
        command.options.map((each) => each.attributeName()),
      );
      throw usageError(`${file}: "${name}" has no option "${key}"${near}`);
    }
    const values = Array.isArray(value) ? value.map(String) : [String(value)];
    take(command, option, values, "config", `${file}: "${name}.${key}"`);
  }
}

/** No error: a file may serve other versions, which have other commands. */
function nameUnknownSections(file: string, config: object, { stderr }: Host): void {
  const known = commandTable.map(({ name }) => name);
  for (const key of Object.keys(config)) {
    if (known.includes(key) || key.startsWith("$")) continue;
    stderr.write(`${file}: "${key}" is no command of ttk${didYouMean(key, known)}\n`);
  }
}

function takeFromEnvironment(path: CommandPath, option: Option, { env }: Host): void {
  // `TTK_SERVE_NO_TUI=1` says what `--no-tui` says, whose value is that tui is false.
  const variable = variableOf(path, option.name());
  const value = env[variable];
  if (value === undefined) return;
  take(path.at(-1) as Command, option, option.variadic ? severalValues(value) : [value], "env", variable);
}

/** Separated by commas; or by line breaks, also one at the end, where values have commas: rules of `ttk tap`. */
function severalValues(text: string): readonly string[] {
  if (!text.includes("\n")) return text.split(",");
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}

function variableOf(path: CommandPath, option: string): string {
  return `TTK_${nameOf(path, "_")}_${option}`.replaceAll("-", "_").toUpperCase();
}

function nameOf(path: CommandPath, separator: string): string {
  return path.map((command) => command.name()).join(separator);
}

/** A variable that is for this command and does nothing; no error, because others set variables, too. */
function nameUnknown(command: Command, { env, stderr }: Host): void {
  const paths = [[command], ...command.commands.map((each) => [command, each])];
  const known = paths.flatMap((path) => (path.at(-1) as Command).options.map((each) => variableOf(path, each.name())));
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith(variableOf([command], "")) || known.includes(variable)) continue;
    stderr.write(`${variable} is no option of ttk ${command.name()}${didYouMean(variable, known)}\n`);
  }
}

function take(
  command: Command,
  option: Option,
  values: readonly string[],
  source: "config" | "env",
  where: string,
): void {
  const key = option.attributeName();
  if (command.getOptionValueSource(key) === "cli") return;
  try {
    command.setOptionValueWithSource(key, parse(option, values, source === "env" && option.negate), source);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw usageError(`${where}: ${error.message}`);
  }
}

const switches: Readonly<Record<string, boolean>> = { "": false, "0": false, false: false, "1": true, true: true };

/** @throws InvalidArgumentError */
function parse(option: Option, values: readonly string[], isDenied: boolean): unknown {
  const [first = ""] = values;
  if (option.isBoolean() || option.negate) {
    if (switches[first] === undefined) throw new InvalidArgumentError("Expected true or false.");
    return switches[first] !== isDenied;
  }
  // As `--shuffle` without a value, and as without `--shuffle`; 0 and 1 are values.
  if (option.optional && first === "false") return undefined;
  if (option.optional && (first === "" || first === "true")) {
    return option.presetArg === undefined ? true : parse(option, [String(option.presetArg)], isDenied);
  }
  if (!option.variadic && values.length > 1) throw new InvalidArgumentError("Expected one value.");
  if (option.parseArg === undefined) return option.variadic ? values : first;
  let parsed: unknown;
  for (const text of values) parsed = option.parseArg(text, parsed as never);
  return parsed;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function readConfig(path: string): Promise<unknown> {
  try {
    if (path.endsWith(".json")) return JSON.parse(readFileSync(path, "utf8"));
    if (path.endsWith(".ts")) return await typeScriptDefault(path);
    const loaded = (await import(pathToFileURL(path).href)) as { default?: unknown };
    return loaded.default ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw usageError(`${path} cannot be read: ${reason}`);
  }
}

/** As scenario files are: not every Node.js that ttk runs on strips types. */
async function typeScriptDefault(path: string): Promise<unknown> {
  const { createJiti } = await import("jiti");
  return (await createJiti(path, { fsCache: false }).import(path, { default: true })) ?? {};
}
