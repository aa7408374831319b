import { serverLimits } from "../codec/pdu-header.js";
import type { LinkOptions } from "../net/pdu-link.js";
import type { Deviations } from "./deviations.js";

/** The largest number that a length field can hold. */
const ANY_LENGTH = 0xffffffff;

/** Link options of a listener, with what FRM-05, FRM-06 and FRM-15 say of the original servers where it is asked for. */
export function deviatingLink<Options extends Partial<LinkOptions>>(options: Options, deviates: Deviations): Options {
  if (!deviates["FRM-05"] && !deviates["FRM-06"] && !deviates["FRM-15"]) return options;
  const limits = options.limits ?? serverLimits;
  return {
    ...options,
    limits: {
      pduSizeMaxBytes: deviates["FRM-06"] ? ANY_LENGTH : limits.pduSizeMaxBytes,
      swallowsShortLengths: deviates["FRM-05"],
    },
    ...(deviates["FRM-15"] ? { outboxSizeMaxBytes: Number.POSITIVE_INFINITY } : {}),
  };
}
