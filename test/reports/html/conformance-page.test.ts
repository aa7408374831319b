import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conformanceHtml } from "../../../src/reports/html/conformance/conformance-html.js";
import type { NamedRun } from "../../../src/reports/html/conformance/conformance-page-data.js";
import { mutantsHtml } from "../../../src/reports/html/mutants/mutants-html.js";
import { caseResult } from "../../helpers/conformance-case.js";
import { conformanceResult, everyVerdict } from "../../helpers/conformance-result.js";
import { hostileText } from "../../helpers/hostile-text.js";
import { builtAssets, hasChromium, PageReader, type ReadPage } from "../../helpers/report-page.js";

const PHONE_PX = 390;
/** 210 mm without 10 mm on each side, at 96 pixels an inch. */
const A4_WITHIN_MARGINS_PX = 718;

const words = {
  requirement: (id: string) => ({ clauses: [{ level: "must", text: `what ${id} asks for` }], teamtalk: null }),
  why: (id: string) => `clients of ${id} break`,
};
const ours: NamedRun = { name: "ours", result: conformanceResult(everyVerdict) };
const theirs: NamedRun = {
  name: "theirs",
  result: conformanceResult([
    caseResult("failed", { id: "frm.split-header", expected: "an answer", actual: "nothing" }),
    caseResult("passed", { id: "frm.length-zero", requirements: ["FRM-04"] }),
  ]),
};
const hostile: NamedRun = {
  name: hostileText,
  result: conformanceResult([
    caseResult("failed", {
      id: "frm.hostile",
      title: hostileText,
      expected: hostileText,
      actual: hostileText,
      reason: hostileText,
      rerun: hostileText,
      trace: everyVerdict.flatMap(({ trace }) =>
        trace.map((entry) => ({ ...entry, text: hostileText, connection: hostileText })),
      ),
    }),
  ]),
};

