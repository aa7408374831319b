import type { LiveView, LoadEvent, LoadSnapshot } from "../../src/runner/load/load-event.js";
import { heldLoad } from "./load-result.js";

const [snapshot] = heldLoad.series as readonly [LoadSnapshot];

/** The nth second of a steady phase, its values following from n. */
export function loadSecond(n: number, live: Partial<LiveView> = {}): LoadEvent {
  const p99Ms = 20 + ((n * 7) % 13) * 4;
  const latency = { count: 3031, p50Ms: p99Ms / 9, p90Ms: p99Ms / 3, p95Ms: p99Ms / 2, p99Ms, maxMs: p99Ms * 1.2 };
  return {
    type: "second",
    snapshot: { ...snapshot, atMs: n * 1000, phase: "steady", users: 500, devicesOnline: 1000, sentPerSecond: 400 + n },
    counts: { elapsedMs: 1000, iterations: 0, sent: 400 + n, acked: 0, delivered: 0, pdusSent: 0, pdusReceived: 0 },
    live: {
      parts: [
        {
          name: "steady-chat",
          executor: "users",
          stage: "stage 2 of 3",
          share: n / 40,
          timeLeftMs: (40 - n) * 1000,
          ratePerSecond: 400,
          vus: 500,
        },
      ],
      waiting: "",
      isPaused: false,
      factor: 1,
      ack: latency,
      delivery: { ...latency, p99Ms: p99Ms * 1.5 },
      commands: [
        { command: "message delivery", ...latency },
        { command: "message ack", ...latency, p99Ms: p99Ms / 2 },
      ],
      errorsByKind: {},
      counts: heldLoad.delivery,
      serverFaults: [],
      thresholds: [
        { metric: "msg_ack_duration", expression: "p(95)<50", ok: true, actual: 12.25, unit: "ms" },
        { metric: "errors", expression: "count==0", ok: true, actual: 0 },
      ],
      eventLoopLagP99Ms: 4.2,
      doubts: [],
      ...live,
    },
  };
}

/** What a second of a run that goes wrong has in it. */
export const failingSecond: Partial<LiveView> = {
  serverFaults: ["3 duplicated", "1 out of order"],
  counts: { ...heldLoad.delivery, duplicated: 3, reordered: 1 },
  errorsByKind: { link_lost: 0, ack_timeout: 12 },
  thresholds: [
    { metric: "errors", expression: "count==0", ok: false, actual: 12 },
    { metric: "msg_ack_duration", expression: "p(95)<50", ok: true, actual: 12.25, unit: "ms" },
    { metric: "kicks", expression: "rate<1", ok: false, actual: null },
  ],
  doubts: ["the generator was 97 % busy (limit 95 %)"],
};
