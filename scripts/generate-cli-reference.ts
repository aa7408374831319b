/**
 * Writes docs/cli.md, the reference of the command line, from the commands themselves; `--check` only says whether it is
 * up to date (exit 1 when not).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cliReference } from "../src/cli/cli-reference.js";

const path = fileURLToPath(new URL("../docs/cli.md", import.meta.url));
const text = await cliReference();
if (!process.argv.includes("--check")) writeFileSync(path, text);
else if (readFileSync(path, "utf8") !== text) {
  console.error("docs/cli.md is not what the commands say: npm run docs");
  process.exitCode = 1;
}
