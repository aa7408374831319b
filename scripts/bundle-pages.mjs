#!/usr/bin/env node
// Bundles the scripts and styles of the HTML reports, with the libraries that they use, into dist/. A report carries them
// inside itself. Usage: node scripts/bundle-pages.mjs
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const pages = join(top, "src/reports/html/page");

await build({
  entryPoints: ["load", "conformance", "mutants"].map((name) => join(pages, `${name}.tsx`)),
  outdir: join(top, "dist/reports/html/page"),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  tsconfigRaw: {},
  legalComments: "none",
  banner: {
    js: "/*! uPlot (c) Leon Sorokin; Preact (c) Jason Miller; both MIT License. */",
  },
  logLevel: "warning",
});
