import type { FullScreenOptions } from "../tui/components/open-full-screen.js";
import type { Host } from "./host.js";

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
