import type { LinkPdu } from "./pairing.js";

/** A PDU where it was seen, as the analyses take it. Nothing of its body has been decoded. */
export interface AnalysedPdu extends LinkPdu {
  /** Packet of the capture that completed it, from 1. */
  readonly packetNumber: number | undefined;
  /** Who opened the link and who accepted it; `undefined` for bytes without addresses. */
  readonly connection: LinkEnds | undefined;
}

export interface LinkEnds {
  readonly client: LinkEnd;
  readonly server: LinkEnd;
  /** Whether the capture has the link from its beginning. */
  readonly isOpeningSeen?: boolean;
}

interface LinkEnd {
  readonly address: string;
  readonly port: number;
}
