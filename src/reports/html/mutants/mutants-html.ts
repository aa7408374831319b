import type { MutantMatrix } from "../../mutants/mutant-matrix.js";
import { mutantsConsole } from "../../mutants/mutants-console.js";
import { htmlDocument, type PageAssets } from "../html-document.js";

/** Faults against cases as one HTML file. `assets` are those of the page `mutants`. */
export function mutantsHtml(matrix: MutantMatrix, assets: PageAssets): string {
  return htmlDocument({ title: "Mutants", text: mutantsConsole(matrix), data: matrix, assets });
}
