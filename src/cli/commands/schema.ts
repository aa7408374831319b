import { Command } from "commander";
import { distance } from "fastest-levenshtein";
import { exampleOf, hopsText, type SchemaExample } from "../../codec/record/schema-example.js";
import { commandByName, hexId } from "../../codec/registry.js";
import {
  counterpartOf,
  findSchemaEntries,
  type SchemaEntry,
  schemaEntries,
  schemaNames,
} from "../../codec/schema-entries.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";

const LISTED_MAX = 40;
const DETAILED_MAX = 3;

type DetailedEntry = SchemaEntry & {
  readonly hops?: string;
  readonly answeredBy?: string;
  readonly example?: SchemaExample;
};

export function schemaCommand(host: Host): Command {
  return new Command("schema")
    .description("Explain a command, message, enum or field of the protocol")
    .argument("[name]", "name, number (0x0301, 769) or a part of a name; nothing lists the commands")
    .option("--json", "machine-readable")
    .addHelpText(
      "after",
      `
Examples:
  $ ttk schema 0x0301
  $ ttk schema IMMsgData
  $ ttk schema msg_data            such a field in every message
  $ ttk schema IMMsgData.msg_type  one of them, with its values
  $ ttk schema KickReasonType --json`,
    )
    .action((name: string | undefined, options: { json?: boolean }) => {
      const entries = name === undefined ? schemaEntries().filter(({ kind }) => kind === "command") : found(name);
      const detailed = name !== undefined && entries.length <= DETAILED_MAX ? entries.map(withExample) : entries;
      host.stdout.write(options.json ? `${JSON.stringify(detailed, null, 2)}\n` : asText(detailed, name !== undefined));
    });
}

function found(name: string): readonly SchemaEntry[] {
  const entries = findSchemaEntries(name);
  if (entries.length > 0) return entries;
  const near = [...schemaNames()].sort((a, b) => likeness(name, a) - likeness(name, b)).slice(0, 3);
  throw usageError(
    `nothing in the schema is called "${name}"; did you mean ${near.map((one) => `"${one}"`).join(", ")}?`,
  );
}

/** What takes longer to make than to list: only for what was asked for. */
function withExample(entry: SchemaEntry): DetailedEntry {
  const command = entry.kind === "command" ? commandByName(entry.name) : undefined;
  if (command === undefined) return entry;
  const counterpart = /Req$/.test(command.messageName) ? counterpartOf(command) : undefined;
  const answer = counterpart === undefined ? {} : { answeredBy: `${hexId(counterpart.id)} ${counterpart.name}` };
  return { ...entry, hops: hopsText(command), ...answer, example: exampleOf(command) };
}

/** As a whole, or else as one of the words in it: a part of a name is asked for, too. */
function likeness(wanted: string, name: string): number {
  const last = name.split(".").at(-1) ?? name;
  const words = last.split(/_|(?<=[a-z])(?=[A-Z])/).filter((word) => word.length > 1);
  const to = (text: string) => distance(wanted.toLowerCase(), text.toLowerCase());
  return Math.min(to(last), ...words.map((word) => to(word) + 0.5));
}

function asText(entries: readonly DetailedEntry[], inDetail: boolean): string {
  const [only] = entries;
  if (inDetail && only !== undefined && entries.length <= DETAILED_MAX) return entries.map(details).join("\n");
  if (!inDetail) return entries.map(oneLine).join("");
  const more = entries.length > LISTED_MAX ? `… and ${entries.length - LISTED_MAX} more\n` : "";
  return entries.slice(0, LISTED_MAX).map(oneLine).join("") + more;
}

function oneLine(entry: SchemaEntry): string {
  if (entry.kind === "command")
    return `${entry.id}  ${entry.name.padEnd(46)} ${entry.message.padEnd(38)} ${entry.directions}\n`;
  if (entry.kind === "field") {
    return `field    ${entry.name.padEnd(50)} ${String(entry.number).padStart(3)}  ${entry.label.padEnd(8)}  ${entry.type}\n`;
  }
  return `${entry.kind.padEnd(8)} ${entry.name}\n`;
}

function details(entry: DetailedEntry): string {
  if (entry.kind === "enum") {
    const usedBy = entry.usedBy.map((field) => `    ${field}\n`).join("");
    return `enum ${entry.name}\n${valueLines(entry.values)}${usedBy === "" ? "" : `  used by\n${usedBy}`}`;
  }
  if (entry.kind === "field") {
    const carried = entry.commands.join(", ") || "other messages";
    return `field ${entry.name}\n  ${entry.number}  ${entry.label}  ${entry.type}\n${valueLines(entry.values)}  carried by  ${carried}\n`;
  }
  const head =
    entry.kind === "command"
      ? [
          `${entry.id} ${entry.name}`,
          `  service     ${entry.service}`,
          `  message     ${entry.message}`,
          `  directions  ${entry.directions}${entry.hops === undefined ? "" : `  (${entry.hops})`}`,
          ...(entry.answeredBy === undefined ? [] : [`  answered by ${entry.answeredBy}`]),
          ...(entry.counterpart === null ? [] : [`  pairs with  ${entry.counterpart}`]),
          ...(entry.obsoleteIds.length === 0 ? [] : [`  formerly    ${entry.obsoleteIds.join(", ")}`]),
          ...(entry.requirements.length === 0 ? [] : [`  see         ${entry.requirements.join(", ")}`]),
        ]
      : [`message ${entry.name}`, `  carried by  ${entry.commands.join(", ") || "other messages"}`];
  const fields = entry.fields.map(
    ({ number, label, type, name }) =>
      `  ${String(number).padStart(4)}  ${label.padEnd(8)}  ${type.padEnd(20)}  ${name}`,
  );
  return `${[...head, "  fields", ...(fields.length === 0 ? ["    (empty)"] : fields), ...exampleLines(entry)].join("\n")}\n`;
}

function valueLines(values: readonly { readonly name: string; readonly number: number }[]): string {
  return values.map(({ name, number }) => `  ${String(number).padStart(5)}  ${name}\n`).join("");
}

function exampleLines({ example }: DetailedEntry): string[] {
  if (example === undefined) return [];
  return ["  example", `    echo '${JSON.stringify(example.json)}' | ttk encode`, `    ttk decode ${example.hex}`];
}
