import { printable } from "../components/fit-text.js";
import type { PanelPlace } from "./panel-place.js";
import type { ServeView } from "./serve-view.js";

const TIME_COLUMNS = "02:23:35.120".length;
/** Of the time where words have little room: in fewer columns than this. */
const TIME_COLUMNS_NARROW = "02:23:35".length;
const WHOLE_TIME_FROM_COLUMNS = 48;
/** Words of notes that somebody who watches looks for. */
const trouble = /\b(lost|dropped|failed|cannot|refused|not delivered)\b/;

/** The newest lines that pass the filter, each with all its words. */
export function logLines(view: ServeView, { width, height, theme }: PanelPlace): string[] {
  const { options, logFilter, logSkip, pausedAt } = view;
  const fits = (text: string) => view.isLogged(text);
  const timeColumns = width >= WHOLE_TIME_FROM_COLUMNS ? TIME_COLUMNS : TIME_COLUMNS_NARROW;
  const lines = options.log.last(height, fits, pausedAt, logSkip).map((text) => {
    const said = printable(text.slice(TIME_COLUMNS));
    return theme.dim(text.slice(0, timeColumns)) + (trouble.test(said) ? theme.warn(said) : said);
  });
  return lines.length > 0 ? lines : [theme.dim(logFilter === "" ? "nothing yet" : "nothing fits; Esc shows all")];
}
