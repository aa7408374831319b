import type { Moment } from "../../src/runner/load/metrics/load-metrics.js";
import { heldLoad } from "./load-result.js";

/** A run of which nothing but what a test adds is known. */
export const emptyMoment: Moment = {
  steadyMs: 1000,
  runMs: 1000,
  delivery: heldLoad.delivery,
  traffic: { pdusSent: 0, pdusReceived: 0, bytesSent: 0, bytesReceived: 0 },
};
