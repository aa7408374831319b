import type { CompletionNode } from "./completion-tree.js";
import { commandCases, optionCases, wordCases } from "./shell-cases.js";

/** For bash 3.2 and newer. Where nothing is offered, bash offers files. */
export function bashScript(nodes: readonly CompletionNode[]): string {
  return `# Completion of ttk for bash: source <(ttk completion bash)
_ttk() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path= option= many= taken= word offered i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      =) taken=; continue ;;
      -*) option=$word taken= ; continue ;;
    esac
    case "\${path:+$path }$word" in
      ${commandCases(nodes)}) path="\${path:+$path }$word" option= ; continue ;;
    esac
    taken=1
  done
  if [ "$cur" = = ]; then cur=; fi
  case "$path $option" in
${optionCases(nodes, "    ")}
    *) option= ;;
  esac
  if [ -n "$option" ] && [ "\${cur#-}" = "$cur" ] && { [ -z "$taken" ] || [ -n "$many" ]; }; then
    COMPREPLY=($(compgen -W "$offered" -- "$cur"))
    return
  fi
  offered=
  case "$path" in
${wordCases(nodes, "    ")}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$cur"))
}
complete -o default -F _ttk ttk
`;
}
