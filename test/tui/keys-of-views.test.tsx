import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ReactElement } from "react";
import { describe, expect, it } from "vitest";
import { loadIndex } from "../../src/cli/browse/load-index.js";
import { MemoryPduStore } from "../../src/codec/analysis/pdu-store.js";
import { BrowseApp } from "../../src/tui/browse/browse-app.js";
import { browseKeys } from "../../src/tui/browse/browse-keys.js";
import { Browser } from "../../src/tui/browse/browser.js";
import type { KeyHint } from "../../src/tui/components/key-hints.js";
import { type KeyMeaning, keyMeanings, keysFor, keysText, meaningOf } from "../../src/tui/components/key-map.js";
import type { Key } from "../../src/tui/components/keys.js";
import { ConformApp } from "../../src/tui/conform/conform-app.js";
import { conformKeys } from "../../src/tui/conform/conform-keys.js";
import { ConformView } from "../../src/tui/conform/conform-view.js";
import { DashboardApp } from "../../src/tui/load/dashboard-app.js";
import { dashboardKeys } from "../../src/tui/load/dashboard-keys.js";
import { LoadDashboard } from "../../src/tui/load/load-dashboard.js";
import { LogTail } from "../../src/tui/serve/log-tail.js";
import { ServeApp } from "../../src/tui/serve/serve-app.js";
import { serveKeys } from "../../src/tui/serve/serve-keys.js";
import { ServeView } from "../../src/tui/serve/serve-view.js";
import { themeFor } from "../../src/tui/theme.js";
import { caseResult } from "../helpers/conformance-case.js";
import { everyVerdict } from "../helpers/conformance-result.js";
import { clientStatus, FakeInspection } from "../helpers/fake-inspection.js";
import { recordingHands } from "../helpers/recording-hands.js";
import { frameAt } from "../helpers/terminal-frame.js";

const theme = themeFor(false);

interface OpenedView {
  readonly press: (key: Key) => Promise<void> | void;
  readonly app: ReactElement;
  /** What keys have had done outside the view. */
  readonly done: readonly string[];
}

interface KnownView {
  readonly command: string;
  readonly table: readonly KeyHint[];
  /** In a state where moving on is possible. */
  readonly open: () => OpenedView;
  /** Keys that first bring what a meaning needs to have an effect. */
  readonly before: Readonly<Partial<Record<KeyMeaning, string>>>;
  /** Screens on which keys without a meaning here are tried, as keys that lead there. */
  readonly screens: readonly string[];
}

const capture = fileURLToPath(new URL("../../fixtures/captures/cluster-session.pcap", import.meta.url));
const pdus = await loadIndex(capture, new MemoryPduStore(), {
  cwd: "/",
  signal: new AbortController().signal,
  onProgress: () => {},
});

const views: readonly KnownView[] = [
  {
    command: "ttk load",
    table: dashboardKeys,
    open: () => {
      const dashboard = new LoadDashboard({ scenario: "steady-chat", target: "", users: 5, devices: 10 });
      const hands = recordingHands();
      dashboard.steer(hands);
      return {
        press: (key) => dashboard.press(key),
        app: <DashboardApp {...{ dashboard, theme }} />,
        done: hands.done,
      };
    },
    before: { asPlanned: "+", back: "2" },
    screens: ["", "2", "3", "4", "5"],
  },
  {
    command: "ttk conform",
    table: conformKeys,
    open: () => {
      const done: string[] = [];
      const hands = { now: () => 0, interrupt: () => done.push("interrupt"), close: () => done.push("close") };
      const results = [...everyVerdict, ...["a", "b"].map((id) => caseResult("failed", { id, actual: "nothing" }))];
      const view = new ConformView({ target: "", cases: results, repeat: 1, isStrict: false }, hands);
      results.forEach((result, at) => {
        view.take({ type: "case-finished", result, finished: at + 1, total: results.length });
      });
      view.press({ name: "down" });
      view.press({ name: "down" });
      return { press: (key) => view.press(key), app: <ConformApp {...{ view, theme }} />, done };
    },
    before: { allEntries: "g\r", back: "\r" },
    screens: ["", "\r"],
  },
  {
    command: "ttk serve",
    table: serveKeys,
    open: () => {
      const clients = [7, 8, 9].map((id) =>
        clientStatus({ userId: id, userName: `user${id}`, peer: `10.0.0.1:${id}` }),
      );
      const inspection = new FakeInspection(clients);
      const log = new LogTail();
      for (let line = 1; line <= 90; line++) log.add({ kind: "notes", text: () => `02:23:35.120 line ${line}` });
      const { done } = inspection;
      const options = { inspection, log, adminAddresses: [], hasPdus: true, onAction: () => {} };
      const view = new ServeView({ ...options, onQuit: () => done.push("quit") });
      view.sample(0);
      for (const name of ["2", "down", "1", "down", "down"]) view.press({ name });
      return { press: (key) => view.press(key), app: <ServeApp {...{ view, theme }} />, done };
    },
    before: { act: "2", actOnUser: "2", back: "p" },
    screens: ["", "2", "3", "4", "5"],
  },
  {
    command: "ttk browse",
    table: browseKeys,
    open: () => {
      const done: string[] = [];
      const browser = new Browser(pdus, { title: "", onQuit: () => done.push("quit") });
      browser.select(20);
      browser.search = "userlogin";
      return { press: (key) => browser.press(key), app: <BrowseApp {...{ browser, theme }} />, done };
    },
    before: { back: "\r" },
    screens: ["", "\r", "v"],
  },
];

