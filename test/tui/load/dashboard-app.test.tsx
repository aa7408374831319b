import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { widthOf } from "../../../src/tui/components/fit-text.js";
import { DashboardApp } from "../../../src/tui/load/dashboard-app.js";
import { dashboardPanels, LoadDashboard } from "../../../src/tui/load/load-dashboard.js";
import { themeFor } from "../../../src/tui/theme.js";
import { heldLoad } from "../../helpers/load-result.js";
import { failingSecond, loadSecond } from "../../helpers/load-second.js";
import { recordingHands } from "../../helpers/recording-hands.js";
import { frameAt, framedSizes, terminalSizes } from "../../helpers/terminal-frame.js";

function watched(seconds: number, live = {}): LoadDashboard {
  const target = "127.0.0.1:8000 127.0.0.1:8001";
  const dashboard = new LoadDashboard({ scenario: "steady-chat", target, users: 500, devices: 1000 });
  dashboard.take({ type: "phase", phase: "ramp-up", atMs: 0 });
  dashboard.take({ type: "phase", phase: "steady", atMs: 900 });
  for (let n = 1; n <= seconds; n++) dashboard.take(loadSecond(n, n === seconds ? live : {}));
  return dashboard;
}

async function press(dashboard: LoadDashboard, ...keys: string[]): Promise<LoadDashboard> {
  for (const name of keys) await dashboard.press({ name });
  return dashboard;
}

function frameOf(
  dashboard: LoadDashboard,
  [columns, rows]: readonly [number, number] = [80, 24],
  styled = false,
): string {
  return frameAt(<DashboardApp dashboard={dashboard} theme={themeFor(styled)} />, columns, rows);
}

describe("LoadDashboard", () => {
  it("pauses and goes on, scales in steps and back, tags, takes snapshots", async () => {
    const dashboard = watched(3);
    const hands = recordingHands();
    dashboard.steer(hands);
    await press(dashboard, "p", "p", "+", "+", "-", "0", "0", "t", ..."deploy", "return", "t", "x", "escape", "s");
    expect(hands.done).toEqual([
      ...["pause", "resume", "scale 1.25", "scale 1.5", "scale 1.25", "scale 1", "mark deploy", "snapshot"],
    ]);
    expect(dashboard.message).toBe("written: ttk-load-now.json");
  });

  it("types letters that are keys into a tag, q and ? too", async () => {
    const dashboard = watched(3);
    const hands = recordingHands();
    dashboard.steer(hands);
    await press(dashboard, "t", ..."pq?s", "return");
    expect(hands.done).toEqual(["mark pq?s"]);
  });

  it("stops by q and by Ctrl-C, and says that a second time ends it at once", async () => {
    const dashboard = watched(3);
    const hands = recordingHands();
    dashboard.steer(hands);
    await press(dashboard, "q");
    expect(frameOf(dashboard)).toContain("again ends it now");
    await dashboard.press({ name: "c", ctrl: true });
    expect(hands.done).toEqual(["interrupt", "interrupt"]);
  });

  it("says what those wait for who come online", () => {
    const nothing = { ...heldLoad.delivery, sent: 0 };
    const waiting = "waiting for answers to logins: 64, for up to 12.0 s";
    const dashboard = watched(3, { counts: nothing, waiting, serverFaults: [], thresholds: [] });
    expect(frameOf(dashboard).split("\n")[1]).toContain(waiting);
  });

  it("says why there is no snapshot", async () => {
    const dashboard = watched(3);
    dashboard.steer({ ...recordingHands(), snapshot: () => Promise.reject(new Error("EACCES: permission denied")) });
    await press(dashboard, "s");
    expect(frameOf(dashboard)).toContain("no snapshot: EACCES");
  });

  it("lets a message go after some seconds", async () => {
    const dashboard = watched(3);
    dashboard.take({ type: "mark", mark: { atMs: 1234, label: "deploy" } });
    expect(frameOf(dashboard)).toContain("deploy at 1.23 s");
    for (let n = 4; n < 8; n++) dashboard.take(loadSecond(n));
    expect(frameOf(dashboard).split("\n").at(-1)).toContain("? help");
  });
});

