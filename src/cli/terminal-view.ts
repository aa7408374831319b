import type { FullScreenOptions } from "../tui/components/open-full-screen.js";
import type { Host } from "./host.js";

export interface ViewOptions {
  /** Not with `--no-tui`. */
  readonly tui: boolean;
  readonly json?: boolean;
}

/** Whether a command may fill the terminal: there is one, somebody sits at it, and nothing else was asked for. */
export function mayFillTerminal(host: Host, { tui, json = false }: ViewOptions): boolean {
  return isFillable(host) && tui && !json && host.verbosity !== "quiet";
}

/** There is a terminal for a view and its keys, one that can move its cursor, and somebody sits at it. */
export function isFillable({ screen, stdin, env }: Host): boolean {
  return screen.isTTY === true && stdin.isTTY === true && env.TERM !== "dumb" && !env.CI;
}

/** The process's terminal, for a view that fills it. */
export function viewTerminal(host: Host): Omit<FullScreenOptions, "signal"> & { readonly isStyled: boolean } {
  return {
    isStyled: host.stdout.isStyled,
    stdin: host.stdin,
    stdout: host.screen,
    atExit: (action) => host.atExit(action),
    watchSuspension: (leave, comeBack) => host.watchSuspension(leave, comeBack),
  };
}