describe.skipIf(!hasChromium)("the page of conformance runs in Chromium", () => {
  let reader: PageReader;
  beforeAll(async () => {
    reader = await PageReader.start();
  });
  afterAll(() => reader?.stop());

  const open = (...runs: NamedRun[]): Promise<ReadPage> =>
    reader.open(conformanceHtml(runs, words, builtAssets("conformance")));
  const listed = ({ page }: ReadPage) => page.locator(".cases > li").evaluateAll((items) => items.map(({ id }) => id));

  it("says which server was judged, and has lines for the lines of HTTP", async () => {
    const [first] = everyVerdict.flatMap(({ trace }) => trace);
    if (first === undefined) throw new Error("one has a trace");
    const text = "POST /query HTTP/1.1\r\nHost: ttk\r\n\r\n{}\r";
    const asked = { ...first, event: "sent" as const, hex: null, command: null, seqNum: null, text };
    const result = conformanceResult([caseResult("failed", { id: "hms.asked", actual: "500", trace: [asked] })]);
    const run = {
      name: "127.0.0.1:8400",
      result: { ...result, target: { ...result.target, role: "http-msg" as const } },
    };
    const read = await open(run);
    expect((await read.texts("#runs tbody th"))[0]).toMatch(/^127\.0\.0\.1:8400\s+http_msg_server /);
    await read.page.locator("button.case").click();
    expect(await read.texts(".wire td.said")).toEqual(["POST /query HTTP/1.1\nHost: ttk\n\n{}‹000d›"]);
  });

  it("is printed light, as wide as A4, with the largest group of requirements whole", async () => {
    const many = Array.from({ length: 24 }, (_, at) => {
      const number = String(at + 1).padStart(2, "0");
      return caseResult("passed", { id: `msg.case-${number}`, requirements: [`MSG-${number}`] });
    });
    const run = (name: string): NamedRun => ({ name, result: conformanceResult(many) });
    const pages = [run("reference-server"), run("deviating-server")];
    const { page } = await reader.open(conformanceHtml(pages, words, builtAssets("conformance")), {
      width: A4_WITHIN_MARGINS_PX,
      isDark: true,
    });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(A4_WITHIN_MARGINS_PX);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
  });

  it("asks for nothing but itself, and complains of nothing, whatever peers have sent", async () => {
    for (const runs of [[ours], [ours, theirs], [hostile], [{ name: "none", result: conformanceResult([]) }]]) {
      const read = await open(...runs);
      await read.page.locator("button.case").evaluateAll((buttons) => {
        for (const button of buttons) if (button instanceof HTMLElement) button.click();
      });
      expect(read.complaints).toEqual([]);
      expect(read.requests).toHaveLength(1);
      expect(await read.page.locator("img, main script").count()).toBe(0);
    }
  });

  it("fits on a phone, with how many failed, whatever cases are called", async () => {
    const title = "ignores a CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST whose body cannot be decoded";
    const known = { name: "127.0.0.1:38147", result: conformanceResult([caseResult("failed", { title })]) };
    const should = conformanceResult([caseResult("failed", { title, level: "should" })], { peer: "127.0.0.1:33711" });
    for (const run of [known, { name: "127.0.0.1:38147", result: should }, hostile]) {
      const html = conformanceHtml([run], words, builtAssets("conformance"));
      const { page } = await reader.open(html, { width: PHONE_PX });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE_PX);
      if (run === hostile) continue;
      const failed = await page.locator('#runs [data-count="failed"]').boundingBox();
      expect((failed?.x ?? Number.NaN) + (failed?.width ?? 0)).toBeLessThanOrEqual(PHONE_PX);
    }
  });

  it("says above all cases why most could not be judged, and of which run", async () => {
    const reason = "cannot connect to 127.0.0.1:1: nobody listens there (ECONNREFUSED)";
    const blocked = ["frm.a", "frm.b", "frm.c"].map((id) => caseResult("blocked", { id, reason }));
    const nothing = { name: "nothing", result: conformanceResult(blocked) };
    const most = { name: "most", result: conformanceResult([...blocked, caseResult("passed", { id: "frm.d" })]) };
    expect(await (await open(nothing)).texts(".hindrance")).toEqual([`nothing could be judged: ${reason}`]);
    expect(await (await open(ours, nothing, most)).texts(".hindrance")).toEqual([
      `nothing: nothing could be judged: ${reason}`,
      `most: 3 of 4 cases could not be judged: ${reason}`,
    ]);
    expect(await (await open(ours)).texts(".hindrance")).toEqual([]);
  });

  it("keeps what was said within a phone when a PDU's bytes are opened", async () => {
    const login = `0000003d0001000000010103000100000a0575736572371220${"35".repeat(32)}18012001`;
    const text = JSON.stringify({ user_name: "user7", password: "5".repeat(32), online_status: "USER_STATUS_ONLINE" });
    const failed = everyVerdict.filter(({ trace }) => trace.some((entry) => entry.hex !== null));
    const trace = failed
      .flatMap((result) => result.trace)
      .map((entry) => (entry.hex === null ? entry : { ...entry, hex: login, text, length: 61 }));
    const run = { name: "long", result: conformanceResult([caseResult("failed", { id: "lgn.long", trace })]) };
    const { page } = await reader.open(conformanceHtml([run], words, builtAssets("conformance")), { width: PHONE_PX });
    await page.locator("button.case").click();
    await page.locator(".wire button").first().click();
    await page.locator(".wire .bytes").waitFor();
    const rights = await page
      .locator(".wire > tbody > tr > td.said")
      .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().right));
    expect(rights.length).toBeGreaterThan(0);
    expect(Math.max(...rights)).toBeLessThanOrEqual(PHONE_PX);
  });

  it("shows the numbers of the JSON", async () => {
    const { page } = await open(ours);
    const { summary } = ours.result;
    for (const name of ["total", "passed", "failed", "blocked", "skipped", "errored"] as const) {
      expect(await page.locator(`#runs [data-count="${name}"]`).innerText()).toMatch(
        new RegExp(`^${summary[name]}\\b`),
      );
    }
    expect(await page.locator("#runs .badge").innerText()).toBe("THE SUITE FAILED");
  });

  it("lists first what somebody should look at, and filters by verdict and words", async () => {
    const read = await open(ours);
    const { page } = read;
    const findings = ["frm.length-zero", "msg.utf8-history", "msg.broken-case", "grp.message-ack", "lgn.kick-closes"];
    expect(await listed(read)).toEqual(findings);
    await page.getByRole("button", { name: /^all 10$/ }).click();
    expect(await listed(read)).toHaveLength(10);
    await page.getByRole("searchbox").fill("MSG-15 history");
    expect(await listed(read)).toEqual(["msg.utf8-history"]);
    await page.getByRole("searchbox").fill("no such thing");
    expect(await page.locator("#cases").innerText()).toContain("No case is like that.");
  });

  it("puts requirements against servers; a cell says what its cases came to and lists them", async () => {
    const read = await open(ours, theirs);
    const { page } = read;
    const cellOf = (run: number) => page.locator(".strip", { hasText: "FRM" }).locator("tbody tr").nth(run);
    expect(await cellOf(0).locator("button").allInnerTexts()).toEqual(["✓", "✗"]);
    expect(await cellOf(1).locator("button").allInnerTexts()).toEqual(["✗", "✓"]);
    const cell = cellOf(0).getByRole("button", { name: "FRM-04: 1 failed" });
    expect(await cell.getAttribute("title")).toContain("MUST what FRM-04 asks for");
    await cell.click();
    expect(await listed(read)).toEqual(["frm.length-zero"]);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: /different/ }).click();
    expect(await listed(read)).toContain("frm.split-header");
  });

  it("opens a case down to the bytes of a PDU", async () => {
    const { page } = await open(ours);
    await page.getByRole("button", { name: /frm\.length-zero/ }).press("Enter");
    const detail = page.locator("#frm\\.length-zero .detail");
    const text = await detail.innerText();
    expect(text).toContain("FRM-04 MUST what FRM-04 asks for");
    expect(text).toContain("clients of frm.length-zero break");
    expect(text).toContain("the server closes a client within 5000 ms");
    expect(text).toContain("it is still open; nothing else came");
    expect(text).toContain("ttk conform 127.0.0.1:8000 --only frm.length-zero");
    await detail.getByRole("button", { name: "CID_OTHER_HEARTBEAT" }).first().click();
    expect((await detail.locator(".bytes tr").allInnerTexts()).slice(0, 3)).toEqual([
      "0000\t00 00 00 10\tlength = 16",
      "0004\t00 01\tversion = 1",
      "0006\t00 00\tflag = 0",
    ]);
    await detail.getByText("Sequence diagram").click();
    const lanes = await detail.locator("svg .head + text").allTextContents();
    expect(lanes).toEqual(["user7 windows", "127.0.0.1:8000"]);
  });

  it("opens the case that a link names", async () => {
    const { page } = await open(ours);
    await page.goto(`${page.url()}#frm.split-header`);
    await page.reload();
    expect(await page.locator("#frm\\.split-header .detail").count()).toBe(1);
  });
});

