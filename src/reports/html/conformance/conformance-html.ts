import { conformanceConsole } from "../../conformance/conformance-console.js";
import { htmlDocument, type PageAssets } from "../html-document.js";
import { conformancePageData, type NamedRun, type SuiteWords } from "./conformance-page-data.js";

/** Runs side by side as one HTML file: requirements against servers, and the evidence. `assets` are those of the page `conformance`. */
export function conformanceHtml(runs: readonly NamedRun[], words: SuiteWords, assets: PageAssets): string {
  return htmlDocument({
    title: `Conformance of ${runs.map(({ name }) => name).join(", ")}`,
    text: runs.map(({ result }) => conformanceConsole(result, { isStyled: false })).join("\n"),
    data: conformancePageData(runs, words),
    assets,
  });
}
