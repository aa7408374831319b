import type { Readable, Writable } from "node:stream";
import { render } from "ink";
import { createElement, type ReactElement } from "react";
import { Painting } from "./painting.js";
import { TerminalPainter } from "./terminal-painter.js";

export interface FullScreenOptions {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Closes the view. */
  readonly signal: AbortSignal;
  /** Has the terminal put back when the process ends without waiting for the view; returns how to take that back. */
  readonly atExit: (action: () => void) => () => void;
}

/** Another screen, and no cursor on it. */
const ENTER_SCREEN = "\u001b[?1049h\u001b[?25l";
const LEAVE_SCREEN = "\u001b[?25h\u001b[?1049l";

/**
 * Shows a view that fills the terminal until it calls `close` or the signal aborts. What stood on the terminal before stands
 * there again afterwards.
 */
export async function openFullScreen(
  view: (close: () => void) => ReactElement,
  { stdin, stdout, signal, atExit }: FullScreenOptions,
): Promise<void> {
  if (signal.aborted) return;
  const close = () => app.unmount();
  const leaveNow = () => {
    close();
    stdout.write(LEAVE_SCREEN);
  };
  stdout.write(ENTER_SCREEN);
  const painter = new TerminalPainter(stdout);
  const app = render(createElement(Painting.Provider, { value: painter.paint.bind(painter) }, view(close)), {
    stdin: stdin as NodeJS.ReadStream,
    stdout: stdout as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  signal.addEventListener("abort", close, { once: true });
  const stays = atExit(leaveNow);
  try {
    await app.waitUntilExit();
  } finally {
    signal.removeEventListener("abort", close);
    stays();
    stdout.write(LEAVE_SCREEN);
  }
}
