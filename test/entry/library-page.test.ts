import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const top = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(top, "docs/library.md"), "utf8");
/** The first program of each section. */
const programs = page.split(/^## /m).flatMap((section) => {
  const [, code] = section.split("```ts\n");
  return code === undefined ? [] : [{ title: section.split("\n")[0] ?? "", code: code.split("```")[0] ?? "" }];
});
const COMPILING_MS = 120_000;
const run = promisify(execFile);
let folder: string;

/** Another package, which has this one as a dependency. */
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "ttk-library-")));
  mkdirSync(join(folder, "node_modules", "@types"), { recursive: true });
  symlinkSync(top, join(folder, "node_modules", "teamtalk-testkit"), "junction");
  symlinkSync(join(top, "node_modules/@types/node"), join(folder, "node_modules/@types/node"), "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const [index, { code }] of programs.entries()) {
    writeFileSync(join(folder, `program-${index}.ts`), code);
    writeFileSync(join(folder, `program-${index}.js`), transformSync(code, { loader: "ts" }).code);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the programs of docs/library.md", () => {
  it("are found", () => {
    expect(programs.map(({ title }) => title)).toEqual(["Bytes", "Servers and devices in a test", "Cases of your own"]);
  });

  it(
    "use types as they are",
    async () => {
      const compiler = join(top, "node_modules/typescript/bin/tsc");
      const options = [
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--noUncheckedIndexedAccess",
        "--target",
        "es2022",
        "--module",
        "nodenext",
      ];
      const files = programs.map((_, index) => `program-${index}.ts`);
      const { stdout } = await run(process.execPath, [compiler, ...options, ...files], { cwd: folder }).catch(
        (error) => error,
      );
      expect(stdout).toBe("");
    },
    COMPILING_MS,
  );

  it.each(programs.map(({ title, code }, index) => ({ title, code, index })))(
    "print what they say: $title",
    async ({ code, index }) => {
      const { stdout } = await run(process.execPath, [`program-${index}.js`], { cwd: folder });
      const said = Array.from(code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm), ([, text = ""]) => text);
      expect(said.length).toBeGreaterThan(0);
      expect(stdout.trimEnd().split("\n")).toEqual(said);
    },
  );
});
