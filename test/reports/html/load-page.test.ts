import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadHtml } from "../../../src/reports/html/load/load-html.js";
import { count, duration } from "../../../src/reports/load/quantity.js";
import type { FindMaxResult, FindMaxStep } from "../../../src/runner/load/find-max/find-max-result.js";
import type { LoadSnapshot } from "../../../src/runner/load/load-event.js";
import type { LoadResult } from "../../../src/runner/load/load-result.js";
import type { TrendResult } from "../../../src/runner/load/metrics/metrics.js";
import type { ThresholdResult } from "../../../src/runner/load/metrics/threshold.js";
import { hostileText } from "../../helpers/hostile-text.js";
import { failedLoad, forgetfulLoad, heldLoad, snapshot, trendOf } from "../../helpers/load-result.js";
import { builtAssets, hasChromium, PageReader, type ReadPage } from "../../helpers/report-page.js";

const A4_WITHIN_MARGINS_PX = 718;
const HTML_SIZE_MAX_BYTES = 1_500_000;

function seconds(length: number): LoadSnapshot[] {
  return Array.from({ length }, (_, index) => ({
    ...snapshot,
    atMs: (index + 1) * 1000,
    deliveredPerSecond: 3000 + index,
    phase: index < 3 ? "ramp-up" : "steady",
  }));
}

const minute: LoadResult = {
  ...failedLoad,
  stages: [{ durationMs: 30_000, actsPerSecond: 1000 }],
  thresholds: [
    { metric: "msg_ack_duration", expression: "p(95)<50", ok: true, actual: 3.1, unit: "ms" },
    { metric: "errors", expression: "count==0", ok: false, actual: 3 },
  ],
  parts: [
    {
      name: "chat",
      executor: "find-max",
      vusMax: 20,
      iterations: 90,
      failed: 2,
      interrupted: 1,
      dropped: 0,
      findMax: null,
    },
  ],
  checks: [{ name: "is greeted", passes: 9, fails: 1 }],
  marks: [{ atMs: 20_000, label: "deploy" }],
  series: seconds(60),
};
const hostile: LoadResult = {
  ...minute,
  scenario: hostileText,
  targets: [hostileText],
  failures: [hostileText],
  witnesses: minute.witnesses.map((witness) => ({ ...witness, from: hostileText, to: hostileText })),
  thresholds: [{ metric: hostileText, expression: hostileText, ok: false, actual: null }],
};

const step: FindMaxStep = {
  ratePerSecond: 100,
  achievedPerSecond: 100,
  startedAtMs: 0,
  durationMs: 4_000,
  ok: true,
  conditions: [],
  acts: 400,
  dropped: 0,
  lost: 0,
  doubts: [],
};

/** In the order of a device's life, as heldLoad has them. */
function trends({ metrics }: LoadResult): TrendResult[] {
  return Object.values(metrics).flatMap((metric) => (metric.type === "trend" ? [metric] : []));
}

