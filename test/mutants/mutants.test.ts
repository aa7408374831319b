import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mutantsConsole } from "../../src/reports/mutants/mutants-console.js";
import { requirementById } from "../../src/scenarios/conformance/requirements.js";
import { caseOf, failing } from "../helpers/conformance-case.js";
import { schemaErrors } from "../helpers/schema-check.js";
import { allMutants } from "./all-mutants.js";
import { judgeControl, likelyCases } from "./judge-mutant.js";
import { mutantMarkdown } from "./mutant-markdown.js";
import { type MutantMatrix, mutantMatrix, problemsOfControl } from "./mutant-matrix.js";

const TIMEOUT_MS = 60_000;
const fixture = fileURLToPath(new URL("../../fixtures/reference.yaml", import.meta.url));

/** One of each place where a fault can sit; `npm run mutants` judges all. */
const sample = [
  "seq-num-of-15-bits",
  "kick-not-sent-across-servers",
  "ack-before-store",
  "unread-not-cleared",
  "0x040b-twice",
  "history-begins-one-lower",
  "rate-without-limit",
  "original.GRP-10",
  "route.relays-back",
  "login.counts-backwards",
  "db.history-oldest-first",
  "file.a-byte-turned",
  "http-msg.changes-told-with-a-number",
  "msfs.nul-as-blank",
  "msg-isolated.pushes-always-loud",
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttk-mutants-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("mutants", () => {
  it("have names of their own and break requirements that cases cite", () => {
    expect(new Set(allMutants.map(({ id }) => id)).size).toBe(allMutants.length);
    const unknown = allMutants.filter(({ breaks }) => breaks.some((id) => requirementById(id) === undefined));
    expect(unknown.map(({ id }) => id)).toEqual([]);
    expect(allMutants.filter((mutant) => likelyCases(mutant).length === 0).map(({ id }) => id)).toEqual([]);
  });

  it(
    "are found by the suite, which finds nothing where there is no fault: a sample",
    async () => {
      const matrix = await mutantMatrix({
        mutants: allMutants.filter(({ id }) => sample.includes(id)),
        fixture: await readFile(fixture, "utf8"),
        folder,
        isFull: false,
        seed: 1,
        jobs: 3,
        signal: new AbortController().signal,
      });
      expect(matrix.problems).toEqual([]);
      expect(schemaErrors("mutants-report", JSON.parse(JSON.stringify(matrix)))).toEqual([]);
      expect(mutantsConsole(matrix)).toContain(`${sample.length} of ${sample.length} mutants killed`);
      expect(matrix.summary).toMatchObject({ mutants: sample.length, killed: sample.length });
      expect(matrix.mutants.find(({ id }) => id === "0x040b-twice")?.killedBy).toContain("grp.change-notify-once");
    },
    TIMEOUT_MS,
  );

  it("are no excuse for a sound cluster that fails: the report says what was expected and what came", async () => {
    const { reasons } = await judgeControl([caseOf({ id: "con.never", run: failing })], {
      fixture: await readFile(fixture, "utf8"),
      folder,
      isFull: false,
      seed: 1,
      jobs: 1,
      signal: new AbortController().signal,
    });
    expect(problemsOfControl({ reasons })).toEqual([
      "the cluster without a fault does not pass: con.never (failed): expected an answer; got nothing",
    ]);
  });

  it("that nobody finds stand in the report as what they are", () => {
    const survivor = { id: "kick-not-told", killedBy: [], blocked: [], errored: [], ran: 217, durationMs: 5 };
    const matrix: MutantMatrix = {
      schemaVersion: 1,
      seed: 1,
      isFull: false,
      durationMs: 5,
      summary: { mutants: 1, killed: 0, cases: 2, casesThatKill: 0 },
      kills: { "kick-not-told": [] },
      mutants: [{ ...survivor, breaks: ["LGN-10"], does: "kick not told" }],
      cases: [
        { id: "lgn.kick.ios-ios", kills: [], reason: null },
        { id: "con.time", kills: [], reason: "nothing breaks a clock" },
      ],
      problems: ["kick-not-told survives: no case fails"],
    };
    const text = mutantMarkdown(matrix);
    expect(text).toContain("**0 of 1 mutants are found; 0 of 2 cases find one.**");
    expect(text).toContain("- kick-not-told survives: no case fails");
    expect(text).toContain("| kick-not-told | LGN-10 | **nobody** |");
    expect(text).toContain("| lgn.kick.ios-ios | **nothing** |");
    expect(text).toContain("| con.time | nothing breaks a clock |");
  });
});
