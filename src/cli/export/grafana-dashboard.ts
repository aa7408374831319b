import { dashboardPanels, type PanelPlan } from "./grafana-panels.js";

/** Of Grafana's dashboard model; Grafana 10.1 and newer read it, and migrate it by themselves. */
const SCHEMA_VERSION = 38;
const GRID_COLUMNS = 24;
const source = { type: "prometheus", uid: "$datasource" } as const;

/** The dashboard of load runs, for Prometheus as their data source, as Grafana imports it. */
export function grafanaDashboard(version: string): string {
  const dashboard = {
    uid: "teamtalk-testkit-load",
    title: "TeamTalk load",
    description: `What ttk load sends to Prometheus. Made by teamtalk-testkit ${version}.`,
    tags: ["teamtalk-testkit"],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: "5s",
    time: { from: "now-15m", to: "now" },
    timezone: "",
    templating: { list: [datasourceVariable(), labelVariable("testid"), labelVariable("scenario")] },
    annotations: { list: [] },
    panels: panelsOf(dashboardPanels),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

function datasourceVariable() {
  return { name: "datasource", label: "Prometheus", type: "datasource", query: "prometheus", hide: 0 };
}

/** With `All`, what has no such label is shown, too. */
function labelVariable(label: string) {
  // Of a scenario file's run, what is measured by scenario alone has that label.
  const query = `label_values(ttk_iterations_total, ${label})`;
  return {
    name: label,
    type: "query",
    datasource: source,
    query: { query, refId: label },
    definition: query,
    refresh: 2,
    includeAll: true,
    allValue: ".*",
    multi: true,
    current: { selected: true, text: ["All"], value: ["$__all"] },
    sort: 2,
    hide: 0,
  };
}

/** Side by side until a line is full. */
function panelsOf(plans: readonly PanelPlan[]) {
  let x = 0;
  let y = 0;
  let lineHeight = 0;
  return plans.map((plan, index) => {
    if (x + plan.width > GRID_COLUMNS) {
      y += lineHeight;
      x = 0;
      lineHeight = 0;
    }
    const gridPos = { x, y, w: plan.width, h: plan.height };
    x += plan.width;
    lineHeight = Math.max(lineHeight, plan.height);
    return panelOf(plan, index + 1, gridPos);
  });
}

function panelOf(plan: PanelPlan, id: number, gridPos: object) {
  const head = { id, title: plan.title, type: plan.type, gridPos };
  if (plan.type === "row") return { ...head, collapsed: false, panels: [] };
  const isHeatmap = plan.type === "heatmap";
  const targets = plan.queries.map(({ expression, legend }, place) => ({
    refId: String.fromCharCode("A".charCodeAt(0) + place),
    datasource: source,
    expr: expression,
    legendFormat: legend,
    range: plan.type !== "stat",
    instant: plan.type === "stat",
    ...(isHeatmap ? { format: "heatmap" } : {}),
  }));
  return {
    ...head,
    description: plan.description,
    datasource: source,
    targets,
    fieldConfig: { defaults: { unit: plan.unit, min: 0, ...(plan.isFault ? faultColours : {}) }, overrides: [] },
    options: isHeatmap ? heatmapOptions(plan.unit) : plan.type === "stat" ? statOptions : timeOptions,
  };
}

/** Green at 0, red from 1 on. */
const faultColours = {
  color: { mode: "thresholds" },
  thresholds: {
    mode: "absolute",
    steps: [
      { color: "green", value: null },
      { color: "red", value: 1 },
    ],
  },
};
const statOptions = { reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false }, colorMode: "value" };
const timeOptions = {
  legend: { displayMode: "list", placement: "bottom", showLegend: true },
  tooltip: { mode: "multi", sort: "desc" },
};

function heatmapOptions(unit: string) {
  return { calculate: false, yAxis: { unit }, color: { mode: "scheme", scheme: "Turbo", steps: 64 } };
}
