import protobuf from "protobufjs/light.js";
import type { PrometheusFamily } from "./prometheus-families.js";

/** Remote write 1.0, the part that is sent here. https://prometheus.io/docs/specs/prw/remote_write_spec/ */
const writeRequest = protobuf.Root.fromJSON({
  nested: {
    WriteRequest: { fields: { timeseries: { rule: "repeated", type: "TimeSeries", id: 1 } } },
    TimeSeries: {
      fields: {
        labels: { rule: "repeated", type: "Label", id: 1 },
        samples: { rule: "repeated", type: "Sample", id: 2 },
      },
    },
    Label: { fields: { name: { type: "string", id: 1 }, value: { type: "string", id: 2 } } },
    Sample: { fields: { value: { type: "double", id: 1 }, timestamp: { type: "int64", id: 2 } } },
  },
}).lookupType("WriteRequest");

/** Every series with one sample, as a WriteRequest; not yet compressed. `timeMs` is unix time. */
export function remoteWriteMessage(families: readonly PrometheusFamily[], timeMs: number): Uint8Array {
  const timeseries = families.flatMap(({ series }) =>
    series.map(({ name, labels, value }) => ({
      labels: [["__name__", name] as const, ...labels]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, value]) => ({ name, value })),
      samples: [{ value, timestamp: timeMs }],
    })),
  );
  return writeRequest.encode({ timeseries }).finish();
}
