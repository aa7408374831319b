import type { ClientType } from "../../codec/generated/enums.js";
import type { CloseReason, LinkHandler, PduLink } from "../../net/pdu-link.js";
import { RateWindow } from "./rate-window.js";
import { UnconfirmedMessages } from "./unconfirmed-messages.js";

/** PC: 0x01, 0x02. Mobile: 0x11, 0x12. */
const MOBILE_BIT = 0x10;

export type SessionState = "connected" | "loggingIn" | "loggedIn";

/** Where the PDUs of all sessions go. */
export interface SessionOwner {
  received(session: ClientSession, bytes: Buffer, start: number, end: number): void;
  lost(session: ClientSession, reason: CloseReason): void;
}

/** One client connection. There are thousands: fields only, and no closures. */
export class ClientSession implements LinkHandler {
  state: SessionState = "connected";
  /** 0 until logged in. The only user id that the server believes (CON-07). */
  userId = 0;
  userName = "";
  clientType: ClientType = 0x01;
  /** MSG-08. */
  readonly messageRate = new RateWindow();
  /** 0x0601. */
  readonly peerCommandRate = new RateWindow();
  /** 0x0506, 0x050b and 0x050c together. */
  readonly fileRequestRate = new RateWindow();
  /** Requests that wait for an answer of another server. */
  pending = 0;
  /** PDUs that came while pendingPerClientMax of them did. */
  putOff: Buffer[] | undefined;
  readonly unconfirmed = new UnconfirmedMessages();

  constructor(
    readonly link: PduLink,
    readonly connectedMs: number,
    private readonly owner: SessionOwner,
  ) {}

  onPdu(_: PduLink, bytes: Buffer, start: number, end: number): void {
    this.owner.received(this, bytes, start, end);
  }

  onClose(_: PduLink, reason: CloseReason): void {
    this.owner.lost(this, reason);
  }

  get isLoggedIn(): boolean {
    return this.state === "loggedIn";
  }

  get isMobile(): boolean {
    return isMobile(this.clientType);
  }

  /** LGN-10: whether a user may have only one of the two. */
  isSameClassAs(clientType: ClientType): boolean {
    return this.isMobile === isMobile(clientType);
  }
}

export function isMobile(clientType: ClientType): boolean {
  return (clientType & MOBILE_BIT) !== 0;
}
