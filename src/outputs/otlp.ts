import { HttpPush } from "./http-push.js";
import { otlpMessage } from "./otlp-message.js";
import type { RunView } from "./output.js";

/** Sends everything to an OpenTelemetry collector over HTTP, as JSON; to `/v1/metrics` unless the URL has a path. */
export function otlp(name: string, url: URL, run: RunView): HttpPush {
  const target = new URL(url);
  if (target.pathname === "/") target.pathname = "/v1/metrics";
  const startMs = run.nowMs();
  const { toolkit } = run;
  return new HttpPush(name, target, run, (timeMs) => ({
    headers: { "content-type": "application/json" },
    body: otlpMessage(run.readings(), run.tags, { startMs, timeMs, toolkit }),
  }));
}
