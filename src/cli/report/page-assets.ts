import { readFileSync } from "node:fs";
import type { PageAssets } from "../../reports/html/html-document.js";

export type PageName = "load" | "conformance" | "mutants";

/** What the build has bundled for a page. */
export function pageAssets(name: PageName): PageAssets {
  const read = (suffix: string) =>
    readFileSync(new URL(`../../reports/html/page/${name}.${suffix}`, import.meta.url), "utf8");
  return { script: read("js"), style: read("css") };
}
