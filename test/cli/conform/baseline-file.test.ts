import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { baselineToRewrite, readBaseline, writeBaseline } from "../../../src/cli/conform/baseline-file.js";
import { allCases } from "../../../src/scenarios/conformance/all-cases.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttk-baseline-"));
});
afterAll(() => rm(folder, { recursive: true }));

const ids = ["frm.length-zero", "msg.ack"];

async function read(text: string) {
  await writeFile(join(folder, "given.yaml"), text);
  return readBaseline("given.yaml", folder, ids);
}

describe("a baseline file", () => {
  it("comes back as it was written", async () => {
    const baseline = [
      { case: "msg.ack", reason: 'it\'s: #1 "known"\nsince 2014', expected: "0x0302", actual: "nothing" },
      { case: "frm.length-zero", reason: "a race", sometimes: true },
    ];
    await writeBaseline("written.yaml", folder, baseline);
    expect(await readBaseline("written.yaml", folder, ids)).toEqual(baseline);
  });

  it.each([
    ["", 'expected "expectedFailures" with a list'],
    ["expectedFailures: {}", 'expected "expectedFailures" with a list'],
    ["expectedFailures: [3]", "entry 1: expected an object"],
    ["expectedFailures: [{case: msg.akc, reason: r}]", 'entry 1: there is no case "msg.akc"; did you mean "msg.ack"?'],
    ["expectedFailures: [{case: msg.ack}]", "entry 1: no reason"],
    ["expectedFailures: [{case: msg.ack, reason: ' '}, {reason: r}]", "entry 1: no reason; entry 2: no case"],
    [
      "expectedFailures: [{case: msg.ack, reason: r, actaul: x}]",
      'entry 1: unknown field "actaul"; did you mean "actual"?',
    ],
    ["expectedFailures: [{case: msg.ack, reason: r, actual: 3}]", "entry 1: expected and actual must be text"],
    ["expectedFailures: [{case: msg.ack, reason: r, sometimes: no way}]", "entry 1: sometimes must be true or false"],
    ["{{{", "given.yaml: "],
  ])("is refused with all that is wrong with it: %s", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it("that is to be written keeps what is there, unless that is no baseline", async () => {
    const baseline = [{ case: "msg.ack", reason: "since 2014" }];
    await writeBaseline("kept.yaml", folder, baseline);
    expect(await baselineToRewrite("kept.yaml", folder, ids)).toEqual(baseline);
    expect(await baselineToRewrite("new.yaml", folder, ids)).toEqual([]);
    await writeFile(join(folder, "empty.yaml"), "");
    expect(await baselineToRewrite("empty.yaml", folder, ids)).toEqual([]);
    await writeFile(join(folder, "notes.txt"), "dear diary");
    await expect(baselineToRewrite("notes.txt", folder, ids)).rejects.toThrow("--write-baseline would overwrite it");
  });

  it("that is not there is named, with those that come with the package", async () => {
    await expect(readBaseline("nowhere.yaml", folder, ids)).rejects.toThrow(
      "baseline nowhere.yaml: cannot be read (ENOENT); give a file, or teamtalk",
    );
  });

  it("of the original servers fits the suite, and expects no MUST to fail", async () => {
    const known = await readBaseline(
      "teamtalk",
      folder,
      allCases.map(({ id }) => id),
    );
    const musts = new Set(allCases.filter(({ level }) => level === "must").map(({ id }) => id));
    expect(known.length).toBeGreaterThan(10);
    expect(known.filter((entry) => musts.has(entry.case))).toEqual([]);
    for (const { reason } of known) expect(reason).toMatch(/^[A-Z]{3}-\d\d: /);
  });
});
