import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeFolder } from "../../src/server/make-folder.js";

const root = mkdtempSync(join(tmpdir(), "ttk-make-folder-"));
afterAll(() => rmSync(root, { recursive: true }));

describe("makeFolder", () => {
  it("makes a folder and those above it, at the same time as others, and is content with one that is there", async () => {
    const path = join(root, "a", "b", "c");
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(root, "a", "b", "d"))]);
    await makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it("makes it although somebody else has made those above it in the meantime", async () => {
    for (let round = 0; round < 8; round++) {
      const above = join(root, `${round}`, "b", "c");
      const paths = Array.from({ length: 64 }, (_, index) => join(above, `${index}`));
      await Promise.all(paths.map((path) => makeFolder(path)));
      expect(paths.filter((path) => !existsSync(path))).toEqual([]);
    }
  });

  it("fails where a file stands in the way", async () => {
    writeFileSync(join(root, "file"), "");
    await expect(makeFolder(join(root, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeFolder(join(root, "file", "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  it.skipIf(!existsSync("/proc/self"))("fails where the system makes none", async () => {
    await expect(makeFolder("/proc/ttk/below")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
