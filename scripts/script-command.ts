import { Command, InvalidArgumentError } from "commander";

/** A script's command line: `--help` tells of it; wrong usage is one line and exit code 2, as `ttk` has it. */
export function scriptCommand(name: string, about: string): Command {
  return new Command(`npm run ${name} --`)
    .description(about)
    .allowExcessArguments(false)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** @throws InvalidArgumentError, which commander shows */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("A whole number above 0 is wanted.");
  return Number(text);
}
