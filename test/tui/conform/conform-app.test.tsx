import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { CaseResult } from "../../../src/runner/conformance/conformance-result.js";
import { widthOf } from "../../../src/tui/components/fit-text.js";
import { ConformApp } from "../../../src/tui/conform/conform-app.js";
import { ConformView } from "../../../src/tui/conform/conform-view.js";
import { themeFor } from "../../../src/tui/theme.js";
import { caseResult } from "../../helpers/conformance-case.js";
import { conformanceResult, everyVerdict } from "../../helpers/conformance-result.js";
import { hostileText } from "../../helpers/hostile-text.js";
import { frameAt, framedSizes, terminalSizes } from "../../helpers/terminal-frame.js";

const waiting: readonly CaseResult[] = [
  caseResult("passed", { id: "msg.waits", requirements: ["MSG-02"] }),
  caseResult("passed", { id: "con.idle-pc", requirements: ["CON-03"] }),
];

interface Opened {
  readonly view: ConformView;
  readonly done: string[];
}

/** Half a run: what `results` say has come, the rest is under way. */
function opened(results: readonly CaseResult[] = everyVerdict): Opened {
  const done: string[] = [];
  let nowMs = 0;
  const view = new ConformView(
    { target: "msg_server  127.0.0.1:8000", cases: [...results, ...waiting], repeat: 1, isStrict: false },
    { now: () => nowMs, interrupt: () => done.push("interrupt"), close: () => done.push("close") },
  );
  for (const { id } of waiting) view.take({ type: "case-started", id, waitsForTimeout: true });
  nowMs = 1500;
  results.forEach((result, at) => {
    view.take({ type: "case-finished", result, finished: at + 1, total: results.length + waiting.length });
  });
  return { view, done };
}

function finish(view: ConformView): void {
  waiting.forEach((result, at) => {
    const finished = everyVerdict.length + at + 1;
    view.take({ type: "case-finished", result, finished, total: everyVerdict.length + waiting.length });
  });
  view.take({ type: "run-finished", result: conformanceResult([...everyVerdict, ...waiting]) });
}

function press(view: ConformView, ...keys: string[]): ConformView {
  for (const name of keys) view.press({ name });
  return view;
}

function frameOf(view: ConformView, [columns, rows]: readonly [number, number] = [80, 24], styled = false): string {
  return frameAt(<ConformApp view={view} theme={themeFor(styled)} />, columns, rows);
}

describe("ConformView", () => {
  it("stops the run by q, and leaves it by q once it is over", () => {
    const { view, done } = opened();
    finish(view);
    expect(done).toEqual([]);
    press(view, "q");
    expect(done).toEqual(["close"]);
    const stopped = opened();
    press(stopped.view, "q");
    finish(stopped.view);
    expect(stopped.done).toEqual(["interrupt", "close"]);
  });

  it("says in the end that nothing could be judged, when that is so", () => {
    const [judged, blocked] = [caseResult("passed"), caseResult("blocked", { id: "msg.a", reason: "it speaks HTTP" })];
    const headerAfter = (results: readonly CaseResult[]) => {
      const { view } = opened(results);
      view.take({ type: "run-finished", result: conformanceResult(results) });
      return frameOf(view).split("\n")[1];
    };
    expect(headerAfter([blocked])).toContain("BLOCKED     nothing could be judged");
    expect(headerAfter([blocked, judged])).toContain("BLOCKED     some cases could not be judged");
  });

  it("keeps the cursor on its finding when a graver one comes before it", () => {
    const { view } = opened();
    press(view, "G", "k");
    const [before] = [view.findings.rows[view.selected]];
    const late = caseResult("failed", { id: "con.late", requirements: ["CON-01"], actual: "nothing" });
    view.take({ type: "case-finished", result: late, finished: everyVerdict.length + 1, total: 20 });
    expect(view.findings.rows[view.selected]).toEqual(before);
  });

  it("has one row for all that is blocked for one reason", () => {
    const blocked = ["a.one", "a.two"].map((id) => caseResult("blocked", { id, reason: "no login" }));
    expect(opened(blocked).view.findings.rows).toEqual([
      { kind: "blocked", reason: "no login", ids: ["a.one", "a.two"] },
    ]);
  });

  it("counts all runs of a case that does not run", () => {
    const [skipped] = everyVerdict.filter(({ verdict }) => verdict === "skipped");
    if (skipped === undefined) throw new Error("one is skipped");
    const view = new ConformView(
      { target: "", cases: [skipped], repeat: 3, isStrict: false },
      { now: () => 0, interrupt: () => {}, close: () => {} },
    );
    view.take({ type: "case-finished", result: skipped, finished: 3, total: 3 });
    expect(view.groups.all).toMatchObject({ total: 3, counts: { other: 3 } });
  });

  it("goes into a finding while the rest runs: its PDUs, their fields and bytes", () => {
    const { view } = opened();
    press(view, "return");
    const frame = frameOf(view, [120, 40]);
    expect(frame).toContain("closes the connection when length is 0");
    expect(frame).toContain("MSG_DATA");
    expect(frame).toContain("00 00 00 10 00 01 00 00");
    expect(frame).not.toContain("BUDDY_LIST_STATUS_NOTIFY");
    expect(frameOf(press(view, "a"), [120, 40])).toContain("BUDDY_LIST_STATUS_NOTIFY");
  });

  it("survives any keys, before and after the end", () => {
    const { view } = opened();
    const keys = ["up", "down", "return", "n", "N", "G", "g", "escape", "a", "?", "pagedown", "x", "tab", "left", " "];
    let at = 7;
    for (let count = 0; count < 80; count++) {
      at = (at * 31 + 17) % 1009;
      press(view, keys[at % keys.length] as string);
      if (count === 40) finish(view);
      frameOf(view);
    }
  });
});

