import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { widthOf } from "../../../src/tui/components/fit-text.js";
import { plotLines } from "../../../src/tui/components/plot-lines.js";
import { partsBar, progressBar } from "../../../src/tui/components/progress-bar.js";
import { sparkline } from "../../../src/tui/components/sparkline.js";
import { themeFor } from "../../../src/tui/theme.js";

const theme = themeFor(false);
const format = (value: number) => `${value} ms`;

describe("progressBar", () => {
  it.each([
    [0, "░░░░"],
    [0.5, "██░░"],
    [0.55, "██▏░"],
    [1, "████"],
    [7, "████"],
    [Number.NaN, "░░░░"],
  ])("shows %d", (fraction, bar) => {
    expect(progressBar(fraction, 4, theme)).toBe(bar);
  });
});

describe("partsBar", () => {
  const marked = (passed: number, failed: number) => [{ count: passed }, { count: failed, mark: "x" }];

  it("shows one failure among hundreds", () => {
    expect(partsBar(marked(299, 1), 300, 10, theme)).toBe("█████████x");
  });

  it("leaves room for what is to come", () => {
    expect(partsBar(marked(5, 1), 12, 12, theme)).toBe("█████x░░░░░░");
    expect(partsBar(marked(0, 0), 0, 3, theme)).toBe("░░░");
  });

  it("is as wide as asked, whatever the counts", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(500), { maxLength: 6 }),
        fc.nat(3000),
        fc.integer({ min: 6, max: 50 }),
        (counts, total, width) => {
          const bar = partsBar(
            counts.map((count) => ({ count })),
            total,
            width,
            theme,
          );
          expect(bar.length).toBe(width);
        },
      ),
    );
  });
});

describe("sparkline", () => {
  it("shows the newest values at the right, and gaps", () => {
    expect(sparkline([9, 0, 1, 2, undefined, 4], 5)).toBe("▁▃▅ █");
    expect(sparkline([1], 3)).toBe("  █");
    expect(sparkline([0, 0], 2)).toBe("▁▁");
    expect(sparkline([50], 1, 100)).toBe("▅");
  });
});

describe("plotLines", () => {
  it.each([2, 3, 5])(
    "has names in the order of their values where lines run into one another, in %d lines",
    (height) => {
      const series = [
        { name: "p99", values: [200, 3] },
        { name: "p50", values: [90, 1] },
        { name: "p95", values: [100, 2] },
      ];
      const frame = plotLines({ series, width: 40, height, theme, format }).join("\n");
      const shown = [...frame.matchAll(/p\d\d (\d) ms/g)].map(([, value]) => Number(value));
      expect(shown).toHaveLength(Math.min(3, height));
      expect(shown).toEqual([...shown].sort((a, b) => b - a));
    },
  );

  it("draws lines between an axis and their names", () => {
    const rising = Array.from({ length: 16 }, (_, at) => at);
    const flat = rising.map(() => 5);
    expect(
      plotLines({
        series: [
          { name: "p99", values: rising },
          { name: "p50", values: flat },
        ],
        width: 30,
        height: 5,
        theme,
        format,
      }),
    ).toMatchInlineSnapshot(`
      [
        "20 ms┤                        ",
        "     │           ⢀⣠⠴ p99 15 ms",
        "10 ms┤       ⣀⡤⠖⠚⠉            ",
        "     │⠤⠤⠤⢤⣤⠴⠾⠥⠤⠤⠤⠤⠤⠤ p50 5 ms ",
        " 0 ms┤⣀⡤⠖⠋                    ",
      ]
    `);
  });

  it("shows a peak of a single moment, however many share a dot", () => {
    const values = Array.from({ length: 10_000 }, (_, at) => (at === 5000 ? 100 : 1));
    const [top = ""] = plotLines({ series: [{ name: "p99", values }], width: 40, height: 6, theme, format });
    expect(top).toMatch(/[\u2801-\u28ff]/);
  });

  it("draws a limit across, and keeps it in view", () => {
    const lines = plotLines({
      series: [{ name: "a", values: [1, 2] }],
      width: 30,
      height: 4,
      theme,
      format,
      limit: 500,
    });
    expect(lines[0]).toMatch(/^500 ms┤[\u2801-\u28ff]{5}/);
  });

  it("has no trouble with nothing to draw", () => {
    for (const values of [[], [undefined], [Number.NaN], [0]]) {
      expect(plotLines({ series: [{ name: "a", values }], width: 20, height: 3, theme, format }).length).toBe(3);
    }
    expect(plotLines({ series: [], width: 20, height: 3, theme, format }).length).toBe(3);
  });

  it("is as large as asked", () => {
    const value = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 200 }),
        fc.integer({ min: 24, max: 90 }),
        fc.integer({ min: 1, max: 12 }),
        (values, width, height) => {
          const lines = plotLines({
            series: [{ name: "p95", values }],
            width,
            height,
            theme,
            format: (each) => each.toFixed(0),
          });
          expect(lines.length).toBe(height);
          expect(new Set(lines.map(widthOf))).toEqual(new Set([width]));
        },
      ),
    );
  });
});
