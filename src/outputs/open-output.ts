import type { Address } from "../net/address.js";
import { k6CsvRows } from "./k6-csv-rows.js";
import { K6JsonLines } from "./k6-json-lines.js";
import type { Output, RunView } from "./output.js";

/** What `--out` says. `name` is how messages and reports call it: without passwords. */
export type OutputTarget = { readonly name: string } & (
  | { readonly kind: "json" | "csv"; readonly file: string }
  | { readonly kind: "prometheus-rw" | "otlp"; readonly url: URL }
  | { readonly kind: "prometheus" | "statsd" | "dogstatsd"; readonly address: Address }
);

/** Loads what the output needs, and opens it. `pathOf` makes a path of a file's name. @throws Error when it cannot be opened */
export async function openOutput(
  target: OutputTarget,
  run: RunView,
  pathOf: (file: string) => string,
): Promise<Output> {
  const { name } = target;
  switch (target.kind) {
    case "json":
    case "csv": {
      const { SampleFile } = await import("./sample-file.js");
      const format = target.kind === "json" ? new K6JsonLines(run) : k6CsvRows;
      return new SampleFile(name, pathOf(target.file), format, run);
    }
    case "prometheus": {
      const { PrometheusEndpoint } = await import("./prometheus-endpoint.js");
      return PrometheusEndpoint.listen(name, target.address, run);
    }
    case "prometheus-rw": {
      const { remoteWrite } = await import("./remote-write.js");
      return remoteWrite(name, target.url, run);
    }
    case "otlp": {
      const { otlp } = await import("./otlp.js");
      return otlp(name, target.url, run);
    }
    case "statsd":
    case "dogstatsd": {
      const { Statsd } = await import("./statsd.js");
      return Statsd.connect(name, target.address, run, target.kind === "dogstatsd");
    }
  }
}
