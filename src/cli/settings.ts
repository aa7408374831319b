import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command, Option } from "commander";
import { usageError } from "./command-error.js";
import type { Host } from "./host.js";

const configFiles = ["ttk.config.json", "ttk.config.js", "ttk.config.ts"];

/**
 * Lets every option of a command also come from `TTK_<COMMAND>_<OPTION>` and from ttk.config.{json,js,ts}
 * (`{"load": {"users": 2000}}`); a flag wins over the environment, which wins over the file.
 */
export async function applySettings(command: Command, host: Host): Promise<void> {
  for (const option of command.options) option.env(variableFor(command, option));
  const path = configFiles.map((name) => join(host.cwd, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) return;
  const section = (await readConfig(path))[command.name()];
  if (section === undefined) return;
  if (typeof section !== "object" || section === null)
    throw usageError(`${path}: "${command.name()}" must hold options`);
  for (const [key, value] of Object.entries(section)) {
    const option = command.options.find((candidate) => candidate.attributeName() === key);
    if (option === undefined) throw usageError(`${path}: "${command.name()}" has no option "${key}"`);
    const parsed = typeof value === "boolean" ? value : parse(option, value);
    command.setOptionValueWithSource(key, parsed, "config");
  }
}

function variableFor(command: Command, option: Option): string {
  const name = option.name().replaceAll("-", "_").toUpperCase();
  return `TTK_${command.name().toUpperCase()}_${name}`;
}

function parse(option: Option, value: unknown): unknown {
  const values = Array.isArray(value) ? value.map(String) : [String(value)];
  if (option.parseArg === undefined) return option.variadic ? values : values.join(",");
  let parsed: unknown;
  for (const text of values) parsed = option.parseArg(text, parsed as never);
  return parsed;
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  try {
    if (path.endsWith(".json")) return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    const loaded = (await import(pathToFileURL(path).href)) as { default?: Record<string, unknown> };
    return loaded.default ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw usageError(`${path} cannot be read: ${reason}`);
  }
}
