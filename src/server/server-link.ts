import { serverLimits } from "../codec/pdu-header.js";
import type { LinkOptions } from "../net/pdu-link.js";

/** How links between servers behave unless told otherwise (protocol.md, RTE-09, FRM-06). */
export const serverLinkDefaults: LinkOptions = {
  limits: serverLimits,
  heartbeatIntervalMs: 5000,
  idleTimeoutMs: 30_000,
  // Room for one PDU of the largest size on top of ordinary traffic; a peer that still does not read is dropped (FRM-15).
  outboxSizeMaxBytes: 2 * serverLimits.pduSizeMaxBytes,
};