describe("ConformApp", () => {
  it.each(
    framedSizes.flatMap((size) => [
      { name: "running", keys: [], isOver: false, size },
      { name: "finding", keys: ["return"], isOver: false, size },
      { name: "over", keys: [], isOver: true, size },
      { name: "help", keys: ["?"], isOver: false, size },
    ]),
  )("looks as it always did: $name at $size", async ({ name, keys, isOver, size }) => {
    const { view } = opened();
    if (isOver) finish(view);
    press(view, ...keys);
    await expect(`${frameOf(view, size)}\n`).toMatchFileSnapshot(`frames/${name}-${size.join("x")}.txt`);
  });

  it.each(terminalSizes)("shows the same at %d×%d in colour, colours apart", (columns, rows) => {
    const { view } = opened();
    for (const keys of [[], ["return"]]) {
      press(view, ...keys);
      const styled = stripVTControlCharacters(frameOf(view, [columns, rows], true)).split("\n");
      expect(Math.max(...styled.map(widthOf))).toBe(columns);
      expect(styled.length).toBe(rows - 1);
    }
  });

  it("shows what a peer wrote without what could move the cursor", () => {
    const hostile = caseResult("failed", { id: "msg.hostile", actual: `${hostileText}\u001b[2J`, reason: hostileText });
    const { view } = opened([hostile]);
    for (const keys of [[], ["return"]]) {
      const frame = frameOf(press(view, ...keys));
      expect(frame).not.toMatch(/\p{Cc}(?<!\n)|[\u202e\u2066]/u);
      expect(frame).toContain("alert(1)");
    }
  });

  it("keeps a finding's rerun line at 80×24, however long the answer was", () => {
    const actual = `it came: ${"0x0203 CID_BUDDY_LIST_STATUS_NOTIFY, ".repeat(30)}`;
    const frame = frameOf(press(opened([caseResult("failed", { id: "msg.long", actual })]).view, "return"));
    expect(frame).toMatch(/actual +it came: (.*\n)+.*…\nrerun +ttk conform/);
  });

  it("shows what the selected finding is about beside the list, where there is room", () => {
    const { view } = opened();
    expect(frameOf(view, [120, 40])).toContain("closes the connection when length is 0 (FRM-04)");
    press(view, "down");
    expect(frameOf(view, [120, 40])).not.toContain("closes the connection when length is 0 (FRM-04)");
    expect(frameOf(view)).not.toContain("Enter: all of it");
  });

  it.each([
    [40, 10],
    [40, 8],
    [80, 10],
  ])("shows findings, and what one is about, on a low terminal: %d×%d", (columns, rows) => {
    const { view } = opened();
    const [, verdict, heading, , first] = frameOf(view, [columns, rows]).split("\n");
    expect(verdict).toContain("FAILS");
    expect(heading).toContain("Findings");
    expect(first).toMatch(/^> FAILED +frm\.length-zero/);
    const low = frameOf(press(view, "G"), [columns, rows]);
    expect(low).toContain(`${view.findings.rows.length} / ${view.findings.rows.length}`);
    expect(low).toMatch(/^> /m);
    press(view, "g", "return");
    const finding = frameOf(view, [columns, rows]);
    expect(finding).toMatch(/MUST +closes the connection/);
    expect(`${low}${finding}`).not.toMatch(/……| …$/m);
    expect(finding).toMatch(/^> +\d\.\d{3} s/m);
  });

  it("has whole commands in the wire log of a narrow terminal", () => {
    const frame = frameOf(press(opened().view, "return", "up", "up"), [40, 24]);
    expect(frame).toMatch(/^> +\d\.\d{3} s [<>-]+ +OTHER_HEARTBEAT +[│┃]$/m);
  });

  it("praises nobody before a case has been judged", () => {
    expect(frameOf(opened([]).view).split("\n")[1]).toMatch(/· WAITS +no case has been judged yet/);
    expect(frameOf(opened([caseResult("passed")]).view).split("\n")[1]).toContain("✔ HOLDS");
  });

  it("has its help in full at 80×24", () => {
    const help = frameOf(press(opened().view, "?"));
    expect(help).toMatch(/afterwards: leave, and print the report +│/);
    expect(help).not.toContain("…");
  });

  it("says where the suite listens until somebody dials", () => {
    const { view } = opened([]);
    view.take({
      type: "links-awaited",
      by: "msg_server",
      listening: [{ name: "db_proxy_server", address: { host: "127.0.0.1", port: 1 } }],
    });
    expect(frameOf(view)).toContain("for the msg_server to dial db_proxy_server 127.0.0.1:1");
  });
});
