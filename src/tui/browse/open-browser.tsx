import type { PduIndex } from "../../codec/analysis/pdu-index.js";
import { type FullScreenOptions, openFullScreen } from "../components/open-full-screen.js";
import { themeFor } from "../theme.js";
import { BrowseApp } from "./browse-app.js";
import { Browser } from "./browser.js";

export interface OpenBrowserOptions extends FullScreenOptions {
  readonly title: string;
  readonly textKey?: string;
  readonly isStyled: boolean;
}

/** Shows an index until the user quits. */
export function openBrowser(index: PduIndex, options: OpenBrowserOptions): Promise<void> {
  const { title, textKey, isStyled } = options;
  const theme = themeFor(isStyled);
  return openFullScreen((close) => {
    const browser = new Browser(index, { title, onQuit: close, ...(textKey === undefined ? {} : { textKey }) });
    return <BrowseApp browser={browser} theme={theme} />;
  }, options);
}
