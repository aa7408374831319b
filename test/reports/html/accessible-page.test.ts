import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conformanceHtml } from "../../../src/reports/html/conformance/conformance-html.js";
import { loadHtml } from "../../../src/reports/html/load/load-html.js";
import { mutantsHtml } from "../../../src/reports/html/mutants/mutants-html.js";
import { conformanceResult, everyVerdict } from "../../helpers/conformance-result.js";
import { failedLoad, heldLoad, snapshot } from "../../helpers/load-result.js";
import { builtAssets, hasChromium, PageReader, type ReadPage } from "../../helpers/report-page.js";

/** WCAG 2.2 AA: text, and lines that mean something. */
const TEXT_CONTRAST_MIN = 4.5;
const GRAPHICS_CONTRAST_MIN = 3;
const PHONE_PX = 390;

const series = [1, 2, 3, 4].map((second) => ({ ...snapshot, atMs: second * 1000 }));
const thresholds = [{ metric: "errors", expression: "count==0", ok: false, actual: 3 }];
const words = { requirement: () => ({ clauses: [], teamtalk: null }), why: () => undefined };
const longId = "msg-isolated.no-other-link-is-taken-when-all-of-them-are-lost-at-once";
const cases = [
  { id: "msg.ack" },
  { id: "frm.seq" },
  { id: longId },
  { id: "con.idle", reason: "it waits for minutes" },
];
const matrix = { mutants: [{ id: longId }, { id: "survivor" }], cases, kills: { [longId]: ["msg.ack"] } };

const pages = [
  ["load", () => loadHtml({ ...failedLoad, series, thresholds }, builtAssets("load"), heldLoad)],
  [
    "conformance",
    () => {
      const run = (name: string) => ({ name, result: conformanceResult(everyVerdict) });
      return conformanceHtml([run("ours"), run("theirs")], words, builtAssets("conformance"));
    },
  ],
  ["mutants", () => mutantsHtml(matrix, builtAssets("mutants"))],
] as const;

describe.skipIf(!hasChromium)("pages for everybody, in Chromium", () => {
  let reader: PageReader;
  beforeAll(async () => {
    reader = await PageReader.start();
  });
  afterAll(() => reader?.stop());

  it.each(pages)("%s: has text of the contrast that WCAG AA asks for, light and dark", async (_, html) => {
    for (const isDark of [false, true]) {
      const { page } = await reader.open(html(), { isDark });
      const first = page.locator("button.case").first();
      if ((await first.count()) > 0) await first.click();
      const worst = await page.evaluate(worstContrast);
      expect(worst.ratio, worst.text).toBeGreaterThanOrEqual(TEXT_CONTRAST_MIN);
    }
  });

  it.each(pages)("%s: goes by Tab from top to bottom, and shows where it is", async (_, html) => {
    const read = await reader.open(html());
    const stops = await tabStops(read);
    expect(stops.length).toBeGreaterThan(0);
    for (const { name, outlinePx } of stops) expect(outlinePx, name).toBeGreaterThanOrEqual(2);
    expect(stops.map(({ at }) => at)).toEqual(stops.map(({ at }) => at).sort((one, other) => one - other));
    for (const { name } of stops) expect(name).not.toBe("");
  });

  it.each(pages)(
    "%s: has a title, a language and one heading of the first level, and fits on a phone",
    async (_, html) => {
      const { page, complaints } = await reader.open(html(), { width: PHONE_PX });
      expect(await page.title()).not.toBe("");
      expect(await page.locator("html").getAttribute("lang")).toBe("en");
      expect(await page.locator("h1").count()).toBe(1);
      const first = page.locator("button.case").first();
      if ((await first.count()) > 0) await first.click();
      for (const said of await page.locator(".wire td.said").all()) {
        expect((await said.boundingBox())?.width).toBeGreaterThan(PHONE_PX * 0.8);
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE_PX);
      expect(complaints).toEqual([]);
    },
  );
});

describe("the colours of page.css", () => {
  const css = readFileSync(new URL("../../../src/reports/html/page/page.css", import.meta.url), "utf8");
  const blocks = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block = ""]) => variables(block));

  it.each([
    ["light", 0],
    ["dark", 1],
    ["printed", 2],
  ] as const)("%s: are told from what is behind them", (_, at) => {
    const of = (name: string) => blocks[at]?.[name] ?? blocks[0]?.[name] ?? "";
    const grounds = ["ground", "raised"];
    const texts = ["text", "muted", "good", "bad", "doubt", "link"].flatMap((text) =>
      grounds.map((ground) => [text, ground] as const),
    );
    const badges = ["good", "bad", "doubt"].map((name) => [name, `${name}-ground`] as const);
    for (const [text, ground] of [...texts, ...badges]) {
      expect(contrast(of(text), of(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(TEXT_CONTRAST_MIN);
    }
    for (const line of ["series-1", "series-2", "series-3", "series-4"]) {
      expect(contrast(of(line), of("ground")), line).toBeGreaterThanOrEqual(GRAPHICS_CONTRAST_MIN);
    }
  });
});

interface TabStop {
  readonly name: string;
  readonly outlinePx: number;
  /** Place in the document. */
  readonly at: number;
}

/** Where Tab goes, until it leaves the page. */
async function tabStops({ page }: ReadPage): Promise<TabStop[]> {
  const stops: TabStop[] = [];
  for (let count = 0; count < 200; count++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return undefined;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const label = element.getAttribute("aria-label") ?? element.textContent ?? "";
      return {
        name: label.trim() || element.getAttribute("title") || "",
        outlinePx: outlineStyle === "none" ? 0 : Number.parseFloat(outlineWidth),
        at: [...document.querySelectorAll("*")].indexOf(element),
      };
    });
    if (stop === undefined || stop.at === stops[0]?.at) return stops;
    stops.push(stop);
  }
  throw new Error("Tab does not leave the page");
}

function variables(block: string): Record<string, string> {
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[\da-f]+);/g)].map(([, name, value]) => [name, value]));
}

function contrast(one: string, other: string): number {
  const luminance = (hex: string) => {
    const digits = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join("") : hex.slice(1);
    const [r = 0, g = 0, b = 0] = (digits.match(/../g) ?? []).map((pair) => {
      const part = Number.parseInt(pair, 16) / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Runs in the page: the least contrast between a text and what is behind it. */
function worstContrast(): { ratio: number; text: string } {
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r = 0, g = 0, b = 0]: number[]) => {
    const [lr = 0, lg = 0, lb = 0] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * lr + 0.7152 * lg + 0.0722 * lb;
  };
  const groundOf = (element: Element | null): number[] => {
    if (element === null) return [255, 255, 255];
    const ground = channels(getComputedStyle(element).backgroundColor);
    return ground.length === 3 || (ground[3] ?? 0) > 0 ? ground : groundOf(element.parentElement);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let worst = { ratio: 21, text: "" };
  const look = (colour: string, ground: Element, text: string) => {
    const [front, behind] = [luminance(channels(colour)), luminance(groundOf(ground))];
    const ratio = (Math.max(front, behind) + 0.05) / (Math.min(front, behind) + 0.05);
    if (ratio < worst.ratio) worst = { ratio, text };
  };
  for (const input of document.querySelectorAll("input")) {
    look(getComputedStyle(input, "::placeholder").color, input, input.placeholder);
  }
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.textContent?.trim() === "" || element.closest("script, style, svg, :disabled"))
      continue;
    look(getComputedStyle(element).color, element, node.textContent ?? "");
  }
  return worst;
}
