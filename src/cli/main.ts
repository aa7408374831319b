#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { CommandError } from "./command-error.js";
import { commandTable } from "./command-table.js";
import { ExitCode } from "./exit-codes.js";
import { type Host, leave, processHost } from "./host.js";
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

const host = processHost();
const args = process.argv.slice(2);
await run(args, host);
leave(host);

async function run(args: readonly string[], host: Host): Promise<void> {
  try {
    const program = await buildProgram(args, host);
    if (args.length === 0) return program.outputHelp();
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    report(error, host, args.includes("--debug"));
  }
}

async function buildProgram(args: readonly string[], host: Host): Promise<Command> {
  const program = new Command("ttk")
    .description("Test toolkit for IM servers that speak the TeamTalk / 0voice PDU protocol")
    .version(version(), "-V, --version")
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => write(`${text.trim().replaceAll("\n", " ")}\n`),
    })
    .exitOverride()
    .addHelpText("after", help);
  const wanted = args.find((arg) => !arg.startsWith("-"));
  const asked = wanted === "help" ? args.find((arg) => !arg.startsWith("-") && arg !== "help") : wanted;
  for (const { name, summary, load } of commandTable) {
    const command = name === asked ? (await load())(host) : new Command(name);
    program.addCommand(prepare(command.summary(summary), program, host));
    if (name === asked) await applySettings(command, host);
  }
  return program;
}

/** What every command and sub-command has in common. */
function prepare(command: Command, program: Command, host: Host): Command {
  command.copyInheritedSettings(program);
  command
    .option("-q, --quiet", "only results and errors")
    .option("-v, --verbose", "also say how the result came about")
    .option("--debug", "stack trace with an error");
  command.hook("preAction", (_, action) => {
    const { quiet, verbose } = action.opts<{ quiet?: boolean; verbose?: boolean }>();
    host.verbosity = quiet ? "quiet" : verbose ? "verbose" : "normal";
  });
  for (const sub of command.commands) sub.copyInheritedSettings(program);
  if (command.description() === "") command.description(command.summary());
  return command;
}

function report(error: unknown, host: Host, debug: boolean): void {
  if (error instanceof CommanderError) {
    host.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    return;
  }
  const known = error instanceof CommandError;
  host.exitCode = known ? error.exitCode : ExitCode.internal;
  const message = error instanceof Error ? error.message : String(error);
  const hint = known || debug ? "" : " (a fault of ttk; --debug shows where)";
  host.stderr.write(`ttk: ${message.replaceAll("\n", " ")}${hint}\n`);
  if (debug && error instanceof Error) host.stderr.write(`${error.stack}\n`);
}
