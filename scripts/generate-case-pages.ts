/** Writes docs/cases, a page for each group of cases; `--check` only says whether it is up to date (exit 1 when not). */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { casePages } from "../src/cli/conform/case-pages.js";

const folder = new URL("../docs/cases/", import.meta.url);
const pages = casePages();
mkdirSync(folder, { recursive: true });
const there = readdirSync(folder);
const stale = [
  ...there.filter((name) => !pages.has(name)),
  ...[...pages].flatMap(([name, text]) =>
    there.includes(name) && readFileSync(new URL(name, folder), "utf8") === text ? [] : [name],
  ),
];
if (!process.argv.includes("--check")) {
  for (const name of stale) {
    const text = pages.get(name);
    if (text === undefined) rmSync(fileURLToPath(new URL(name, folder)));
    else writeFileSync(new URL(name, folder), text);
  }
} else if (stale.length > 0) {
  console.error(`docs/cases is not what the cases say (${stale.join(", ")}): npm run docs`);
  process.exitCode = 1;
}