describe("DashboardApp", () => {
  it.each(
    framedSizes.flatMap((size) => [
      ...dashboardPanels.map((panel, at) => ({ name: panel, seconds: 25, live: {}, keys: [String(at + 1)], size })),
      { name: "failing", seconds: 12, live: failingSecond, keys: [], size },
      { name: "help", seconds: 3, live: {}, keys: ["?"], size },
    ]),
  )("looks as it always did: $name at $size", async ({ name, seconds, live, keys, size }) => {
    const dashboard = watched(seconds, live);
    dashboard.take({ type: "mark", mark: { atMs: 3500, label: "deploy 王" } });
    for (let n = seconds + 1; n < seconds + 5; n++) dashboard.take(loadSecond(n, live));
    const frame = frameOf(await press(dashboard, ...keys), size);
    await expect(`${frame}\n`).toMatchFileSnapshot(`frames/${name}-${size.join("x")}.txt`);
  });

  it.each(terminalSizes)("shows the same at %d×%d in colour, colours apart", (columns, rows) => {
    const dashboard = watched(12, failingSecond);
    const styled = stripVTControlCharacters(frameOf(dashboard, [columns, rows], true)).split("\n");
    expect(Math.max(...styled.map(widthOf))).toBe(columns);
    expect(styled.length).toBe(rows - 1);
  });

  it.each([
    [40, 10],
    [40, 8],
    [120, 10],
  ])("has numbers, and not headings alone, on a low terminal: %d×%d", async (columns, rows) => {
    const bodyOf = async (panel: string) =>
      frameOf(await press(watched(12, failingSecond), panel), [columns, rows])
        .split("\n")
        .slice(1, -1);
    const [verdict, progress, heading, ...overview] = await bodyOf("1");
    expect(verdict).toContain("✘ FAILS");
    expect(progress).toMatch(/\d+ %/);
    expect(heading).toContain("Slowest commands");
    expect(overview[1]).toMatch(/^message \w+ +[\d,]+ .*ms/);
    expect((await bodyOf("2"))[2]).toContain("Delivery latency");
    expect((await bodyOf("3"))[3]).toMatch(/^sent +[\d,]+\/s/);
    expect((await bodyOf("5"))[3]).toMatch(/\S/);
    for (const panel of ["1", "2", "3", "4", "5"]) {
      expect((await bodyOf(panel)).filter((line) => line.startsWith("──"))).toHaveLength(1);
    }
  });

  it.each([
    [40, 15],
    [40, 24],
    [63, 20],
  ])("cuts no number where there is little room: %d×%d", async (columns, rows) => {
    for (const panel of ["1", "2", "3", "4", "5"]) {
      const [, , ...lines] = frameOf(await press(watched(12, failingSecond), panel), [columns, rows]).split("\n");
      expect(lines.filter((line) => /\d…|[a-z]…$/.test(line) && !line.startsWith("!"))).toEqual([]);
    }
  });

  it("has everything where it was when numbers grow", () => {
    const columnsOf = (frame: string) =>
      frame.split("\n").map((line) => [...line].flatMap((char, at) => (/[│╭╮╰╯┤]/.test(char) ? [at] : [])));
    const size = [120, 40] as const;
    const before = columnsOf(frameOf(watched(12), size));
    const dashboard = watched(12);
    const grown = loadSecond(13, { eventLoopLagP99Ms: 99_999 });
    if (grown.type !== "second") throw new Error("it is a second");
    dashboard.take({
      ...grown,
      snapshot: { ...grown.snapshot, users: 123_456, devicesOnline: 246_912, inFlight: 99_999, sentPerSecond: 987_654 },
    });
    expect(columnsOf(frameOf(dashboard, size))).toEqual(before);
  });

  it.each(terminalSizes)("never leaves out what is wrong at %d×%d", async (columns, rows) => {
    const counts = { ...heldLoad.delivery, duplicated: 41, notInHistory: 42, unreadWrong: 43 };
    for (const panel of ["1", "3"]) {
      const frame = frameOf(await press(watched(3, { counts }), panel), [columns, rows]);
      const shown = ["!41", "!42", "!43"].filter((number) => frame.includes(number));
      // Beneath the curves of 24 lines there is one line for faults.
      expect(shown).toHaveLength(panel === "3" && rows === 24 ? 2 : 3);
    }
  });

  it("shows how many read acks were told on, once there are any", async () => {
    const counts = { ...heldLoad.delivery, readsExpected: 90, readsTold: 88 };
    const size = [200, 60] as const;
    expect(frameOf(watched(3, { counts }), size)).toMatch(/reads told +88 of 90/);
    expect(frameOf(watched(3), size)).not.toContain("reads told");
  });

  it("draws a latency's threshold across its curves, where they come near it", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: red begins with an escape
    const red = /\u001b\[31m[\u2801-\u28ff]+/;
    const withLimit = (expression: string) => {
      const thresholds = [{ metric: "msg_delivery_duration", expression, ok: true, actual: 1 }];
      return frameOf(watched(12, { thresholds }), [80, 24], true);
    };
    expect(withLimit("p(99)<90")).toMatch(red);
    expect(withLimit("p(99)<90000")).not.toMatch(red);
    expect(withLimit("count>90")).not.toMatch(red);
  });

  it("cuts a threshold's metric rather than what it must be", async () => {
    const metric = "pull_duration{pull:group_info,device:android}";
    const thresholds = [{ metric, expression: "p(99.9)<1000", ok: false, actual: 1234.5, unit: "ms" as const }];
    const frame = frameOf(watched(3, { thresholds }), [80, 24]);
    expect(frame).toMatch(/✘ pull_du[^ ]*… p\(99\.9\)<1000 +1\.23 s/);
  });

  it("has the verdict first, and what fails in it", () => {
    expect(frameOf(watched(3)).split("\n")[1]).toContain("✔ HOLDS");
    expect(frameOf(watched(3, failingSecond)).split("\n")[1]).toMatch(
      /✘ FAILS +3 duplicated, 1 out of order, errors count==0/,
    );
    const unsure = { doubts: ["the generator was 97 % busy"] };
    expect(frameOf(watched(3, unsure)).split("\n")[1]).toContain("! NOT VALID  the generator was 97 % busy");
  });

  it("shows how many are online before the steady phase", () => {
    const dashboard = new LoadDashboard({ scenario: "steady-chat", target: "", users: 500, devices: 1000 });
    dashboard.take({ type: "phase", phase: "ramp-up", atMs: 0 });
    expect(frameOf(dashboard)).toContain("0 of 1,000 devices online");
  });
});
