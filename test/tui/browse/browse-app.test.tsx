import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { loadIndex } from "../../../src/cli/browse/load-index.js";
import { PduIndex } from "../../../src/codec/analysis/pdu-index.js";
import { MemoryPduStore } from "../../../src/codec/analysis/pdu-store.js";
import { BrowseApp } from "../../../src/tui/browse/browse-app.js";
import { Browser } from "../../../src/tui/browse/browser.js";
import { hexLines } from "../../../src/tui/browse/detail-lines.js";
import { sequenceLines } from "../../../src/tui/browse/sequence-lines.js";
import { widthOf } from "../../../src/tui/components/fit-text.js";
import { themeFor } from "../../../src/tui/theme.js";
import { goldenCapture, readCapture } from "../../helpers/captured-bytes.js";
import { frameAt, framedSizes, terminalSizes } from "../../helpers/terminal-frame.js";

const capture = fileURLToPath(new URL("../../../fixtures/captures/cluster-session.pcap", import.meta.url));
const index = await loadIndex(capture, new MemoryPduStore(), {
  cwd: "/",
  signal: new AbortController().signal,
  onProgress: () => {},
});

/** The same PDUs again and again. */
async function repeatedIndex(times: number): Promise<PduIndex> {
  const { events } = await readCapture(goldenCapture("cluster-session.pcap"));
  const repeated = new PduIndex(new MemoryPduStore());
  for (let time = 0; time < times; time++) for (const event of events) repeated.take(event);
  return repeated;
}

function opened(): Browser {
  return new Browser(index, { title: "cluster-session.pcap" });
}

async function press(browser: Browser, ...keys: string[]): Promise<Browser> {
  for (const name of keys) await browser.press({ name });
  return browser;
}

function frameOf(browser: Browser, [columns, rows]: readonly [number, number] = [80, 24]): string[] {
  return frameAt(<BrowseApp browser={browser} theme={themeFor(false)} />, columns, rows).split("\n");
}

describe("Browser", () => {
  it("has a row for each PDU, and pairs of request and response that point at each other", async () => {
    expect(index.rows).toBe(1135);
    const browser = await press(opened(), "/", ..."userlogin", "return");
    const request = browser.selectedRow as number;
    expect(index.commandId(request)).toBe(0x0103);
    await press(browser, "r");
    const response = browser.selectedRow as number;
    expect(index.commandId(response)).toBe(0x0104);
    await press(browser, "r");
    expect(browser.selectedRow).toBe(request);
  });

  it("filters by words: command, field, decrypted text", async () => {
    const browser = opened();
    await browser.setFilter("msg_data from_user_id=20 kicked");
    const found = new Set(Array.from({ length: browser.rows }, (_, at) => index.commandId(browser.rowAt(at))));
    // The message itself, and the requests of servers that carry it in their attachments.
    expect(found.has(0x0301)).toBe(true);
    expect(found.has(0x0701)).toBe(false);
  });

  it("filters by an expression, the same as words where they mean the same", async () => {
    const browser = opened();
    await browser.setFilter('command == "CID_LOGIN_REQ_USERLOGIN"');
    const { rows } = browser;
    await browser.setFilter("0x0103");
    expect(browser.rows).toBe(rows);
    await browser.setFilter("body.user_name == ");
    expect(browser.message).toMatch(/^column \d+: /);
    expect(browser.filter).toBe("0x0103");
  });

  it("follows a user across connections and servers, and goes back by Esc", async () => {
    const browser = await press(opened(), "/", ..."userlogin", "return", "u");
    expect(browser.follow?.kind).toBe("user");
    const connections = new Set<number>();
    for (let at = 0; at < browser.rows; at++) connections.add(index.connection(browser.rowAt(at)).id);
    expect(connections.size).toBeGreaterThan(3);
    await press(browser, "escape");
    expect(browser.rows).toBe(index.rows);
  });

  it("shows what a long scan has found so far, answers keys meanwhile, and stops on Esc", async () => {
    const large = await repeatedIndex(30);
    const browser = new Browser(large, { title: "large" });
    const seen: number[] = [];
    const stop = browser.onChange(() => {
      if (browser.progress === undefined || browser.rows < 2) return;
      const key = ["down", "escape"][seen.push(browser.rows) - 1];
      if (key !== undefined) void browser.press({ name: key });
    });
    await browser.setFilter("body.user_id == 20");
    stop();
    expect(browser.selected).toBe(1);
    expect(browser.message).toMatch(/^stopped at \d+ %: there may be more$/);
    await browser.setFilter("user_id=20");
    expect(browser.rows).toBeGreaterThan(seen[0] ?? 0);
  });

  it("survives any keys", async () => {
    const keys = [
      "up",
      "down",
      "pageup",
      "end",
      "G",
      "g",
      "f",
      "x",
      "return",
      "/",
      "escape",
      "n",
      "N",
      "r",
      "c",
      "u",
      "v",
      "w",
      "left",
      "tab",
      "?",
      "backspace",
      "\u0000",
      "é",
    ];
    const browser = opened();
    let at = 7;
    for (let count = 0; count < 60; count++) {
      at = (at * 31 + 17) % 1009;
      await press(browser, keys[at % keys.length] as string);
      frameOf(browser);
    }
  });
});

