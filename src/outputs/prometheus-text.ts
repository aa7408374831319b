import type { PrometheusFamily } from "./prometheus-families.js";

/** The text exposition format, 0.0.4. */
export function prometheusText(families: readonly PrometheusFamily[]): string {
  const lines = families.flatMap(({ name, type, help, series }) => [
    `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
    `# TYPE ${name} ${type}`,
    ...series.map(({ name: series, labels, value }) => {
      const pairs = labels.map(([label, text]) => `${label}="${escaped(text)}"`);
      return `${series}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`;
    }),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
