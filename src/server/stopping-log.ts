import type { ServerLog } from "./server-log.js";

/** The log of servers that are asked to stop at some time: a link that ends from then on is nothing to look after. */
export function stoppingLog(log: ServerLog, isStopping: () => boolean): ServerLog {
  return {
    command: log.command === undefined ? undefined : (entry) => log.command?.(entry),
    ...(log.pdu === undefined ? {} : { pdu: (entry) => log.pdu?.(entry) }),
    note: (role, text, detail) => log.note(role, text, detail),
    trouble: (role, text, detail) => {
      // Why a link ended; other trouble has no `reason`.
      if (isStopping() && detail?.reason !== undefined) log.note(role, text, detail);
      else log.trouble(role, text, detail);
    },
  };
}
