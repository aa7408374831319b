import type { RoleName } from "./role-name.js";

/** What goes down as well as up; everything else that roles count only grows. */
const gauges: ReadonlySet<string> = new Set([
  "connections",
  "outboxBytes",
  "users",
  "strangers",
  "msgServers",
  "masterLinks",
  "tasks",
  "offlineFiles",
  "offlineBytes",
  "pendingRequests",
  "pendingStores",
  "pendingPushes",
  "databasePending",
  "databaseOpen",
  "databaseLinks",
  "loginLinks",
  "routeLinks",
  "fileLinks",
  "pushLinks",
  "unconfirmedMessages",
]);

/**
 * Counters in Prometheus's text format 0.0.4: `pdusInBy.0x0301` of a port `clients` becomes
 * `ttk_pdus_in_by_total{role="login",port="clients",command="0x0301"}`.
 */
export function prometheusText(role: RoleName, counters: Readonly<Record<string, number>>): string {
  const families = new Map<string, string[]>();
  for (const [name, value] of Object.entries(counters)) {
    const { base, labels } = partsOf(name);
    const isGauge = gauges.has(base);
    const family = `ttk_${snake(base)}${isGauge ? "" : "_total"}`;
    const text = Object.entries({ role, ...labels }).map(([label, of]) => `${label}="${of}"`);
    const lines = families.get(family) ?? [`# TYPE ${family} ${isGauge ? "gauge" : "counter"}`];
    families.set(family, [...lines, `${family}{${text.join()}} ${value}`]);
  }
  return `${[...families.values()].flat().join("\n")}\n`;
}

/** `clients.pdusInBy.0x0103`: the port, what is counted, the command; the first and the last may be missing. */
function partsOf(name: string): { base: string; labels: Record<string, string> } {
  const parts = name.split(".");
  const command = parts.at(-1)?.startsWith("0x") ? parts.pop() : undefined;
  const base = parts.pop() ?? name;
  return {
    base,
    labels: { ...(parts[0] === undefined ? {} : { port: parts[0] }), ...(command === undefined ? {} : { command }) },
  };
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
