import { type FullScreenOptions, openFullScreen } from "../components/open-full-screen.js";
import { themeFor } from "../theme.js";
import { ConformApp } from "./conform-app.js";
import { type ConformFacts, type ConformHands, ConformView } from "./conform-view.js";

export interface OpenConformOptions extends FullScreenOptions {
  readonly isStyled: boolean;
  readonly facts: ConformFacts;
  readonly hands: Omit<ConformHands, "close">;
}

export interface OpenConform {
  readonly view: ConformView;
  /** Resolves once the user has left it, or the signal has aborted. */
  readonly closed: Promise<void>;
}

/** Times of running cases are drawn so often. */
const TICK_INTERVAL_MS = 500;

/** Shows a run that is about to begin. */
export function openConform(options: OpenConformOptions): OpenConform {
  const theme = themeFor(options.isStyled);
  const closing = new AbortController();
  const view = new ConformView(options.facts, { ...options.hands, close: () => closing.abort() });
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const ticking = setInterval(() => view.tick(), TICK_INTERVAL_MS);
  const closed = openFullScreen(() => <ConformApp view={view} theme={theme} />, { ...options, signal }).finally(() => {
    clearInterval(ticking);
    view.redraws.stop();
  });
  return { view, closed };
}
