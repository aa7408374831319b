import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const top = fileURLToPath(new URL("../../", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** Paths that `npm pack` would put into the package. */
function packed(): ReadonlySet<string> {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"];
  const [{ files }] = JSON.parse(execFileSync(npm, args, { cwd: top, encoding: "utf8", maxBuffer: 1 << 26 }));
  return new Set(files.map(({ path }: { path: string }) => path));
}

describe("the package", () => {
  const paths = packed();

  it("has the pages that its commands name", () => {
    const helpTexts = readFileSync(`${top}docs/cli.md`, "utf8");
    const named = new Set(Array.from(helpTexts.matchAll(/\bdocs\/[\w/-]+\.md\b/g), ([path]) => path));
    expect(named.size).toBeGreaterThan(3);
    for (const path of named) expect(paths).toContain(path);
  });

  it("has what it exports, with types", () => {
    const { exports, bin } = JSON.parse(readFileSync(`${top}package.json`, "utf8"));
    const targets = Object.values<string | Record<string, string>>(exports).flatMap((target) =>
      typeof target === "string" ? target : Object.values(target),
    );
    for (const target of [...targets, `./${bin.ttk}`].filter((each) => !each.includes("*")))
      expect(paths).toContain(target.slice(2));
    expect([...paths].filter((path) => path.startsWith("schemas/")).length).toBeGreaterThan(3);
  });

  it("has nothing that only its development needs", () => {
    expect(existsSync(`${top}test`)).toBe(true);
    expect([...paths].filter((path) => /^(?:test|bench|scripts|src|reports|\.)/.test(path))).toEqual([]);
  });
});