const named = views.map((view) => [view.command, view] as const);

/** A key by what it sends or by its name; those that begin with `^` are with Ctrl. */
function keyOf(name: string): Key {
  if (name === "\t") return { name: "tab" };
  if (name === "\r") return { name: "return" };
  return name.startsWith("^") ? { name: name.slice(1), ctrl: true } : { name };
}

async function pressed(view: OpenedView, keys: Iterable<string>): Promise<void> {
  for (const key of keys) await view.press(keyOf(key));
}

/** What a key can change. */
function stateOf({ app, done }: OpenedView): string {
  return [frameAt(app, 100, 30), ...done].join("\n");
}

function meaningsOf(table: readonly KeyHint[]): KeyMeaning[] {
  return table.flatMap(([meanings]) => meanings);
}

describe("keys", () => {
  it("have one meaning each, whichever view is open", () => {
    const keys = keyMeanings.flatMap(keysFor);
    expect(new Set(keys).size).toBe(keys.length);
    for (const meaning of keyMeanings) {
      for (const key of keysFor(meaning)) expect(meaningOf(keyOf(key)), key).toBe(meaning);
    }
    expect(meaningOf({ name: "=" })).toBe("more");
    expect(meaningOf({ name: "p", ctrl: true })).toBeUndefined();
  });

  it("are all of use somewhere, and each stands in a view's help once", () => {
    for (const { command, table } of views) {
      expect(new Set(meaningsOf(table)).size, command).toBe(meaningsOf(table).length);
    }
    const known = new Set<KeyMeaning>(["help", ...views.flatMap(({ table }) => meaningsOf(table))]);
    expect(keyMeanings.filter((meaning) => !known.has(meaning))).toEqual([]);
  });

  it.each(named)("of %s do something, each that its help names", async (_, { table, open, before }) => {
    for (const meaning of ["help", ...meaningsOf(table)] as const) {
      for (const key of keysFor(meaning)) {
        const view = open();
        // Panels by their number from another one.
        await pressed(view, meaning === "panel" ? String((Number(key) % 5) + 1) : (before[meaning] ?? ""));
        const start = stateOf(view);
        await pressed(view, [key]);
        expect(stateOf(view), `${meaning} by "${key}"`).not.toBe(start);
      }
    }
  });

  it.each(named)("of %s do nothing where its help does not name them", async (_, { table, open, screens }) => {
    const known = new Set<KeyMeaning>(["help", ...meaningsOf(table)]);
    for (const screen of screens) {
      const view = open();
      await pressed(view, screen);
      const start = stateOf(view);
      for (const meaning of keyMeanings.filter((each) => !known.has(each))) {
        await pressed(view, keysFor(meaning));
        expect(stateOf(view), `${meaning} on "${screen}"`).toBe(start);
      }
      await pressed(view, ["z", "^p", "#"]);
      expect(stateOf(view)).toBe(start);
    }
  });

  it("are in docs/keys.md as the views have them", async () => {
    const cells = (meaning: KeyMeaning) =>
      views.map(({ table }) => {
        const row = table.find(([meanings]) => meanings.includes(meaning));
        if (row === undefined) return meaning === "help" ? "this help" : "";
        return row[0][0] === meaning ? row[1] : "″";
      });
    const rows = keyMeanings.map(
      (meaning) => `| ${keysText([meaning]).replaceAll(/\S+/g, "`$&`")} | ${cells(meaning).join(" | ")} |`,
    );
    const heading = `| | ${views.map(({ command }) => `\`${command}\``).join(" | ")} |`;
    const page = [
      "# Keys of the live views",
      "",
      "A key means the same in every view that has a use for it; `?` shows them. (`″`: as in the row above it.) Ctrl-Z stops the",
      "program, as any other; `fg` has it go on.",
      "",
      heading,
      `|---|${views.map(() => "---|").join("")}`,
      ...rows,
      "",
    ];
    await expect(page.join("\n")).toMatchFileSnapshot("../../docs/keys.md");
  });

  it("of ttk serve are named by docs/serve.md", () => {
    const page = readFileSync(new URL("../../docs/serve.md", import.meta.url), "utf8");
    const section = /## Keys\n([\s\S]*?)\n## /.exec(page)?.[1] ?? "";
    for (const meaning of meaningsOf(serveKeys)) {
      expect(section, meaning).toContain(`\`${keysText([meaning]).split("  ")[0]}\``);
    }
  });
});
