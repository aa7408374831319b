import { type FullScreenOptions, openFullScreen } from "../components/open-full-screen.js";
import { themeFor } from "../theme.js";
import { ServeApp } from "./serve-app.js";
import { ServeView, type ServeViewOptions } from "./serve-view.js";

export interface OpenServeViewOptions extends FullScreenOptions, Omit<ServeViewOptions, "onQuit"> {
  readonly isStyled: boolean;
}

const SAMPLE_INTERVAL_MS = 1000;

/** Shows running servers until the user quits. */
export async function openServeView({ isStyled, ...options }: OpenServeViewOptions): Promise<void> {
  let sampling: NodeJS.Timeout | undefined;
  try {
    await openFullScreen((close) => {
      const view = new ServeView({ ...options, onQuit: close });
      view.sample(performance.now());
      sampling = setInterval(() => view.sample(performance.now()), SAMPLE_INTERVAL_MS);
      return <ServeApp view={view} theme={themeFor(isStyled)} />;
    }, options);
  } finally {
    clearInterval(sampling);
  }
}
