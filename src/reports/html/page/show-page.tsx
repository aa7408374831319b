import { type ComponentType, render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./page.css";

/** Puts a page's data, which stands in the document, in place of its plain text. */
export function showPage<Data extends object>(Page: ComponentType<Data>): void {
  const root = document.getElementById("page");
  const data = JSON.parse(document.getElementById("data")?.textContent ?? "null") as Data | null;
  if (root === null || data === null) throw new Error("the document has no data");
  root.replaceChildren();
  render(<Page {...data} />, root);
}