describe("BrowseApp", () => {
  it("shows list, fields and bytes, those of the selected field in brackets where there is no colour", async () => {
    const frame = frameOf(await press(opened(), "/", ..."userlogin", "return", "return"));
    expect(frame[0]).toMatch(/^ cluster-session\.pcap +21 \/ 1135 PDUs$/);
    expect(frame.find((line) => line.startsWith(">"))).toMatch(/^> +21 +0\.901780 16 -> 0x0103 LOGIN_REQ_USERLOGIN/);
    expect(frame.some((line) => line.startsWith('> 1 user_name = "user20"'))).toBe(true);
    expect(frame.some((line) => line.includes("[0a 06 75 73 65 72 32 30]"))).toBe(true);
    expect(frame.at(-1)).toContain("Tab Esc back to the list");
    expect(frame.length).toBeLessThan(24);
  });

  it.each(
    framedSizes.flatMap((size) =>
      (
        [
          ["list", ["/", ..."userlogin", "return"]],
          ["fields", ["/", ..."userlogin", "return", "return"]],
          ["sequence", ["/", ..."userlogin", "return", "u", "v"]],
          ["filter", ["f", ..."msg_data", "return"]],
          ["help", ["?"]],
        ] as const
      ).map(([name, keys]) => ({ name, keys, size })),
    ),
  )("looks as it always did: $name at $size", async ({ name, keys, size }) => {
    const frame = frameOf(await press(opened(), ...keys), size).join("\n");
    await expect(`${frame}\n`).toMatchFileSnapshot(`frames/${name}-${size.join("x")}.txt`);
  });

  it.each(terminalSizes)("shows the same at %d×%d in colour, colours apart", async (columns, rows) => {
    const browser = await press(opened(), "/", ..."userlogin", "return", "return");
    const styled = frameAt(<BrowseApp browser={browser} theme={themeFor(true)} />, columns, rows);
    const widths = stripVTControlCharacters(styled).split("\n").map(widthOf);
    expect(Math.max(...widths)).toBe(columns);
    expect(widths.length).toBe(rows - 1);
  });

  it.each([
    [40, 10],
    [60, 20],
  ])("has the selected field whole, and no bytes, where both have no room: %d×%d", async (columns, rows) => {
    const browser = await press(opened(), "return");
    const frame = frameOf(browser, [columns, rows]);
    const field = browser.selectedField?.name;
    expect(field).toBeDefined();
    expect(frame.some((line) => new RegExp(`^> (\\d+ )?${field} = .*[^…]$`).test(line))).toBe(true);
    expect(frame.join("\n")).not.toMatch(/[0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2}/);
    expect(Math.max(...frame.map(widthOf))).toBeLessThanOrEqual(columns);
  });

  it("says when there is no room", () => {
    expect(frameOf(opened(), [30, 10])[0]).toContain("too small: needs 40x8; q quits");
  });

  it("shows every key on ?", async () => {
    const text = frameOf(await press(opened(), "?")).join("\n");
    for (const key of ["filter", "search", "connection", "user", "request to its response", "sequence", "quit"]) {
      expect(text).toContain(key);
    }
  });

  it("shows who sends what to whom", async () => {
    const browser = await press(opened(), "/", ..."userlogin", "return", "u", "v");
    const [heading, ...lines] = sequenceLines(browser, 20, 80, themeFor(false));
    expect(heading).toContain("user20");
    expect(lines.find((line) => line.startsWith(">"))).toMatch(/│─+REQ_USER.*▶│/);
  });

  it("lights a field's bytes by colour where there is one", async () => {
    const browser = await press(opened(), "/", ..."userlogin", "return", "return");
    expect(hexLines(browser, 10, 80, themeFor(true)).join("")).toContain("\u001b[30;43m0a\u001b[39;49m");
  });
});
