import type { Host } from "./host.js";

export interface ViewOptions {
  /** Not with `--no-tui`. */
  readonly tui: boolean;
  readonly json?: boolean;
}

/** Whether a command may fill the terminal: there is one, somebody sits at it, and nothing else was asked for. */
export function mayFillTerminal(host: Host, { tui, json = false }: ViewOptions): boolean {
  const { screen, stdin, env, verbosity } = host;
  const isTerminal = screen.isTTY === true && stdin.isTTY === true && env.TERM !== "dumb" && !env.CI;
  return isTerminal && tui && !json && verbosity !== "quiet";
}
