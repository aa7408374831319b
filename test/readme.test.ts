import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** `$ ttk decode …` with its output; what a server answers differs each time, what bytes say does not. */
const examples = [...readme.matchAll(/```console\n\$ ttk (decode [^\n]+)\n([^`]*)```/g)];
const commands = [...new Set([...readme.matchAll(/\bttk ([a-z]+)/g)].map(([, command]) => command as string))];

describe("README.md", () => {
  it("shows what ttk decode prints", () => {
    expect(examples).not.toHaveLength(0);
    for (const [, args = "", output] of examples) {
      const { stdout } = spawnSync(process.execPath, [main, ...args.split(" ")], { encoding: "utf8" });
      expect(stdout).toBe(output);
    }
  });

  it.each(commands)("names a command that there is: ttk %s", (command) => {
    const { status, stdout } = spawnSync(process.execPath, [main, command, "--help"], { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: ttk ${command}`);
  });

  it("names files that there are", () => {
    for (const [, path = ""] of readme.matchAll(/\]\(([^)]+)\)/g)) {
      expect(() => readFileSync(new URL(`../${path}${path.endsWith("/") ? "." : ""}`, import.meta.url))).not.toThrow(
        /ENOENT/,
      );
    }
  });
});
