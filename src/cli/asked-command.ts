import type { Command } from "commander";
import { didYouMean } from "../codec/did-you-mean.js";
import { usageError } from "./command-error.js";
import { commandTable } from "./command-table.js";

/** `ttk help conform list` asks for what `ttk conform list --help` prints, and `ttk version` for what `ttk --version` does. */
export function wordsAsOptions(args: readonly string[]): readonly string[] {
  const [first, second] = args;
  if (first === "version") return ["--version"];
  if (first !== "help" || second === undefined) return args;
  const isKnown = commandTable.some(({ name }) => name === second);
  return isKnown ? [...args.slice(1), "--help"] : [second];
}

/** The name of the command that is asked for; `undefined` when there is none among the arguments. */
export function commandAsked(args: readonly string[]): string | undefined {
  return args.find((arg) => !arg.startsWith("-"));
}

/**
 * The same inside a command that has others: `ttk conform help list`. A word that is none of them is else taken for an address,
 * a scenario or a file.
 * @throws CommandError usage, when a word is nearly one of them; `isFile` tells what is a file. Where help is asked for, also
 * when it is far from all of them, unless it may be a scenario
 */
export function withSubcommand(
  args: readonly string[],
  program: Command,
  isFile: (path: string) => boolean,
  isHelp = false,
): readonly string[] {
  const [name, word, ...rest] = args;
  const command = program.commands.find((each) => each.name() === name);
  const subcommands = command?.commands.map((each) => each.name()) ?? [];
  if (word === undefined || word.startsWith("-") || subcommands.length === 0 || subcommands.includes(word)) return args;
  if (word === "help") return withSubcommand([name as string, ...rest, "--help"], program, isFile, true);
  const meant = /^[a-z]{3,}$/.test(word) && !isFile(word) ? didYouMean(word, subcommands) : "";
  const isWrong = isHelp && command?.registeredArguments[0]?.required === true;
  if (meant !== "" || isWrong) {
    throw usageError(`"${word}" is no command of ttk ${name}${meant || ` (ttk ${name} --help)`}`);
  }
  return args;
}