// The pages are for people with a browser: what they show is looked at in one.
describe.skipIf(!hasChromium)("the page of a load run in Chromium", () => {
  let reader: PageReader;
  beforeAll(async () => {
    reader = await PageReader.start();
  });
  afterAll(() => reader?.stop());

  const open = (result: LoadResult, before?: LoadResult, width?: number): Promise<ReadPage> =>
    reader.open(loadHtml(result, builtAssets("load"), before), width === undefined ? {} : { width });

  it("asks for nothing but itself, and complains of nothing", async () => {
    for (const result of [heldLoad, minute, hostile, { ...heldLoad, metrics: {}, series: [] }]) {
      const read = await open(result, minute);
      expect(read.complaints).toEqual([]);
      expect(read.requests).toHaveLength(1);
    }
  });

  it("shows the numbers of the JSON", async () => {
    const read = await open(minute);
    const rows = await read.page
      .locator("#latencies tbody tr")
      .evaluateAll((all) => all.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)));
    const shown = [...trends(minute)].map(({ count: values, min, avg, p50, p90, p95, p99, p999, max }) => [
      count(values),
      ...[min, avg, p50, p90, p95, p99, p999, max].map(duration),
    ]);
    expect(rows).toEqual(shown);
    for (const name of ["sent", "acked", "expectedDeliveries", "delivered", "lost"] as const) {
      expect(await read.texts(`[data-count="${name}"]`)).toEqual([count(minute.delivery[name])]);
    }
    expect(await read.texts(".number .value")).toEqual(["44,991", "8.0 ms", "1,000"]);
    expect((await read.texts("header"))[0]).toContain("7 lost, 1 never acknowledged, 1 connection lost");
    expect((await read.texts("header"))[0]).toContain("NOT VALID");
    expect(await read.page.locator("#witnesses tbody tr").count()).toBe(minute.witnesses.length);
    expect(await read.texts(".tag")).toEqual(["not held", "held"]);
  });

  it("says how many processes it comes from, and whose numbers the generator's are", async () => {
    const alone = await open(minute);
    expect((await alone.texts(".facts"))[0]).not.toContain("process");
    const read = await open({ ...minute, processes: 3 });
    expect((await read.texts(".facts"))[0]).toMatch(/seed \d+ · in 3 processes$/);
    expect(await read.texts("caption")).toContain("Generators, in the steady phase");
    expect(await read.texts("tbody th")).toContain("the busiest");
  });

  it("shows what servers keep of sessions as the JSON has it, and what witnesses say of it", async () => {
    const read = await open(forgetfulLoad);
    const shown = await read.page
      .locator("[data-count]")
      .evaluateAll((cells) => cells.map((cell) => [cell.getAttribute("data-count"), cell.textContent]));
    const { foreign: _, ...judged } = forgetfulLoad.delivery;
    expect(Object.fromEntries(shown)).toEqual(
      Object.fromEntries(Object.entries(judged).map(([name, value]) => [name, count(value)])),
    );
    expect(await read.texts("tr.bad th")).toEqual([
      "told to one device of a user and not to the other",
      "not in history",
      "unread counts wrong",
    ]);
    expect((await read.texts(".number"))[0]).toContain(
      "0 corrupted, 2 told to one device and not to the other, 3 not in history, 1 unread counts wrong",
    );
    expect(await read.texts("#witnesses > tbody > tr > td:last-child")).toEqual([
      "read on one device, and the other was not told",
      "acknowledged, but not in history",
      "the server says 7 unread, it must be 2 to 3",
      "token TTK28f3of0\ncame TTK28f3‹0000›of0 and more\nsent by user3/windows 127.0.0.1:8000\nacknowledged to user3/windows 127.0.0.1:8000\nreceived by user9/ios 127.0.0.1:8000",
    ]);
    await read.page.locator("#witnesses summary").last().click();
    const said = await read.texts("#witnesses details[open] td.label");
    expect(said).toContain("3 msg_id = 5");
    const bytes = await read.texts("#witnesses details[open] td.hex");
    const received = forgetfulLoad.witnesses.at(-1)?.pdus.at(-1)?.hex;
    expect(bytes.join("").replaceAll(" ", "")).toBe(received);
  });

  it("says in words what charts mark, and how many when they are many", async () => {
    const read = await open(minute);
    expect(await read.texts(".marks li")).toEqual(["3.2 s → 1000/s", "18.2 s drain", "20 s deploy"]);
    const many = Array.from({ length: 30 }, (_, at) => ({ atMs: at * 1000, label: `tag ${at} 部署` }));
    const { page } = await open({ ...minute, marks: many });
    expect(await page.locator(".marks summary").innerText()).toBe("32 moments are marked");
    expect(await page.locator(".marks li").first().isVisible()).toBe(false);
    await page.locator(".marks summary").click();
    expect(await page.locator(".marks li").nth(29).isVisible()).toBe(true);
  });

  it("tells dashed lines in legends, and an earlier run's curves once each", async () => {
    const sending = { msg_ack_duration_uncorrected: heldLoad.metrics.msg_ack_duration_uncorrected as TrendResult };
    const read = await open(minute, { ...heldLoad, metrics: { ...heldLoad.metrics, ...sending } });
    const names = await read.texts("#percentiles .u-series th");
    expect(names.filter((name) => name === "message acked, before")).toHaveLength(1);
    const markers = await read.page.locator("#percentiles .u-series").evaluateAll((rows) =>
      rows.map((row) => {
        const marker = row.querySelector<HTMLElement>(".u-marker");
        return [row.querySelector("th")?.textContent, marker?.style.background.includes("gradient") ?? false];
      }),
    );
    for (const [name, isDashed] of markers) expect(isDashed).toBe(String(name).endsWith("before"));
  });

  it("shows what the scenarios of a file came to", async () => {
    const [text] = await (await open(minute)).texts("#parts");
    expect(text).toContain("chat\tfind-max\t20\t90\t2\t1\t0");
    expect(text).toContain("is greeted\t9 of 10 held");
    expect(text).not.toContain("Own metrics");
    const metrics: LoadResult["metrics"] = { ...minute.metrics, rooms: { type: "counter", count: 12_000, rate: 0.42 } };
    const [own] = await (await open({ ...minute, metrics })).texts("#parts");
    expect(own).toMatch(/Own metrics\s+rooms\t12,000 \(0\.42\/s\)$/);
  });

  it("says of each step of a search what it was judged by, lost messages too", async () => {
    const condition = { metric: "msg_delivery_duration", expression: "p(99)<100", ok: true, actual: 61.2, unit: "ms" };
    const steps = [
      { ...step, startedAtMs: 0, conditions: [condition as ThresholdResult] },
      { ...step, startedAtMs: 4_000, ok: false, lost: 3, conditions: [condition as ThresholdResult] },
    ];
    const findMax: FindMaxResult = { ratePerSecond: 100, endedBy: "precision", steps };
    const parts = minute.parts.map((part) => ({ ...part, findMax }));
    const searched = await open({ ...minute, parts });
    const [text] = await searched.texts("#parts");
    const judged = "msg_delivery_duration p(99)<100 (61.2 ms)";
    expect(text).toContain(`100/s\t100/s\t0.0 s\t4.0 s\theld\t${judged}\n`);
    expect(text).toContain(`100/s\t100/s\t4.0 s\t4.0 s\tnot held\t${judged}, 3 lost`);
    const planned = async (read: ReadPage) => (await read.texts(".number")).filter((number) => /planned/.test(number));
    expect(await planned(await open(minute))).toHaveLength(1);
    expect(await planned(searched)).toEqual([]);
  });

  it("draws a chart, and has its numbers as a table", async () => {
    const { page } = await open(minute);
    expect(await page.locator("canvas").count()).toBe(8);
    await page.locator(".as-table summary").first().click();
    const rows = page.locator(".as-table[open] tbody tr");
    // The page hears of an opened table a moment later.
    await rows.first().waitFor();
    expect(await rows.count()).toBe(60);
    expect(await rows.nth(9).innerText()).toBe("10 s\tsteady\t1,012\t1,010\t3,009");
    const drawn = await page.evaluate(() => {
      const canvases = [...document.querySelectorAll("canvas")];
      return canvases.map(({ width, height }) => width * height > 0);
    });
    expect(drawn.every(Boolean)).toBe(true);
  });

  it("zooms by a drag and by keys, in all charts, and back", async () => {
    const { page } = await open(minute);
    const shown = page.locator("#time [role=status]");
    expect(await shown.innerText()).toBe("1 s to 1:00");
    await page.locator("#time").evaluate((section) => section.scrollIntoView());
    const box = await page.locator("#time .u-over").first().boundingBox();
    if (box === null) throw new Error("the chart has no place");
    await page.mouse.move(box.x + box.width * 0.5, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 60, { steps: 4 });
    await page.mouse.up();
    expect(await shown.innerText()).toMatch(/^30\.\d s to 45\.\d s$/);
    await page.locator(".as-table summary").nth(1).click();
    const rows = page.locator(".as-table[open] tbody tr");
    await rows.first().waitFor();
    expect(await rows.count()).toBeLessThan(17);
    await page.getByRole("button", { name: "whole run" }).focus();
    await page.keyboard.press("Enter");
    expect(await shown.innerText()).toBe("1 s to 1:00");
    await page.getByRole("button", { name: "zoom in" }).press("Enter");
    expect(await shown.innerText()).toMatch(/^15\.\d s to 45\.\d s$/);
    await page.getByRole("button", { name: "later" }).press("Enter");
    expect(await shown.innerText()).toMatch(/^30\.\d s to 1:00$/);
  });

  it("has a heat map that says what is under the pointer", async () => {
    const { page } = await open(minute);
    const map = page.locator("#heat-map .u-over");
    const box = await map.boundingBox();
    if (box === null) throw new Error("the map has no place");
    // The lowest row that has anything: 0.464 to 0.681 ms.
    await map.hover({ position: { x: box.width / 2, y: box.height - 4 } });
    await page.waitForFunction(() => document.querySelector("#heat-map .hint")?.textContent?.includes("2,000"));
    expect(await page.locator("#heat-map .hint").innerText()).toMatch(/^\d+ s, [\d.]+ ms to [\d.]+ ms: 2,000$/);
    await page.getByRole("button", { name: "acks" }).click();
    expect(await page.locator("#heat-map figcaption").innerText()).toContain("acks");
  });

  it("says what became worse than in an earlier run", async () => {
    const read = await open(minute, heldLoad);
    expect((await read.texts("#comparison"))[0]).toContain("WORSE");
    const lost = read.page.locator("#comparison tr", { hasText: "messages lost" });
    expect(await lost.locator("[data-mark]").getAttribute("data-mark")).toBe("worse");
    expect(await lost.innerText()).toContain("0 → 7");
  });

  it("shows what a peer chose as text", async () => {
    const { page } = await open(hostile);
    expect(await page.locator("img, main script").count()).toBe(0);
    const heading = await page.locator("h1").innerText();
    expect(heading).toContain("</script><script>alert(1)</script><img src=x onerror=alert(2)>");
    expect(heading).toContain("‹0000›‹202e›evil‹2066›");
    expect(heading).toContain("👩‍👧");
  });

  it("is printed with whole charts and the colours of their legends", async () => {
    const { page } = await open(minute, heldLoad, 1440);
    // As a printer has it: the layout is another, and no script is asked to draw again.
    await page.addInitScript(() => {
      globalThis.ResizeObserver = class {
        observe() {}
        unobserve() {}
        disconnect() {}
      };
      MediaQueryList.prototype.addEventListener = () => {};
    });
    await page.reload();
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: A4_WITHIN_MARGINS_PX, height: 900 });
    const within = await page.locator("canvas").evaluateAll((canvases) =>
      canvases.map((canvas) => {
        const [drawn, place] = [canvas, canvas.closest(".plot")].map((each) => each?.getBoundingClientRect());
        const ratio = Number(canvas.getAttribute("width")) / Number(canvas.getAttribute("height"));
        const isWhole = drawn !== undefined && place !== undefined && drawn.right <= place.right + 0.5;
        return isWhole && Math.abs(drawn.width / drawn.height / ratio - 1) < 0.02;
      }),
    );
    expect(within).toEqual(Array(8).fill(true));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(A4_WITHIN_MARGINS_PX);
    const marker = page.locator(".u-marker").nth(1);
    expect(await marker.evaluate((element) => getComputedStyle(element).printColorAdjust)).toBe("exact");
    const names = page.locator("#latencies tbody th");
    const indents = await names.evaluateAll((all) => all.map((name) => getComputedStyle(name).paddingLeft));
    expect(new Set(indents).size).toBe(2);
  });

  it("is printed in dark on light also from a dark screen, whether or not charts are drawn again", async () => {
    const { page } = await reader.open(loadHtml(minute, builtAssets("load")), { isDark: true });
    const filters = () =>
      page
        .locator("canvas, .u-marker")
        .evaluateAll((drawn) => [...new Set(drawn.map((each) => getComputedStyle(each).filter))]);
    expect(await filters()).toEqual(["none"]);
    await page.emulateMedia({ media: "print" });
    await page.locator('.plot[data-drawn="light"]').first().waitFor();
    expect(await filters()).toEqual(["none"]);
    await page.emulateMedia({ media: "screen" });
    await page.addInitScript(() => {
      MediaQueryList.prototype.addEventListener = () => {};
    });
    await page.reload();
    await page.emulateMedia({ media: "print" });
    expect(await filters()).toEqual(["invert(1) hue-rotate(180deg)"]);
  });

  it("breaks the names of thresholds between their words on a phone", async () => {
    const thresholds = [
      { metric: "msg_delivery_duration", expression: "p(99.9)<1000.5", ok: false, actual: 12345.678 },
    ];
    const { page } = await open({ ...minute, thresholds }, undefined, 390);
    const name = page.locator("th.mono", { hasText: "msg_delivery_duration" }).first();
    const lines = await name.evaluate((cell) => {
      const tops = new Map<number, string>();
      const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        for (let at = 0; at < (node.textContent ?? "").length; at++) {
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + 1);
          const { top } = range.getBoundingClientRect();
          tops.set(top, (tops.get(top) ?? "") + range.toString());
        }
      }
      return [...tops.values()];
    });
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/_$/);
  });

  it("says in shares of a core how busy the generator was at most", async () => {
    const gauge = (max: number) => ({ type: "gauge", value: 0, min: 0, max }) as const;
    const metrics = { ...heldLoad.metrics, generator_busy: gauge(0.2), depth: gauge(0.5), vus: gauge(2000) };
    const read = await open({ ...heldLoad, metrics });
    const rows = (await read.texts("tr")).map((row) => row.replaceAll(/\s+/g, " ").trim());
    expect(rows).toEqual(
      expect.arrayContaining(["generator_busy 20 % at most", "depth 0.5 at most", "vus 2,000 at most"]),
    );
  });

  it("fits on a phone", async () => {
    const { page } = await open(minute, heldLoad, 390);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const slower = { ...heldLoad, metrics: { ...heldLoad.metrics, msg_ack_duration: trendOf(90, 91) } };
    const doubts = ["the generator was late by 531 ms at the 99th percentile (limit 100 ms)"];
    const findMax: FindMaxResult = { ratePerSecond: 100, endedBy: "generator", steps: [{ ...step, doubts }] };
    const searched = { ...minute, parts: minute.parts.map((part) => ({ ...part, findMax })) };
    const windows = (...ms: [number, number]) => ({ "msg_delivery_duration{device:windows}": trendOf(...ms) });
    const wide = await open(
      { ...minute, metrics: { ...minute.metrics, ...windows(180, 191) } },
      { ...heldLoad, metrics: { ...heldLoad.metrics, ...windows(147, 149) } },
      390,
    );
    const firstPercentile = await wide.page
      .locator("#comparison thead th")
      .nth(1)
      .evaluate((cell) => {
        const text = document.createRange();
        text.selectNodeContents(cell);
        return text.getBoundingClientRect().right;
      });
    expect(firstPercentile).toBeLessThanOrEqual(390);
    for (const result of [forgetfulLoad, hostile, searched]) {
      const changed = await open(result, slower, 390);
      expect(await changed.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    }
  });

  it("is smaller than 1.5 MB after ten minutes, and no larger after ten hours", () => {
    const full = { ackCounts: Array(36).fill(123), deliveryCounts: Array(36).fill(12_345) };
    const witness = {
      ...(forgetfulLoad.witnesses.at(-1) as LoadResult["witnesses"][number]),
      arrived: "x".repeat(256),
    };
    const [pdu] = witness.pdus;
    const long = { ...(pdu as (typeof witness.pdus)[number]), hex: "00".repeat(4096), length: 5000 };
    // As many as a run keeps: twenty of each of nine kinds.
    const witnesses = Array.from({ length: 180 }, (_, index) => ({
      ...witness,
      message: 100_000 + index,
      // As many as a witness has.
      pdus: [...witness.pdus, ...witness.pdus, ...witness.pdus, long],
    }));
    const measured = (second: LoadSnapshot, index: number) => {
      const ms = (index * 7919) / 1000;
      return { ...second, ...full, ackP50Ms: ms, ackP99Ms: 7 * ms, deliveryP50Ms: 2 * ms, deliveryP99Ms: 9 * ms };
    };
    // Own metrics with as many sets of tags as are kept, thresholds for each, and a tag every second.
    const own = Array.from({ length: 200 }, (_, at) => `own_duration{page:page number ${at}}`);
    const metrics = { ...minute.metrics, ...Object.fromEntries(own.map((name) => [name, trendOf(1, 2, 90)])) };
    const thresholds = own.map((metric) => ({ metric, expression: "p(99.9)<50", ok: false, actual: 61.234 }));
    const marks = Array.from({ length: 600 }, (_, at) => ({ atMs: at * 1000, label: `deployed for the ${at}th time` }));
    const run = { ...minute, witnesses, metrics, thresholds, marks };
    const sizeOf = (length: number) =>
      loadHtml({ ...run, series: seconds(length).map(measured) }, builtAssets("load"), minute).length;
    expect(sizeOf(600)).toBeLessThan(HTML_SIZE_MAX_BYTES);
    expect(sizeOf(36_000)).toBeLessThan(HTML_SIZE_MAX_BYTES);
  });
});
