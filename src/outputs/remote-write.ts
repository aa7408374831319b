import { compress } from "snappyjs";
import { HttpPush } from "./http-push.js";
import type { RunView } from "./output.js";
import { prometheusFamilies } from "./prometheus-families.js";
import { remoteWriteMessage } from "./remote-write-message.js";

/** Sends everything to a Prometheus (or Mimir, Thanos, VictoriaMetrics) by remote write. */
export function remoteWrite(name: string, url: URL, run: RunView): HttpPush {
  const headers = {
    "content-type": "application/x-protobuf",
    "content-encoding": "snappy",
    "x-prometheus-remote-write-version": "0.1.0",
    "user-agent": `teamtalk-testkit/${run.toolkit}`,
  };
  return new HttpPush(name, url, run, (timeMs) => {
    const message = remoteWriteMessage(prometheusFamilies(run.readings(), run.tags), timeMs);
    return { headers, body: compress(message) };
  });
}
