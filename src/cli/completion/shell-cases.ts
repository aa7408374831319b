import type { CompletionNode } from "./completion-tree.js";

/** Patterns of every command's path: which words are commands. */
export function commandCases(nodes: readonly CompletionNode[]): string {
  return nodes.flatMap(({ path }) => (path === "" ? [] : [`'${path}'`])).join("|");
}

/** Sets `offered` to what an option takes, and `many` when it takes several; options without a value are not among them. */
export function optionCases(nodes: readonly CompletionNode[], indent: string): string {
  return nodes
    .flatMap(({ path, options }) =>
      options
        .filter(({ takes }) => takes !== "none")
        .map(({ long, short, takes, values }) => {
          const patterns = [long, short].flatMap((name) => (name === undefined ? [] : [`'${path} ${name}'`])).join("|");
          return `${indent}${patterns}) offered='${values.join(" ")}' many=${takes === "many" ? 1 : ""} ;;`;
        }),
    )
    .join("\n");
}

/** Sets `offered` to what can stand behind a command: commands, words and, where one is begun, options. */
export function wordCases(nodes: readonly CompletionNode[], indent: string): string {
  return nodes
    .map(({ path, commands, words, options }) => {
      const names = [...commands.map(({ name }) => name), ...words].join(" ");
      const flags = options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short])).join(" ");
      return [
        `${indent}'${path}')`,
        `${indent}  case "$cur" in`,
        `${indent}    -*) offered='${flags}' ;;`,
        `${indent}    *) offered='${names}' ;;`,
        `${indent}  esac ;;`,
      ].join("\n");
    })
    .join("\n");
}
