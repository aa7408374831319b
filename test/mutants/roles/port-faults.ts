import { CommandId } from "../../../src/codec/generated/commands.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { together } from "../fault-words.js";
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
const BEAT_MS = 200;

/** Who has dialled goes on hearing heartbeats, whatever has become of the other side. */
export function hearingHeartbeats(): WireFault {
  return {
    opened(line) {
      const beat = () => {
        line.toClient(encodePdu(CommandId.CID_OTHER_HEARTBEAT, {}));
        line.later(BEAT_MS, beat);
      };
      line.later(BEAT_MS, beat);
    },
  };
}

/** The server closed, and who has dialled goes on hearing heartbeats: neither the end nor silence tells it. */
export const keepsBeating = (): WireFault => together(staysOpen(), hearingHeartbeats());
