import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requireWritable } from "../../src/cli/report-files.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-report-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("requireWritable", () => {
  it("makes the folder and leaves no file, for a run that ends early would leave an empty one", async () => {
    await requireWritable([{ file: "new/known.yaml" }, { file: "new/known.yaml" }], folder);
    expect(readdirSync(join(folder, "new"))).toEqual([]);
  });

  it("leaves a file that is there as it is", async () => {
    writeFileSync(join(folder, "old.yaml"), "kept");
    await requireWritable([{ file: "old.yaml" }], folder);
    expect(readFileSync(join(folder, "old.yaml"), "utf8")).toBe("kept");
  });

  it("refuses what cannot be written, with the option that asked for it", async () => {
    await expect(requireWritable([{ file: "." }], folder, "--out")).rejects.toMatchObject({
      exitCode: 2,
      message: "--out .: cannot be written (EISDIR)",
    });
  });
});
