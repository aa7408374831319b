import type { Readable, Writable } from "node:stream";
import { render } from "ink";
import { createElement, type ReactElement } from "react";
import { useKeys } from "./keys.js";
import { Painting } from "./painting.js";
import { TerminalPainter } from "./terminal-painter.js";

export interface FullScreenOptions {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Closes the view. */
  readonly signal: AbortSignal;
  /** Has the terminal put back when the process ends without waiting for the view; returns how to take that back. */
  readonly atExit: (action: () => void) => () => void;
  /** Has the first done before the process is stopped, and the second once it goes on. `suspend` stops it, `end` ends that. */
  readonly watchSuspension: (leave: () => void, comeBack: () => void) => { suspend(): void; end(): void };
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
  { stdin, stdout, signal, atExit, watchSuspension }: FullScreenOptions,
): Promise<void> {
  if (signal.aborted) return;
  const close = () => app.unmount();
  const leaveNow = () => {
    close();
    stdout.write(LEAVE_SCREEN);
  };
  stdout.write(ENTER_SCREEN);
  const painter = new TerminalPainter(stdout);
  const setRawMode = (isRaw: boolean) => (stdin as Partial<NodeJS.ReadStream>).setRawMode?.(isRaw);
  const suspension = watchSuspension(
    () => {
      setRawMode(false);
      stdout.write(LEAVE_SCREEN);
    },
    () => {
      // Twice: a shell may have set the terminal back without a word.
      setRawMode(false);
      setRawMode(true);
      stdout.write(ENTER_SCREEN);
      painter.repaint();
    },
  );
  const shown = createElement(
    Painting.Provider,
    { value: painter.paint.bind(painter) },
    createElement(SuspendKey, suspension),
    view(close),
  );
  const app = render(shown, {
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
    suspension.end();
    stdout.write(LEAVE_SCREEN);
  }
}

/** In all views: a terminal in raw mode leaves Ctrl-Z to them. */
function SuspendKey({ suspend }: { readonly suspend: () => void }): null {
  useKeys(({ name, ctrl }) => {
    if (ctrl === true && name === "z") suspend();
  });
  return null;
}
