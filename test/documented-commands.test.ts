import { type Command, CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../src/cli/program.js";
import { documentedCommands } from "./helpers/documented-commands.js";
import { fakeHost } from "./helpers/fake-host.js";

const commands = documentedCommands();

/** What is wrong with a command line, as `ttk` would say it; nothing is run. */
async function problemOf(args: readonly string[], isWhole: boolean): Promise<string | undefined> {
  const host = fakeHost();
  const program = await buildProgram(host, (name) => name === args[0]);
  for (const command of program.commands) disarm(command);
  try {
    await program.parseAsync(args.map(filledIn), { from: "user" });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // `ttk export` alone prints its help.
    const isComplete = isWhole && error.code !== "commander.help";
    return isComplete || !/missing|help/i.test(error.code) ? host.written.stderr || error.message : undefined;
  }
}

function disarm(command: Command): void {
  command.action(() => {});
  for (const each of command.commands) disarm(each);
}

function filledIn(word: string): string {
  return word.replace(/^HOST:PORT$/, "host:8000");
}

describe("what the pages show of the command line", () => {
  it("is found", () => {
    expect(commands.length).toBeGreaterThan(150);
    expect(commands.map(({ args }) => args.join(" "))).toEqual(
      expect.arrayContaining([
        "conform 127.0.0.1:8000 --peer 127.0.0.1:8001 --only lgn.kick* --report junit=conform.xml",
        "load steady-chat --target HOST:8000 --find-max msg_delivery_duration:p(99)<100",
        "serve --no-tui",
        "export k8s --shards 3 -- steady-chat --users 3000 --rate 2000 --duration 10m",
      ]),
    );
  });

  it.each([
    [["decoed", "night.pcap"], "unknown command 'decoed'"],
    [["decode", "night.pcap", "--sumary"], "unknown option '--sumary'"],
    [["conform", "host:8000", "--role", "router"], "argument 'router' is invalid"],
    [["conform", "--role", "route"], "missing required argument 'address'"],
  ])("is refused where it cannot be typed: %s", async (args, problem) => {
    expect(await problemOf(args, true)).toContain(problem);
  });

  it.each(commands)("can be typed: $where $args", async ({ args, isWhole }) => {
    expect(await problemOf(args, isWhole)).toBeUndefined();
  });
});
