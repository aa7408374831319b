import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ExitCode } from "../../src/cli/exit-codes.js";
import { requireWritable, tellUnwritten, writeReports } from "../../src/cli/report-files.js";
import { fakeHost } from "../helpers/fake-host.js";

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

describe("writeReports", () => {
  const targets = [
    { format: "json", file: "gone/run.json" },
    { format: "html", file: "run.html" },
  ] as const;
  const render = { json: () => "{}", html: () => "<p>" };

  it("writes the others when one cannot be written, as on a full disk", async () => {
    expect(await writeReports(targets, folder, render)).toEqual(["--report gone/run.json: cannot be written (ENOENT)"]);
    expect(readFileSync(join(folder, "run.html"), "utf8")).toBe("<p>");
  });

  it.each([
    [ExitCode.ok, ExitCode.internal],
    [ExitCode.failed, ExitCode.failed],
    [ExitCode.interrupted, ExitCode.interrupted],
  ])("makes of exit code %i %i", (verdict, exitCode) => {
    const host = fakeHost({ exitCode: verdict });
    tellUnwritten(host, ["--report run.json: cannot be written (ENOSPC)"]);
    expect(host.written.stderr).toBe("ttk: --report run.json: cannot be written (ENOSPC)\n");
    expect(host.exitCode).toBe(exitCode);
  });
});
