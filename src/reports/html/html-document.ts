import { createHash } from "node:crypto";

/** A page's own script and style, as the build has bundled them. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

export interface HtmlPage {
  readonly title: string;
  /** The result in plain text: what is there before the script runs, and all there is where none may run. */
  readonly text: string;
  /** What the script shows. Goes through JSON. */
  readonly data: object;
  readonly assets: PageAssets;
}

/**
 * One HTML file that needs no other. Whatever a peer sent stands in it as text or inside JSON, and the policy lets no script
 * run but the page's own, and nothing be loaded from anywhere.
 */
export function htmlDocument({ title, text, data, assets }: HtmlPage): string {
  const { script, style } = assets;
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(script)}'`,
    `style-src '${sourceHash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="teamtalk-testkit">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main id="page"><pre>${escapeHtml(text)}</pre></main>
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function sourceHash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** No `<` is left that could end the element, or begin a comment in it. */
function scriptJson(data: object): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** HTML has no way to write NUL and lone surrogates. */
function escapeHtml(text: string): string {
  return text
    .replaceAll(/[\0\ud800-\udfff]/gu, "\ufffd")
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
