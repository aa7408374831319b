import type { CompletionNode, CompletionOption } from "./completion-tree.js";

/** Lines of `complete`, each for the command that the line is about so far. Where nothing is offered, files are. */
export function fishScript(nodes: readonly CompletionNode[]): string {
  const paths = nodes.flatMap(({ path }) => (path === "" ? [] : [quoted(path)]));
  return `# Completion of ttk for fish: ttk completion fish > ~/.config/fish/completions/ttk.fish
function __ttk_at
    set -l known ${paths.join(" ")}
    set -l path
    for word in (commandline -opc)[2..-1]
        if contains -- (string join ' ' -- $path $word) $known
            set path $path $word
        end
    end
    set -l joined (string join ' ' -- $path)
    test "$joined" = "$argv[1]"
end
${nodes.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, commands, words, options }: CompletionNode): string[] {
  const at = `complete -c ttk -n ${quoted(`__ttk_at ${quoted(path)}`)}`;
  return [
    ...commands.map(({ name, summary }) => `${at} -a ${name} -d ${quoted(summary)}`),
    ...(words.length === 0 ? [] : [`${at} -a ${quoted(words.join(" "))}`]),
    ...options.map((option) => `${at} ${optionWords(option)}`),
  ];
}

function optionWords({ long, short, summary, takes, values }: CompletionOption): string {
  const names = `-l ${long.slice(2)}${short === undefined ? "" : ` -s ${short.slice(1)}`}`;
  const value = takes === "none" ? "" : values.length === 0 ? " -r" : ` -x -a ${quoted(values.join(" "))}`;
  return `${names}${value} -d ${quoted(summary)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
