import type { Command, Option } from "commander";

/** What can stand behind a command, in the words that a shell is to offer. */
export interface CompletionNode {
  /** `""` for ttk itself, `conform list` for a command of a command. */
  readonly path: string;
  readonly commands: readonly CompletionWord[];
  /** Words for its arguments, where they are known. */
  readonly words: readonly string[];
  readonly options: readonly CompletionOption[];
}

interface CompletionWord {
  readonly name: string;
  readonly summary: string;
}

export interface CompletionOption {
  readonly long: string;
  readonly short: string | undefined;
  readonly summary: string;
  /** How many values follow it. */
  readonly takes: "none" | "one" | "many";
  /** Those that are known; with none of them a value is taken for a file. */
  readonly values: readonly string[];
}

/** Words for what commander knows no choices of: `conform --only` for an option, `conform show` for arguments. */
export type KnownWords = Readonly<Record<string, readonly string[]>>;

/** A command with all below it, itself first. */
export function completionTree(program: Command, known: KnownWords): CompletionNode[] {
  return nodesOf(program, "", known);
}

function nodesOf(command: Command, path: string, known: KnownWords): CompletionNode[] {
  const help = command.createHelp();
  const below = command.commands.filter((each) => each.name() !== "help");
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const node = {
    path,
    commands: below.map((each) => ({ name: each.name(), summary: each.summary() || each.description() })),
    words: plain([...choices, ...(known[path] ?? [])]),
    options: help.visibleOptions(command).flatMap((option) => optionOf(option, path, known)),
  };
  return [node, ...below.flatMap((each) => nodesOf(each, `${path} ${each.name()}`.trim(), known))];
}

function optionOf(option: Option, path: string, known: KnownWords): CompletionOption[] {
  const { long, short, description, argChoices = [], required, optional, variadic } = option;
  if (long === undefined || long === null) return [];
  return [
    {
      long,
      short: short ?? undefined,
      summary: description,
      takes: required || optional ? (variadic ? "many" : "one") : "none",
      values: plain([...argChoices, ...(known[`${path} ${long}`] ?? [])]),
    },
  ];
}

/** Words that mean the same in every shell without quotes. */
function plain(words: readonly string[]): string[] {
  return words.filter((word) => /^[\w.:/-]+$/.test(word));
}
