import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, InvalidArgumentError, type Option } from "commander";
import { didYouMean } from "../codec/did-you-mean.js";
import { usageError } from "./command-error.js";
import type { Host } from "./host.js";

const configFiles = ["ttk.config.json", "ttk.config.js", "ttk.config.ts"];

/**
 * Lets every option of a command also come from `TTK_<COMMAND>_<OPTION>` and from ttk.config.{json,js,ts}
 * (`{"load": {"users": 2000}}`); a flag wins over the environment, which wins over the file. Looked up once the command
 * line is parsed: what an option collects from several flags must not begin with what it is to replace.
 */
export function applySettings(command: Command, host: Host): void {
  command.hook("preAction", async (_, action) => {
    if (action !== command) return;
    await takeFromFile(command, host);
    for (const option of command.options) takeFromEnvironment(command, option, host);
    nameUnknown(command, host);
  });
}

async function takeFromFile(command: Command, host: Host): Promise<void> {
  const path = configFiles.map((name) => join(host.cwd, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) return;
  const config = await readConfig(path);
  if (!isObject(config)) throw usageError(`${path}: an object is expected, as in {"load": {"users": 2000}}`);
  const section = config[command.name()];
  if (section === undefined) return;
  if (!isObject(section)) throw usageError(`${path}: "${command.name()}" must hold options`);
  for (const [key, value] of Object.entries(section)) {
    const option = command.options.find((candidate) => candidate.attributeName() === key);
    if (option === undefined) throw usageError(`${path}: "${command.name()}" has no option "${key}"`);
    const values = Array.isArray(value) ? value.map(String) : [String(value)];
    take(command, option, values, "config", `${path}: "${command.name()}.${key}"`);
  }
}

function takeFromEnvironment(command: Command, option: Option, { env }: Host): void {
  // `TTK_SERVE_NO_TUI=1` says what `--no-tui` says, whose value is that tui is false.
  const variable = variableOf(command, option.name());
  const value = env[variable];
  if (value === undefined) return;
  take(command, option, option.variadic ? value.split(",") : [value], "env", variable);
}

function variableOf(command: Command, option: string): string {
  return `TTK_${command.name()}_${option}`.replaceAll("-", "_").toUpperCase();
}

/** A variable that is for this command and does nothing; no error, because others set variables, too. */
function nameUnknown(command: Command, { env, stderr }: Host): void {
  const known = command.options.map((option) => variableOf(command, option.name()));
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith(variableOf(command, "")) || known.includes(variable)) continue;
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
    const loaded = (await import(pathToFileURL(path).href)) as { default?: unknown };
    return loaded.default ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw usageError(`${path} cannot be read: ${reason}`);
  }
}
