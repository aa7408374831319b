import { Argument, Command } from "commander";
import { bashScript } from "../completion/bash-script.js";
import { completionTree } from "../completion/completion-tree.js";
import { fishScript } from "../completion/fish-script.js";
import { knownWords } from "../completion/known-words.js";
import { zshScript } from "../completion/zsh-script.js";
import type { Host } from "../host.js";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

const examples = `
Examples:
  $ source <(ttk completion bash)                                    in this shell; in ~/.bashrc for every one
  $ ttk completion bash > ~/.local/share/bash-completion/completions/ttk
  $ source <(ttk completion zsh)                                     in ~/.zshrc, behind compinit
  $ ttk completion fish > ~/.config/fish/completions/ttk.fish

Commands, options and their choices, case ids, scenarios and names of the schema are in the script: completing runs
nothing, and after an update of ttk the script is to be written anew.`;

/** Only for a program whose commands are all complete. */
export function completionCommand(host: Host): Command {
  return new Command("completion")
    .description("Print a script that has a shell complete commands, options, case ids and scenarios")
    .addArgument(new Argument("<shell>", "the shell that reads the script").choices(Object.keys(scripts)))
    .addHelpText("after", examples)
    .action((shell: keyof typeof scripts, _, command: Command) => {
      const program = command.parent ?? command;
      host.stdout.write(scripts[shell](completionTree(program, knownWords)));
    });
}
