#!/usr/bin/env node
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CommanderError } from "commander";
import { commandAsked, withSubcommand, wordsAsOptions } from "./asked-command.js";
import { CommandError } from "./command-error.js";
import { commandTable } from "./command-table.js";
import { ExitCode } from "./exit-codes.js";
import { faultText, type Host, leave, messageLine, processHost } from "./host.js";
import { buildProgram } from "./program.js";

// Before a view loads React: its development build takes several times the time, and memory that it never gives back.
process.env.NODE_ENV ??= "production";
const host = processHost();
const args = process.argv.slice(2);
await run(args, host);
leave(host);

async function run(given: readonly string[], host: Host): Promise<void> {
  try {
    const args = wordsAsOptions(given);
    const asked = commandAsked(args);
    const isAboutAll = commandTable.some(({ name, needsAll }) => name === asked && needsAll);
    const program = await buildProgram(host, (name) => isAboutAll || name === asked);
    if (args.length === 0) return program.outputHelp();
    const isFile = (path: string): boolean => existsSync(resolve(host.cwd, path));
    await program.parseAsync([...withSubcommand(args, program, isFile, given[0] === "help")], { from: "user" });
  } catch (error) {
    report(error, host);
  }
}

function report(error: unknown, host: Host): void {
  if (error instanceof CommanderError) {
    host.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    return;
  }
  if (!(error instanceof CommandError)) {
    host.exitCode = ExitCode.internal;
    host.stderr.write(`${faultText(error, host.showsStack)}\n`);
    return;
  }
  host.exitCode = error.exitCode;
  host.stderr.write(`${messageLine(error.message)}\n`);
  if (host.showsStack) host.stderr.write(`${error.stack}\n`);
}