describe.skipIf(!hasChromium)("the page of mutants in Chromium", () => {
  it("shows who kills whom, who survives, and filters", async () => {
    const reader = await PageReader.start();
    try {
      const matrix = {
        mutants: [{ id: "ack-before-store", breaks: ["MSG-05"] }, { id: "seq-off-by-one" }, { id: hostileText }],
        cases: [{ id: "msg.ack" }, { id: "frm.seq" }, { id: "con.idle", reason: "it waits for minutes" }],
        kills: { "ack-before-store": ["msg.ack"], "seq-off-by-one": ["frm.seq", "msg.ack"] },
      };
      const { page, complaints } = await reader.open(mutantsHtml(matrix, builtAssets("mutants")));
      expect(await page.locator(".number .value").allInnerTexts()).toEqual(["2", "2", "0"]);
      expect(await page.locator("header").innerText()).toContain("1 SURVIVE");
      expect(await page.locator(".grid tbody tr").allInnerTexts()).toEqual([
        "ack-before-store\t1\t●\t",
        "seq-off-by-one\t2\t●\t●",
        expect.stringContaining("</script>"),
      ]);
      await page.getByRole("searchbox").fill("MSG-05");
      expect(await page.locator(".grid tbody tr").allInnerTexts()).toEqual(["ack-before-store\t1\t●"]);
      expect(complaints).toEqual([]);
    } finally {
      await reader.stop();
    }
  });

  it("has few elements for hundreds of mutants and cases, and dots beneath their cases", async () => {
    const reader = await PageReader.start();
    try {
      const numbers = Array.from({ length: 400 }, (_, at) => at);
      const matrix = {
        mutants: numbers.map((at) => ({ id: `mutant-${at}` })),
        cases: numbers.map((at) => ({ id: `case.${at}` })),
        kills: Object.fromEntries(numbers.map((at) => [`mutant-${at}`, [`case.${at}`, `case.${399 - at}`]])),
      };
      const { page } = await reader.open(mutantsHtml(matrix, builtAssets("mutants")));
      expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(10_000);
      const middleOf = async (selector: string) => {
        const box = await page.locator(selector).boundingBox();
        return (box?.x ?? 0) + (box?.width ?? 0) / 2;
      };
      const dot = await middleOf('.grid td[title="case.5 kills mutant-394"]');
      expect(Math.abs(dot - (await middleOf(".grid thead th:nth-child(8)")))).toBeLessThan(2);
    } finally {
      await reader.stop();
    }
  });

  it("names the killers in words on paper and on a phone, where the grid has no room", async () => {
    const reader = await PageReader.start();
    try {
      const cases = [{ id: "msg.ack" }, { id: "frm.seq" }];
      const matrix = { mutants: [{ id: "a" }, { id: "b" }], cases, kills: { a: ["msg.ack", "frm.seq"] } };
      const html = mutantsHtml(matrix, builtAssets("mutants"));
      const shown = async ({ page }: ReadPage) => [
        await page.locator(".grid").isVisible(),
        ...(await page.locator(".kill-list:visible dd").allInnerTexts()),
      ];
      const wide = await reader.open(html);
      expect(await shown(wide)).toEqual([true]);
      const words = [false, "msg.ack, frm.seq", "no case finds it"];
      await wide.page.emulateMedia({ media: "print" });
      expect(await shown(wide)).toEqual(words);
      expect(await shown(await reader.open(html, { width: PHONE_PX }))).toEqual(words);
    } finally {
      await reader.stop();
    }
  });
});
