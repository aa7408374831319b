import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../src/codec/generated/enums.js";
import { encodePdu } from "../../src/codec/pdu.js";
import type { LoadSnapshot } from "../../src/runner/load/load-event.js";
import type { DeliveryWitness, LoadResult, WitnessPdu } from "../../src/runner/load/load-result.js";
import { latencyBoundsMs } from "../../src/runner/load/metrics/latency-bounds.js";
import { Trend, type TrendResult } from "../../src/runner/load/metrics/metrics.js";

export function trendOf(...durationsMs: number[]): TrendResult {
  const trend = new Trend();
  for (const durationMs of durationsMs) trend.recordMs(durationMs);
  return trend.result(15_000);
}

export const snapshot: LoadSnapshot = {
  atMs: 4000,
  phase: "steady",
  users: 2000,
  devicesOnline: 4000,
  vus: 2000,
  iterationsPerSecond: 1012,
  droppedIterations: 0,
  sentPerSecond: 1012,
  ackedPerSecond: 1010,
  deliveredPerSecond: 3031,
  pdusSentPerSecond: 5000,
  pdusReceivedPerSecond: 6000,
  ackP50Ms: 0.42,
  ackP99Ms: 3.14,
  deliveryP50Ms: 0.61,
  deliveryP99Ms: 120.4,
  ackCounts: [0, 0, 0, 0, 1000, 10],
  deliveryCounts: [0, 0, 0, 0, 2000, 1000, 0, 31],
  inFlight: 12,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  misdelivered: 0,
  errors: 0,
  busyShare: 0.337,
  diverged: 0,
  notInHistory: 0,
  unreadWrong: 0,
  readsTold: 0,
};

/** A run that held. */
export const heldLoad: LoadResult = {
  scenario: "steady-chat",
  startedAt: "2026-01-02T03:04:05.678Z",
  seed: 42,
  users: 2000,
  devicesPerUser: 2,
  devicesOnline: 4000,
  processes: 1,
  targets: ["127.0.0.1:8000", "127.0.0.1:8001"],
  rate: 1000,
  stages: [],
  rampUpMs: 3210,
  steadyMs: 15_000,
  drainMs: 120,
  durationMs: 18_900,
  interrupted: false,
  abortedBy: null,
  outputs: [],
  thresholds: [],
  serverFaults: [],
  failures: [],
  invalid: [],
  health: { busyShare: 0.34, eventLoopLagP99Ms: 4.2, droppedIterations: 0, iterations: 15_000 },
  environment: {
    toolkit: "0.1.0",
    node: "20.19.0",
    system: "Linux 6.1 x64",
    cpuModel: "Example CPU @ 2.0 GHz",
    cpus: 4,
    memoryBytes: 8_000_000_000,
  },
  metrics: {
    connect_duration: trendOf(0.3, 0.4, 2),
    login_duration: trendOf(1.5, 12, 140),
    pull_duration: trendOf(0.8, 5, 2500),
    msg_ack_duration: trendOf(0.4, 0.5, 3.1),
    msg_ack_duration_uncorrected: trendOf(0.3, 0.4, 3),
    msg_delivery_duration: trendOf(0.6, 0.7, 8),
    pdus_sent: { type: "counter", count: 123_456, rate: 6532.1 },
    bytes_sent: { type: "counter", count: 4_300_000, rate: 227_513.2 },
    pdus_received: { type: "counter", count: 234_567, rate: 12_410.9 },
    bytes_received: { type: "counter", count: 812, rate: 43 },
    vus: { type: "gauge", value: 0, min: 0, max: 2000 },
  },
  delivery: {
    sent: 15_000,
    acked: 15_000,
    unacked: 0,
    abandoned: 0,
    expectedDeliveries: 45_000,
    delivered: 45_000,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    misdelivered: 0,
    unjudged: 0,
    foreign: 0,
    diverged: 0,
    readsExpected: 0,
    readsTold: 0,
    historyChecked: 0,
    notInHistory: 0,
    unreadChecked: 0,
    unreadWrong: 0,
  },
  witnesses: [],
  parts: [],
  checks: [],
  summaryTrends: undefined,
  setupData: undefined,
  marks: [],
  latencyBoundsMs,
  series: [snapshot],
};

