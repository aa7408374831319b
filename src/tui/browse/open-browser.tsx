import type { Readable, Writable } from "node:stream";
import { render } from "ink";
import type { PduIndex } from "../../codec/analysis/pdu-index.js";
import { themeFor } from "../theme.js";
import { BrowseApp } from "./browse-app.js";
import { Browser } from "./browser.js";

export interface OpenBrowserOptions {
  readonly title: string;
  readonly textKey?: string;
  readonly isStyled: boolean;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Closes the browser. */
  readonly signal: AbortSignal;
}

const ENTER_SCREEN = "\u001b[?1049h\u001b[H";
const LEAVE_SCREEN = "\u001b[?1049l";

/** Shows an index until the user quits. What stood on the terminal before stands there again afterwards. */
export async function openBrowser(index: PduIndex, options: OpenBrowserOptions): Promise<void> {
  const { title, textKey, stdin, stdout, signal } = options;
  const browser = new Browser(index, {
    title,
    onQuit: () => app.unmount(),
    ...(textKey === undefined ? {} : { textKey }),
  });
  stdout.write(ENTER_SCREEN);
  const app = render(<BrowseApp browser={browser} theme={themeFor(options.isStyled)} />, {
    stdin: stdin as NodeJS.ReadStream,
    stdout: stdout as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const quit = () => app.unmount();
  signal.addEventListener("abort", quit, { once: true });
  try {
    await app.waitUntilExit();
  } finally {
    signal.removeEventListener("abort", quit);
    stdout.write(LEAVE_SCREEN);
  }
}
