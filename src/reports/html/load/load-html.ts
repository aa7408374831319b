import type { LoadResult } from "../../../runner/load/load-result.js";
import { loadConsole } from "../../load/load-console.js";
import { htmlDocument, type PageAssets } from "../html-document.js";
import { loadPageData } from "./load-page-data.js";

/** A run as one HTML file; `before` is an earlier one that it is compared with. `assets` are those of the page `load`. */
export function loadHtml(result: LoadResult, assets: PageAssets, before: LoadResult | null = null): string {
  return htmlDocument({
    title: `${result.scenario}, ${result.startedAt.slice(0, 16).replace("T", " ")} UTC`,
    text: loadConsole(result),
    data: loadPageData(result, before),
    assets,
  });
}