const lost: DeliveryWitness = {
  kind: "lost",
  message: 17,
  from: "user3/windows",
  fromServer: "127.0.0.1:8000",
  to: "user9",
  device: "user9/ios",
  deviceServer: "127.0.0.1:8001",
  msgId: 5,
  sentAtMs: 4321,
  pdus: [],
  token: null,
  arrived: null,
  detail: null,
};

/** A run in which the server failed in many ways, and the generator could not keep up. */
export const failedLoad: LoadResult = {
  ...heldLoad,
  serverFaults: ["7 lost", "1 never acknowledged", "1 connection lost"],
  failures: ["7 lost", "1 never acknowledged", "1 connection lost"],
  invalid: ["the generator was 97 % busy"],
  metrics: {
    ...heldLoad.metrics,
    errors: { type: "counter", count: 3, rate: 0.2 },
    kicks: { type: "counter", count: 1, rate: 0.1 },
  },
  delivery: { ...heldLoad.delivery, acked: 14_998, unacked: 1, abandoned: 1, delivered: 44_991, lost: 7, unjudged: 2 },
  witnesses: [
    ...Array.from({ length: 6 }, (_, index) => ({ ...lost, message: 17 + index, msgId: 5 + index })),
    { ...lost, kind: "unacked", message: 30, device: null, deviceServer: null, msgId: 0, sentAtMs: null },
  ],
};

const told: DeliveryWitness = {
  ...lost,
  kind: "diverged",
  message: 0,
  detail: "read on one device, and the other was not told",
};

function messagePdu(text: string, msg_id: number, seqNum: number): Buffer {
  const body = { from_user_id: 3, to_session_id: 9, msg_id, create_time: 0, msg_type: MsgType.MSG_TYPE_SINGLE_TEXT };
  return encodePdu(CommandId.CID_MSG_DATA, { ...body, msg_data: Buffer.from(text) }, { seqNum });
}

const ackPdu = encodePdu(
  CommandId.CID_MSG_DATA_ACK,
  { user_id: 3, session_id: 9, msg_id: 5, session_type: SessionType.SESSION_TYPE_SINGLE },
  { seqNum: 7 },
);

function pduOf(what: WitnessPdu["what"], device: string, pdu: Buffer): WitnessPdu {
  return { what, device, server: "127.0.0.1:8000", length: pdu.length, hex: pdu.toString("hex") };
}

/** A run in which every message came, and the server forgot some of what it must keep. */
export const forgetfulLoad: LoadResult = {
  ...heldLoad,
  serverFaults: [
    "2 told to one device of a user and not to the other",
    "3 acknowledged but not in history",
    "1 unread count wrong",
  ],
  failures: [
    "2 told to one device of a user and not to the other",
    "3 acknowledged but not in history",
    "1 unread count wrong",
  ],
  delivery: {
    ...heldLoad.delivery,
    diverged: 2,
    readsExpected: 1040,
    readsTold: 1038,
    historyChecked: 900,
    notInHistory: 3,
    unreadChecked: 120,
    unreadWrong: 1,
  },
  witnesses: [
    told,
    { ...told, kind: "not-in-history", msgId: 9, sentAtMs: null, detail: "acknowledged, but not in history" },
    { ...told, kind: "unread-wrong", msgId: 0, detail: "the server says 7 unread, it must be 2 to 3" },
    {
      ...lost,
      kind: "corrupted",
      token: "TTK28f3of0",
      arrived: "TTK28f3\u0000of0 and more",
      pdus: [
        pduOf("sent", "user3/windows", messagePdu("TTK28f3of0 and more", 0, 7)),
        pduOf("ack", "user3/windows", ackPdu),
        pduOf("received", "user9/ios", messagePdu("TTK28f3\u0000of0 and more", 5, 0)),
      ],
    },
  ],
};
