import { spawnSync } from "node:child_process";
import { Command, Option } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { bashScript } from "../../../src/cli/completion/bash-script.js";
import { completionTree } from "../../../src/cli/completion/completion-tree.js";
import { fishScript } from "../../../src/cli/completion/fish-script.js";
import { runTtk } from "../../helpers/ttk-process.js";

/** What bash offers for the last of the words, with the words cut as it cuts them. */
function offered(script: string, ...words: string[]): string[] {
  const asking = `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ttk; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["-uc", asking, "bash", ...words], { encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.split("\n").filter((line) => line !== "");
}

describe("ttk completion bash", () => {
  let script = "";
  beforeAll(async () => {
    const { stdout, stderr, code } = await runTtk(["completion", "bash"]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    script = stdout;
  });

  it.each<[string, string[]]>([
    ["con", ["conform"]],
    ["completion ", ["bash", "zsh", "fish"]],
    ["conform sh", ["show"]],
    ["conform --ro", ["--role"]],
    ["conform h:1 --role ms", ["msg", "msfs", "msg-isolated"]],
    ["conform h:1 --role = ms", ["msg", "msfs", "msg-isolated"]],
    ["conform h:1 --role =", ["msg", "route", "login", "db", "file", "http-msg", "msfs", "msg-isolated"]],
    ["conform --role route --role", ["--role"]],
    ["conform --only lgn.logo con.heartbeat-b", ["con.heartbeat-before-login"]],
    ["conform --only LGN-06", ["LGN-06"]],
    ["conform show msg.delivery-acr", ["msg.delivery-across-servers"]],
    ["conform --baseline t", ["teamtalk"]],
    ["conform list --js", ["--json"]],
    ["load mix", ["mixed-day"]],
    ["load --think-time c", ["constant"]],
    ["report compare --fail", ["--fail-on-worse"]],
    ["serve rou", ["route"]],
    ["schema CID_LOGIN_K", ["CID_LOGIN_KICK_USER"]],
    // A number, a file: bash offers files.
    ["conform --jobs ", []],
    ["decode nig", []],
  ])("ttk %s offers %j", (line, words) => {
    expect(offered(script, "ttk", ...line.split(" "))).toEqual(words);
  });
});

describe("what completion scripts are made of", () => {
  const program = new Command("ttk").addCommand(
    new Command("eat")
      .description("it's food")
      .addOption(new Option("-k, --kind <kind>", "one's choice").choices(["plain", "with spaces", "$(rm)"]))
      .option("--all", "of it")
      .option("--into <folder>", "where to")
      .addCommand(new Command("more").description("seconds")),
  );
  const nodes = completionTree(program, { "eat more": ["a.b", "`c`"] });

  it("has no word that a shell would take for something else", () => {
    expect(offered(bashScript(nodes), "ttk", "eat", "--kind", "")).toEqual(["plain"]);
    expect(offered(bashScript(nodes), "ttk", "eat", "-k", "")).toEqual(["plain"]);
    expect(offered(bashScript(nodes), "ttk", "eat", "more", "")).toEqual(["a.b"]);
  });

  it("stands for fish in a line for each command, word and option, with what each is", () => {
    expect(
      fishScript(nodes)
        .split("\n")
        .filter((line) => line.startsWith("complete")),
    ).toEqual([
      "complete -c ttk -n '__ttk_at \\'\\'' -a eat -d 'it\\'s food'",
      "complete -c ttk -n '__ttk_at \\'\\'' -l help -s h -d 'display help for command'",
      "complete -c ttk -n '__ttk_at \\'eat\\'' -a more -d 'seconds'",
      "complete -c ttk -n '__ttk_at \\'eat\\'' -l kind -s k -x -a 'plain' -d 'one\\'s choice'",
      "complete -c ttk -n '__ttk_at \\'eat\\'' -l all -d 'of it'",
      "complete -c ttk -n '__ttk_at \\'eat\\'' -l into -r -d 'where to'",
      "complete -c ttk -n '__ttk_at \\'eat\\'' -l help -s h -d 'display help for command'",
      "complete -c ttk -n '__ttk_at \\'eat more\\'' -a 'a.b'",
      "complete -c ttk -n '__ttk_at \\'eat more\\'' -l help -s h -d 'display help for command'",
    ]);
  });
});
