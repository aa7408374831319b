import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grafanaFiles } from "../../../src/cli/export/export-files.js";
import { prometheusFamilies } from "../../../src/outputs/prometheus-families.js";
import { LoadMetrics } from "../../../src/runner/load/metrics/load-metrics.js";
import { emptyMoment } from "../../helpers/empty-moment.js";
import { hasTool } from "../../helpers/tool.js";

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly datasource: object }[];
}

const dashboard = JSON.parse(grafanaFiles("1.2.3").get("teamtalk-load.json") ?? "") as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
};
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Names of all series of a run in which everything that is measured has happened. */
function exposed(): Set<string> {
  const metrics = new LoadMetrics();
  metrics.connected(0, 1);
  metrics.loggedIn(0, "windows", 1);
  metrics.pullDone(0, "users", 1);
  metrics.ackDone(0, "windows", 1, 1);
  metrics.deliveryDone(0, "ios", true, 1, 1);
  metrics.deliveryDone(0, "ios", false, 1, 1);
  metrics.heartbeatDone(0, 1, 1);
  metrics.error(0, "link_lost");
  metrics.lagged(1);
  const families = prometheusFamilies(metrics.readings(emptyMoment), {});
  return new Set(families.flatMap(({ series }) => series.map(({ name }) => name)));
}

describe("the Grafana dashboard", () => {
  it("asks only for metrics that the endpoints expose", () => {
    const asked = new Set(expressions.flatMap((text) => text.match(/ttk_\w+/g) ?? []));
    expect(asked.size).toBeGreaterThan(25);
    const known = exposed();
    expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  });

  it("has a number and a line for each count of messages that went wrong", () => {
    const kinds = ["lost", "duplicated", "reordered", "corrupted", "misdelivered", "diverged", "not_in_history"];
    for (const name of [...kinds.map((kind) => `ttk_msgs_${kind}_total`), "ttk_unread_wrong_total"]) {
      const asking = dashboard.panels.filter(({ targets = [] }) =>
        targets.some(({ expr }) => expr.includes(`${name}{`)),
      );
      expect([name, ...asking.map(({ type }) => type)]).toEqual([name, "stat", "timeseries"]);
    }
  });

  it("uses only variables that it has, and chooses the run in every query", () => {
    const names = dashboard.templating.list.map(({ name }) => `$${name}`);
    expect(names).toEqual(["$datasource", "$testid", "$scenario"]);
    for (const text of expressions) {
      expect(text).toContain('{testid=~"$testid",scenario=~"$scenario"}');
      for (const used of text.match(/\$\w+/g) ?? []) expect([...names, "$__rate_interval"]).toContain(used);
    }
  });

  it("chooses among the scenarios of a file by a metric that has them as a label", () => {
    const variable = dashboard.templating.list.find(({ name }) => name === "scenario");
    const [, series] = /^label_values\((\w+), scenario\)$/.exec(variable?.definition ?? "") ?? [];
    const metrics = new LoadMetrics([{ tags: { scenario: "chat" }, firstUser: 0, endUser: 1 }]);
    const families = prometheusFamilies(metrics.readings(emptyMoment), {});
    expect(families.find(({ name }) => name === series)?.series[0]?.labels).toEqual([["scenario", "chat"]]);
  });

  it("has panels that Grafana can lay out: own ids, own letters for queries, nothing on top of anything", () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    for (const { type, targets = [] } of panels) {
      expect(["row", "stat", "timeseries", "heatmap"]).toContain(type);
      expect(targets.length > 0).toBe(type !== "row");
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
      for (const { datasource } of targets) expect(datasource).toEqual({ type: "prometheus", uid: "$datasource" });
    }
  });

  describe("by Prometheus's own parser", () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "ttk-grafana-"));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it.runIf(hasTool("promtool"))("has queries that are PromQL", () => {
      const rules = expressions.map((expr, index) => ({
        record: `panel:${index}`,
        expr: expr.replaceAll("$__rate_interval", "4s").replaceAll(/\$\w+/g, ".*"),
      }));
      const file = join(folder, "rules.json");
      writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
      const said = execFileSync("promtool", ["check", "rules", file], { encoding: "utf8" });
      expect(said).toContain(`SUCCESS: ${rules.length} rules found`);
    });
  });
});
