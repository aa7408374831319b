import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conformanceJunit } from "../../../src/reports/conformance/conformance-junit.js";
import { conformanceMarkdown } from "../../../src/reports/conformance/conformance-markdown.js";
import { conformanceTap } from "../../../src/reports/conformance/conformance-tap.js";
import { caseResult } from "../../helpers/conformance-case.js";
import { conformanceResult, everyVerdict } from "../../helpers/conformance-result.js";

const withFlaky = [
  ...everyVerdict,
  caseResult("failed", {
    id: "msg.flaky",
    expected: "<b>",
    actual: "]]> & \u0000",
    runs: { total: 3, passed: 2, failed: 1 },
  }),
];

describe.each([
  { name: "junit", file: "conformance-junit.xml", render: conformanceJunit },
  { name: "tap", file: "conformance.tap", render: conformanceTap },
  { name: "markdown", file: "conformance-markdown.txt", render: conformanceMarkdown },
])("the $name report", ({ file, render }) => {
  it("shows each verdict, with the evidence for what did not pass", async () => {
    await expect(render(conformanceResult(withFlaky))).toMatchFileSnapshot(`../golden/${file}`);
  });

  it("is complete when nothing ran", () => {
    expect(render(conformanceResult([], { isInterrupted: true }))).not.toBe("");
  });
});

describe("the junit report", () => {
  const counts = (xml: string) =>
    /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"/
      .exec(xml)
      ?.concat(String(xml.match(/<skipped /g)?.length ?? 0));

  it("keeps failures, errors and skips apart", () => {
    expect(counts(conformanceJunit(conformanceResult(everyVerdict)))?.slice(1)).toEqual(["10", "2", "2", "4"]);
  });

  it("keeps the rules of Jenkins' schema: which elements and attributes stand where, and one outcome a case at most", () => {
    const attributes: Readonly<Record<string, readonly string[]>> = {
      testsuites: ["name", "time", "tests", "failures", "disabled", "errors"],
      testsuite: ["name", "tests", "failures", "errors", "time", "disabled", "skipped", "timestamp", "hostname", "id"],
      testcase: ["name", "assertions", "time", "classname", "status"],
      skipped: ["message", "type"],
      error: ["message", "type"],
      failure: ["message", "type"],
    };
    const xml = conformanceJunit(conformanceResult(withFlaky));
    for (const [, name = "", text = ""] of xml.matchAll(/<([a-z]+)((?: [a-z]+="[^"]*")*)\/?>/g)) {
      const given = [...text.matchAll(/ ([a-z]+)=/g)].map(([, each]) => each);
      expect(attributes[name], name).toEqual(expect.arrayContaining(given));
      expect(new Set(given).size).toBe(given.length);
    }
    for (const [, inside = ""] of xml.matchAll(/<testcase [^>]*[^/]>([\s\S]*?)<\/testcase>/g)) {
      expect(inside.match(/<(?:skipped|error|failure) /g)).toHaveLength(1);
    }
    for (const [suite, tests, failures, errors, skipped] of xml.matchAll(
      /<testsuite [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"[\s\S]*?<\/testsuite>/g,
    )) {
      const count = (element: string) => String(suite.match(new RegExp(`<${element} `, "g"))?.length ?? 0);
      expect([tests, failures, errors, skipped]).toEqual(["testcase", "failure", "error", "skipped"].map(count));
    }
  });

  it("counts a failed SHOULD as a failure when the run is strict", () => {
    const cases = [caseResult("failed", { level: "should" })];
    expect(counts(conformanceJunit(conformanceResult(cases)))?.slice(1)).toEqual(["1", "0", "0", "1"]);
    expect(counts(conformanceJunit(conformanceResult(cases, { strict: true })))?.slice(1)).toEqual([
      "1",
      "1",
      "0",
      "0",
    ]);
  });

  it("holds only characters that XML has, escaped, whatever a server sent", () => {
    const unit = fc.oneof(
      fc.constantFrom("<", ">", "&", '"', "]]>", "\ud83e", "\u0000"),
      fc.nat({ max: 0xffff }).map((n) => String.fromCharCode(n)),
    );
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const text = units.join("");
        const xml = conformanceJunit(conformanceResult([caseResult("failed", { expected: text, title: text })]));
        expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
        expect(xml.replaceAll(/&(?:amp|lt|gt|quot);/g, "")).not.toContain("&");
        expect(xml.match(/<\/?[a-z]+/g)).toEqual([
          "<testsuites",
          "<testsuite",
          "<testcase",
          "<failure",
          "</failure",
          "</testcase",
          "</testsuite",
          "</testsuites",
        ]);
      }),
    );
  });
});

describe("the tap report", () => {
  it("numbers its points as it planned, and bails out of an interrupted run", () => {
    const text = conformanceTap(conformanceResult(everyVerdict, { isInterrupted: true }));
    const numbers = [...text.matchAll(/^(?:not )?ok (\d+)/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(everyVerdict.map((_, index) => index + 1));
    expect(text).toContain(`1..${everyVerdict.length}\n`);
    expect(text.trimEnd().split("\n").at(-1)).toBe("Bail out! interrupted");
  });
});
