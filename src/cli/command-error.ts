import { ExitCode } from "./exit-codes.js";

/** Ends a command with one line on stderr: what is wrong, where, and what to do. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
  }
}

/** The command line or an input file is wrong: exit 2. */
export function usageError(message: string): CommandError {
  return new CommandError(ExitCode.usage, message);
}

/** Something that the command needs is not there: exit 3. */
export function blockedError(message: string): CommandError {
  return new CommandError(ExitCode.blocked, message);
}
