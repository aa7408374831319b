import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** Folder → what it may import besides itself; `(types)` = only with `import type`. docs/architecture.md explains why. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  codec: [],
  net: ["codec"],
  client: ["codec", "net"],
  server: ["codec", "net"],
  scenarios: ["client", "codec", "runner (types)"],
  runner: ["client", "codec", "scenarios (types)"],
  reports: ["runner (types)", "codec"],
  tui: ["runner (types)", "codec"],
  cli: ["codec", "net", "client", "server", "scenarios", "runner", "reports", "tui"],
  entry: ["codec", "net", "client", "server", "scenarios", "runner", "reports"],
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly isTypeOnly: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
const texts = new Map(files.map((file) => [file, readFileSync(join(source, file), "utf8")]));
const imports = [...texts].flatMap(([file, text]) => importsOf(file, text));

function importsOf(file: string, text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/gm);
  return [...statements].map(([, type, from, dynamic]) => ({
    file,
    target: from ?? dynamic ?? "",
    isTypeOnly: type !== undefined,
  }));
}

function folderOf(path: string): string {
  return path.split("/")[0] ?? "";
}

describe("architecture", () => {
  it("finds the imports it is about", () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(new Set(files.map(folderOf))).toEqual(
      new Set([...Object.keys(allowed)].filter((name) => files.some((file) => folderOf(file) === name))),
    );
  });

  it("has no import outside the table", () => {
    const wrong = imports
      .filter(({ target }) => target.startsWith("."))
      .map((entry) => ({ ...entry, to: folderOf(relative(source, join(source, dirname(entry.file), entry.target))) }))
      .filter(({ file, to, isTypeOnly }) => {
        const from = folderOf(file);
        const permitted = allowed[from] ?? [];
        return to !== from && !permitted.includes(to) && !(isTypeOnly && permitted.includes(`${to} (types)`));
      });
    expect(wrong).toEqual([]);
  });

  it("keeps PDUs out of storage", () => {
    const wrong = imports.filter(
      ({ file, target }) => file.startsWith("server/storage/") && /\/(codec|net|msg|db|route)\//.test(target),
    );
    expect(wrong).toEqual([]);
  });

  it("touches the process, the console, the wall clock and chance only in cli/host.ts and worker entries", () => {
    const forbidden = /\bprocess\.|(?<!-)\bconsole\.|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b/;
    const wrong = [...texts].flatMap(([file, text]) =>
      isAtTheDoor(file)
        ? []
        : text
            .split("\n")
            .map((line, index) => ({ at: `${file}:${index + 1}`, line: line.trim() }))
            .filter(({ line }) => forbidden.test(line) && !/^(\*|\/\/|\/\*)/.test(line)),
    );
    expect(wrong).toEqual([]);
  });

  it("names files in kebab-case, for what they export", () => {
    const wrong = files.filter((file) => {
      const name = file.split("/").at(-1) ?? "";
      return !/^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.tsx?$/.test(name) || /^(utils|helpers|index|misc|common)\./.test(name);
    });
    expect(wrong).toEqual([]);
  });

  it("keeps files small: the median below 3 KB", () => {
    const sizes = [...texts]
      .filter(([file]) => !file.includes("generated/"))
      .map(([, text]) => text.length)
      .sort((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(3 * 1024);
  });
});

function isAtTheDoor(file: string): boolean {
  return file === "cli/host.ts" || file === "cli/main.ts" || file.endsWith("-worker.ts");
}
