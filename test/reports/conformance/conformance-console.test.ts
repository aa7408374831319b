import { describe, expect, it } from "vitest";
import { conformanceConsole } from "../../../src/reports/conformance/conformance-console.js";
import type { CaseResult } from "../../../src/runner/conformance/conformance-result.js";
import { caseResult } from "../../helpers/conformance-case.js";
import { conformanceResult, everyVerdict } from "../../helpers/conformance-result.js";

const plain = { isStyled: false };

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

describe("conformanceConsole", () => {
  it("shows each verdict, with the evidence for what did not pass", async () => {
    const text = conformanceConsole(conformanceResult(everyVerdict, { peer: "127.0.0.1:8001" }), plain);
    await expect(text).toMatchFileSnapshot("../golden/conformance-console.txt");
  });

  it("says the same in colours on a terminal", async () => {
    const result = conformanceResult(everyVerdict, { peer: "127.0.0.1:8001" });
    const styled = conformanceConsole(result, { isStyled: true });
    await expect(styled.replaceAll("\u001b", "ESC")).toMatchFileSnapshot("../golden/conformance-console-styled.txt");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is escape codes that are taken out.
    expect(styled.replaceAll(/\u001b\[\d+m/g, "")).toBe(conformanceConsole(result, plain));
  });

  it("is short when everything held", () => {
    const cases = [
      caseResult("passed", { id: "frm.a" }),
      caseResult("passed", { id: "con.b", requirements: ["CON-01"] }),
    ];
    expect(conformanceConsole(conformanceResult(cases), plain)).toBe(
      [
        "127.0.0.1:8000: 2 cases in 12.3 s",
        "",
        "  FRM   1 passed",
        "  CON   1 passed",
        "",
        "2 cases: 2 passed",
        "PASSED       every MUST that was judged held",
        "",
      ].join("\n"),
    );
  });

  it("ends with what the run came to", () => {
    const should = caseResult("failed", { level: "should" });
    const verdictOf = (...given: Parameters<typeof conformanceResult>) =>
      lastLine(conformanceConsole(conformanceResult(...given), plain)).split(" ")[0];
    expect(verdictOf([caseResult("failed")])).toBe("FAILED");
    expect(verdictOf([should])).toBe("PASSED");
    expect(verdictOf([should], { strict: true })).toBe("FAILED");
    expect(verdictOf([caseResult("blocked")])).toBe("BLOCKED");
    expect(verdictOf([caseResult("errored")])).toBe("ERRORED");
    expect(verdictOf([caseResult("unexpected-pass")])).toBe("STALE");
    expect(verdictOf([caseResult("skipped", { reason: "interrupted" })], { isInterrupted: true })).toBe("INTERRUPTED");
  });

  it("tells once what a server that has died says to all the rest, behind what came before", () => {
    const refusal = { expected: "the server accepts the connection", actual: "nobody listens there", trace: [] };
    const first = caseResult("failed", { id: "frm.crash" });
    const rest = (count: number, level: "must" | "should" = "must") =>
      Array.from({ length: count }, (_, n) => caseResult("failed", { id: `msg.${n}`, level, ...refusal }));
    const text = (cases: readonly CaseResult[]) => conformanceConsole(conformanceResult(cases), plain);
    const told = "  6 cases: msg.0, msg.1, msg.2, msg.3 and 2 more\n    expected  the server accepts the connection\n";
    expect(text([...rest(6), first])).toMatch(/^FAILED {2}frm\.crash[\s\S]*\n\nFAILED {2}6 cases/m);
    expect(text([...rest(6), first])).toContain(`FAILED${told}    actual    nobody listens there\n\n7 cases: 7 failed`);
    expect(text(rest(6, "should"))).toContain(`WARNING${told}`);
    expect(text(rest(3))).toContain("FAILED  msg.2  (MUST");
  });

  it("begins with why most cases, or all, could not be judged", () => {
    const blocked = (count: number, reason: string) =>
      Array.from({ length: count }, (_, n) => caseResult("blocked", { id: `msg.${n}`, reason }));
    const text = (cases: readonly CaseResult[]) => conformanceConsole(conformanceResult(cases), plain);
    const none = text(blocked(3, "it speaks HTTP"));
    expect(none).toMatch(/^[^\n]*\n\nBLOCKED {2}nothing could be judged\n {4}because {3}it speaks HTTP\n\n {2}FRM/);
    expect(lastLine(none)).toBe("BLOCKED      nothing could be judged");
    expect(text([...blocked(3, "it speaks HTTP"), caseResult("skipped")])).toContain(
      "\nBLOCKED  nothing could be judged\n",
    );
    const most = text([...blocked(3, "nobody can log in"), caseResult("passed"), caseResult("passed")]);
    expect(most).toMatch(
      /^[^\n]*\n\nBLOCKED {2}3 of 5 cases could not be judged\n {4}because {3}nobody can log in\n\n {2}FRM/,
    );
    expect(lastLine(most)).toBe("BLOCKED      some cases could not be judged");
    expect(text([...blocked(2, "few accounts"), caseResult("passed"), caseResult("passed")])).toMatch(
      /^[^\n]*\n\n {2}FRM/,
    );
  });

  it("lets no server write lines of its own, or move the cursor", () => {
    const said = "\u001b[2J\u009b1m\u202e\r\nPASSED  msg.1";
    const shown = "\\u001b[2J\\u009b1m\\u202e\\r\\nPASSED  msg.1";
    const entry = { atMs: 1, connection: "http", event: "received", hex: null, length: 0, command: null, seqNum: null };
    const failed = caseResult("failed", {
      expected: "an answer",
      actual: said,
      trace: [{ ...entry, event: "received", text: said }],
    });
    const text = conformanceConsole(conformanceResult([failed]), plain);
    expect(text).toContain(`    actual    ${shown}\n`);
    expect(text).toContain(` < ${shown}\n`);
    const blocked = (reason: string) =>
      conformanceConsole(conformanceResult([caseResult("blocked", { reason })]), plain);
    expect(blocked(said)).toContain(`    because   ${shown}\n`);
    const refused = Array.from({ length: 5 }, (_, n) => ({ ...failed, id: `msg.${n}`, trace: [] }));
    expect(conformanceConsole(conformanceResult(refused), plain)).toContain(`    actual    ${shown}\n`);
  });

  it("counts warnings in words", () => {
    const should = caseResult("failed", { level: "should" });
    const text = (count: number) => conformanceConsole(conformanceResult(Array(count).fill(should)), plain);
    expect(text(1)).toContain("1 case: 1 failed (SHOULD); 1 failed SHOULD is a warning\n");
    expect(text(2)).toContain("2 cases: 2 failed (SHOULD); 2 failed SHOULDs are warnings\n");
  });
});
