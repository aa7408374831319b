import type { CompletionNode } from "./completion-tree.js";
import { commandCases, optionCases, wordCases } from "./shell-cases.js";

/** As a function of its own in $fpath, or sourced once compinit has run. Where nothing is offered, files are. */
export function zshScript(nodes: readonly CompletionNode[]): string {
  return `#compdef ttk
# Completion of ttk for zsh: source <(ttk completion zsh), or as _ttk in a folder of $fpath
_ttk() {
  local cur=$words[CURRENT] at= option= many= taken= word offered i
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    case $word in
      -*) option=$word taken= ; continue ;;
    esac
    case "\${at:+$at }$word" in
      ${commandCases(nodes)}) at="\${at:+$at }$word" option= ; continue ;;
    esac
    taken=1
  done
  if [[ $cur == --*=* ]]; then
    option=\${cur%%=*} taken= cur=\${cur#*=}
    compset -P '*='
  fi
  case "$at $option" in
${optionCases(nodes, "    ")}
    *) option= ;;
  esac
  if [[ -n $option && $cur != -* && ( -z $taken || -n $many ) ]]; then
    if [[ -n $offered ]]; then compadd -- \${=offered}; else _files; fi
    return
  fi
  offered=
  case "$at" in
${wordCases(nodes, "    ")}
  esac
  if [[ $cur == -* ]]; then compadd -- \${=offered}; return; fi
  compadd -- \${=offered}
  _files
}
if [ "$funcstack[1]" = _ttk ]; then _ttk "$@"; else compdef _ttk ttk; fi
`;
}
