import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { importsOf, worldlyUsesOf } from "./helpers/source-facts.js";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** Folder → folders and files that it may import besides itself; `(types)` = only with `import type`. docs/architecture.md explains why. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  codec: [],
  net: ["codec"],
  client: ["codec", "net"],
  server: ["codec", "net"],
  tap: ["codec", "net"],
  scenarios: ["client", "codec"],
  runner: ["client", "codec", "scenarios (types)", "scenarios/conformance/case-role.js"],
  reports: ["runner (types)", "runner/load/metrics/metric-content.js", "codec"],
  outputs: ["runner", "net"],
  tui: ["runner (types)", "server (types)", "codec"],
  cli: ["codec", "net", "client", "server", "scenarios", "runner", "reports", "outputs", "tap", "tui", "entry"],
  entry: ["codec", "net", "client", "server", "scenarios", "runner", "reports", "tap"],
};

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
const texts = new Map(files.map((file) => [file, readFileSync(join(source, file), "utf8")]));
const imports = [...texts].flatMap(([file, text]) => importsOf(text).map((each) => ({ file, ...each })));

/** What of Node.js and of the dependencies a folder may use, for those that must work without sockets, files or clocks. */
const outside: Readonly<Record<string, RegExp>> = {
  codec: /^(node:(crypto|events|stream\/promises|zlib)|fastest-levenshtein|pcap-parser|re2js|protobufjs\/light\.js)$/,
  scenarios: /^protobufjs\/light\.js$/,
  reports: /^(k6\/options|node:(crypto|zlib)|preact(\/hooks)?|uplot|uplot\/dist\/uPlot\.min\.css)$/,
};

function folderOf(path: string): string {
  return path.split("/")[0] ?? "";
}

/** Files that a file imports, as they are called in `files`. */
function pathsOf(file: string): string[] {
  return imports
    .filter((entry) => entry.file === file && entry.target.startsWith("."))
    .map(({ target }) => relative(source, join(source, dirname(file), target)).replace(/\.js$/, ""))
    .flatMap((path) => files.filter((name) => name === `${path}.ts` || name === `${path}.tsx`));
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
      .map((entry) => ({ ...entry, path: relative(source, join(source, dirname(entry.file), entry.target)) }))
      .filter(({ file, path, isTypeOnly }) => {
        const [from, to] = [folderOf(file), folderOf(path)];
        const permitted = allowed[from] ?? [];
        if (to === from || permitted.includes(to) || permitted.includes(path)) return false;
        return !(isTypeOnly && permitted.includes(`${to} (types)`));
      });
    expect(wrong).toEqual([]);
  });

  it("has no files that import each other in a circle", () => {
    const rest = new Map(files.map((file) => [file, pathsOf(file)]));
    // What imports nothing that is left, or nothing that is left imports, can be taken away; a circle cannot.
    for (let before = -1; before !== rest.size; ) {
      before = rest.size;
      const imported = new Set([...rest.values()].flat());
      for (const [file, paths] of rest) {
        if (!imported.has(file) || !paths.some((path) => rest.has(path))) rest.delete(file);
      }
    }
    expect([...rest.keys()]).toEqual([]);
  });

  it("keeps storage to itself: no PDU, no link, no role", () => {
    const wrong = imports
      .filter(({ file, target }) => file.startsWith("server/storage/") && target.startsWith("."))
      .map(({ file, target }) => `${file} > ${relative(source, join(source, dirname(file), target))}`)
      .filter((line) => !/ > (server\/(storage\/.*|clock\.js)|codec\/did-you-mean\.js)$/.test(line));
    expect(wrong).toEqual([]);
  });

  it("keeps sockets, files and clocks out of the pure folders", () => {
    const wrong = imports.filter(
      ({ file, target }) => !target.startsWith(".") && outside[folderOf(file)]?.test(target) === false,
    );
    expect(wrong).toEqual([]);
  });

  it("reaches the process by no other door", () => {
    const wrong = imports.filter(
      ({ file, target }) => /^(node:)?(process|console|repl)$/.test(target) && !isAtTheDoor(file),
    );
    expect(wrong).toEqual([]);
  });

  it("touches the process, the console, the wall clock and chance only in cli/host.ts and worker entries", () => {
    const wrong = [...texts].flatMap(([file, text]) =>
      isAtTheDoor(file) ? [] : worldlyUsesOf(text).map((use) => `${file}:${use}`),
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

describe("the facts that it rests on", () => {
  it.each([
    ["import { a } from './x.js';", "./x.js", false],
    ["import type { a } from './x.js';", "./x.js", true],
    ["import { type a } from './x.js';", "./x.js", false],
    ["import type {\n  a,\n  b,\n} from './x.js';", "./x.js", true],
    ["import './x.js';", "./x.js", false],
    ["export { a } from './x.js';", "./x.js", false],
    ["export type { a } from './x.js';", "./x.js", true],
    ["export * from './x.js';", "./x.js", false],
    ["const x = await import('./x.js');", "./x.js", false],
    ["let x: import('./x.js').X;", "./x.js", true],
  ])("sees an import in %j", (text, target, isTypeOnly) => {
    expect(importsOf(text)).toEqual([{ target, isTypeOnly }]);
  });

  it.each([
    "process.exit(1)",
    "const { env } = process",
    "f({ process })",
    "console.log(1)",
    "Date.now()",
    "new Date()",
    "Date()",
    "Math.random()",
    "globalThis.process",
  ])("sees the world in %j", (text) => {
    expect(worldlyUsesOf(text)).not.toEqual([]);
  });

  it.each([
    "// process.exit",
    "'console.log'",
    "new Date(5)",
    "host.process",
    "f({ process: 1 })",
    "Math.floor(1)",
    "let a: NodeJS.Process",
  ])("sees nothing of it in %j", (text) => {
    expect(worldlyUsesOf(text)).toEqual([]);
  });
});

function isAtTheDoor(file: string): boolean {
  return file === "cli/host.ts" || file === "cli/main.ts" || file.endsWith("-worker.ts");
}
