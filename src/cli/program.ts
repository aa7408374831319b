import { Command, type OutputConfiguration } from "commander";
import { commandTable } from "./command-table.js";
import type { Host } from "./host.js";
import { applySettings } from "./settings.js";
import { version } from "./version.js";

const help = `
Examples:
  $ ttk demo                                  a cluster, judged and loaded, in a minute
  $ ttk decode 00000010000100000007070100010000
  $ ttk decode night.pcap --format json
  $ ttk conform 127.0.0.1:8000 --report json=conform.json
  $ ttk load steady-chat --target 127.0.0.1:8000 --users 2000 --duration 15s

Exit codes: 0 all held, 1 the server under test failed, 2 wrong usage, 3 blocked, 4 stale baseline,
5 ttk itself failed, 130 interrupted. Options can also come from TTK_<COMMAND>_<OPTION> variables and ttk.config.{json,js,ts}.`;

/** What somebody may have meant, where the closest name is not it. */
const hints: readonly (readonly [wrong: RegExp, hint: string])[] = [
  // Hex or a capture at once.
  [
    /unknown command '([0-9a-f]{16,}|[^']+\.(?:pcap|pcapng|cap|bin|hex|log|txt)(?:\.gz)?)'$/i,
    "$& (Did you mean ttk decode $1?)",
  ],
  // A scenario file.
  [/unknown command '([^']+\.[cm]?[jt]s)'$/, "$& (Did you mean ttk load $1?)"],
  // ttk serve has profiles; in judging, what is known of an original server is a baseline.
  [
    /(unknown option '--profile(?:=[^']*)?') \(Did you mean --role\?\)$/,
    "$1 (--baseline teamtalk expects what the original servers are known to fail)",
  ],
  // -v says more, where there is something to say.
  [/unknown option '-v'$/, "$& (Did you mean -V?)"],
];

/** Then only the help says what there is. */
const unexplained = /(?:missing required argument|unknown option|unknown command) '[^']*'$/;

/**
 * The command line of `ttk`. Only the commands that `isAsked` names are complete; of the others there is a summary, because
 * loading them all would cost each start.
 */
export async function buildProgram(host: Host, isAsked: (name: string) => boolean): Promise<Command> {
  const program = new Command("ttk")
    .description("Test toolkit for IM servers that speak the TeamTalk / 0voice PDU protocol")
    .version(version(), "-V, --version")
    .showSuggestionAfterError()
    // Else the --json of `ttk conform list --json` would be taken for an option of conform.
    .enablePositionalOptions()
    .configureOutput(outputOf(host, "ttk"))
    .exitOverride()
    .addHelpText("after", help);
  for (const { name, summary, judges = false, load } of commandTable) {
    const command = isAsked(name) ? (await load())(host) : new Command(name);
    if (isAsked(name)) host.outlivesReader = judges;
    // Before what prepare adds to it: how much is said can be a setting too.
    if (isAsked(name)) applySettings(command, host);
    program.addCommand(prepare(command.summary(summary), program, host));
  }
  return program;
}

/** One line for an error, which ends in what to do. */
function outputOf({ stdout, stderr }: Host, path: string): OutputConfiguration {
  return {
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => stderr.write(text),
    outputError: (text, write) => {
      const line = text
        .trim()
        .replaceAll("\n", " ")
        .replace(/^error: /, "ttk: ");
      const hinted = hints.reduce((told, [wrong, hint]) => told.replace(wrong, hint), line);
      write(`${hinted.replace(unexplained, `$& (${path} --help)`)}\n`);
    },
  };
}

/** What every command and sub-command has in common. */
function prepare(command: Command, program: Command, host: Host): Command {
  for (const each of [command, ...command.commands]) {
    const path = each === command ? command.name() : `${command.name()} ${each.name()}`;
    each
      .copyInheritedSettings(program)
      .configureOutput(outputOf(host, `ttk ${path}`))
      .option("-q, --quiet", "only results and errors")
      .option("-v, --verbose", "also say how the result came about")
      .option("--debug", "stack trace with an error");
  }
  command.hook("preAction", (_, action) => {
    const { quiet, verbose, debug } = action.opts<{ quiet?: boolean; verbose?: boolean; debug?: boolean }>();
    host.verbosity = quiet ? "quiet" : verbose ? "verbose" : "normal";
    host.showsStack = debug ?? host.showsStack;
  });
  if (command.description() === "") command.description(command.summary());
  return command;
}
