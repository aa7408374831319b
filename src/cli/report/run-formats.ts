/** How finished runs can be rendered; each kind of run has some of these. */
export const runFormats = ["console", "html", "markdown", "json", "junit", "tap", "csv", "k6"] as const;
export type RunFormat = (typeof runFormats)[number];
