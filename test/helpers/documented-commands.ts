import { readdirSync, readFileSync } from "node:fs";

/** A command line of `ttk` that a page shows. */
export interface DocumentedCommand {
  /** `docs/load.md:12`. */
  readonly where: string;
  /** What the shell hands over behind `ttk`. */
  readonly args: readonly string[];
  /** It can be run as it stands; in running text a command may lack what it needs. */
  readonly isWhole: boolean;
}

const top = new URL("../../", import.meta.url);
const call = /(?<![\w./-])ttk(?=\s)/g;
/** Something left out or to be filled in: `ttk serve [role…]`. */
const isPattern = /…|\.{3}|<[a-z]|\[\w+\]/;
/** What stands aligned behind an example says what it does. */
const remark = /\s{2,}[^-\s].*$/;

/** All of README.md, of docs and of bench: in blocks of code, and in running text between backticks. */
export function documentedCommands(): DocumentedCommand[] {
  const pages = ["README.md", "bench/README.md", ...readdirSync(new URL("docs", top)).map((name) => `docs/${name}`)];
  return pages.filter((page) => page.endsWith(".md")).flatMap(commandsOf);
}

function commandsOf(page: string): DocumentedCommand[] {
  const lines = readFileSync(new URL(page, top), "utf8").split("\n");
  const commands: DocumentedCommand[] = [];
  let isCode = false;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith("```")) isCode = !isCode;
    const pieces = isCode ? [line] : Array.from(line.matchAll(/`([^`]+)`/g), ([, code = ""]) => code);
    for (const piece of pieces)
      commands.push(...callsIn(piece).map((args) => ({ where: `${page}:${index + 1}`, args, isWhole: isCode })));
  }
  return commands;
}

/** Calls that begin the line or stand behind a pipe, a prompt or variables; in prose `ttk` is a name. */
function callsIn(code: string): string[][] {
  return Array.from(code.matchAll(call)).flatMap(({ index }) => {
    const before = code.slice(0, index).trim();
    if (!/^(?:\$|.*(?:\||&&)|\$?\s*(?:[A-Z_]+=\S+\s*)+)?$/.test(before)) return [];
    const text = code.slice(index + "ttk".length).trim();
    const example = text.replace(remark, "");
    return example === "" || isPattern.test(example) ? [] : [shellWords(example)];
  });
}

/** The words of one command: up to a pipe, a redirection or a comment. */
function shellWords(text: string): string[] {
  const words: string[] = [];
  for (const { 0: word } of text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (/^(?:[|&;>#]|2>)/.test(word)) break;
    words.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
  }
  return words;
}
