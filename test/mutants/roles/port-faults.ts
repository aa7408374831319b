import type { WireFault } from "../wire-fault.js";

export const none = Buffer.alloc(0);

/** The server closed, and nobody learns of it. */
export const staysOpen = (): WireFault => ({ staysOpen: () => true });
/** Somebody hung up, and the server does not learn of it. */
export const missesClose = (): WireFault => ({ missesClose: () => true });
/** The server learns that somebody hung up long after an answer would be due. */
export const learnsLateOfClose = (): WireFault => ({
  missesClose(line) {
    line.later(LATE_MS, () => line.close());
    return true;
  },
});

/** The patience of the suite is 2.5 s where it looks for faults of a role. */
const LATE_MS = 3000;
