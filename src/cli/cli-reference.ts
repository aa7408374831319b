import type { Command } from "commander";
import { commandTable } from "./command-table.js";
import type { Host } from "./host.js";
import { buildProgram } from "./program.js";

const WIDTH = 110;

const heading = `# Command line

Written from the commands themselves by \`npm run docs\`. Every option can also come from an environment variable,
\`TTK_<COMMAND>_<OPTION>\` (\`TTK_LOAD_USERS=200\`), or from \`ttk.config.json\`, \`.js\` or \`.ts\` in the working folder
(\`{"load": {"users": 200}}\`); a flag wins over the environment, which wins over the file. A command's own command has its name
behind the command's: \`TTK_REPORT_COMPARE_FAIL_ON_WORSE=20\`, \`{"report": {"compare": {"failOnWorse": 20}}}\`. Several values are
separated by commas in a variable, or by line breaks where there is one (\`TTK_TAP_RULE=$'drop command=0x0301,0x0302\\n'\` is one
rule), and are a list in the file; \`true\` stands for an option without its value.

Results go to stdout, everything else to stderr. \`NO_COLOR\` and \`CI\` are respected.

| exit code | meaning |
|---|---|
| 0 | all held |
| 1 | the server under test failed: a case, a threshold, a lost message |
| 2 | wrong usage, unreadable input, or nothing matched a selector |
| 3 | blocked: target unreachable, login impossible, prerequisites missing |
| 4 | stale baseline: an expected failure passed |
| 5 | the toolkit itself failed |
| 130 | interrupted; the report of what ran is still written |
`;

/** docs/cli.md: what \`--help\` says, of every command and sub-command. */
export async function cliReference(): Promise<string> {
  const program = await buildProgram(silentHost(), () => true);
  const sections = commandTable.flatMap(({ name }) => {
    const command = program.commands.find((each) => each.name() === name);
    return command === undefined ? [] : sectionsOf(command, "ttk");
  });
  return [heading, ...sections].join("\n");
}

function sectionsOf(command: Command, parent: string): string[] {
  const name = `${parent} ${command.name()}`;
  command.configureHelp({ ...command.configureHelp(), helpWidth: WIDTH });
  const own = `## ${name}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n`;
  return [own, ...command.commands.flatMap((sub) => sectionsOf(sub, name))];
}

/** With what addHelpText appends, which `helpInformation` leaves out. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text.trimEnd();
}

function silentHost(): Host {
  const output = { write() {}, drained: async () => {}, isStyled: false, columns: WIDTH };
  return {
    get stdin(): never {
      throw new Error("a reference reads nothing");
    },
    stdout: output,
    stderr: output,
    get screen(): never {
      throw new Error("a reference shows nothing");
    },
    env: {},
    cwd: "/nowhere",
    args: [],
    self: ["", ""],
    nodeVersion: "",
    signal: new AbortController().signal,
    interrupt: () => {},
    stoppedBy: undefined,
    clock: { nowMs: () => 0 },
    random: () => 0,
    atExit: () => () => {},
    watchSuspension: () => ({ suspend: () => {}, end: () => {} }),
    takeStrays: () => {},
    takeErrors: () => () => {},
    verbosity: "normal",
    showsStack: false,
    outlivesReader: false,
    leavesAtOnce: false,
    exitCode: 0,
  };
}
