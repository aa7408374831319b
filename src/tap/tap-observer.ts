import type { StreamDirection } from "../codec/capture/tcp-connections.js";
import type { Address } from "../net/address.js";

/** One connection through a tap: the client's to the tap, and the tap's to the upstream. */
export interface TappedConnection {
  /** From 1, in order of opening. */
  readonly id: number;
  readonly client: Address;
  /** Where the client connected to. */
  readonly listen: Address;
  /** The tap's own end towards the upstream. */
  readonly local: Address;
  readonly upstream: Address;
}

export interface TappedPdu {
  readonly connection: TappedConnection;
  readonly direction: StreamDirection;
  /** Bytes from the start of what its sender sent. */
  readonly offset: number;
  /** As it came. Stays as it is. */
  readonly received: Buffer;
  /** As it goes on, altered or not; `undefined` when it was dropped. */
  readonly forwarded: Buffer | undefined;
  /** Rules that acted on it, by their position from 0. */
  readonly rules: readonly number[];
}

/** What there is to see of a tap. Called in the middle of the traffic: be quick, and do not throw. */
export interface TapObserver {
  onOpen?(connection: TappedConnection): void;
  onPdu?(pdu: TappedPdu): void;
  /** Bytes came in from the side that sends in this direction. */
  onReceived?(connection: TappedConnection, direction: StreamDirection, bytes: Buffer): void;
  /** Bytes were handed to the side that receives in this direction. */
  onSent?(connection: TappedConnection, direction: StreamDirection, bytes: Buffer): void;
  /** From here on this direction carries something else than PDUs; it is passed on untouched. */
  onUnframed?(connection: TappedConnection, direction: StreamDirection, offset: number): void;
  /** A PDU too long to be held: it passes untouched, whatever the rules say. */
  onLongPdu?(connection: TappedConnection, direction: StreamDirection, length: number): void;
  /** The sender of this direction sends no more (`received`), and its receiver was told so (`sent`). */
  onEnd?(connection: TappedConnection, direction: StreamDirection, where: "received" | "sent"): void;
  /** Exactly once for each connection that was opened. */
  onClose?(connection: TappedConnection, how: CloseKind): void;
  /** None of the upstreams that were tried can be reached. */
  onUnreachable?(client: Address, upstreams: readonly Address[], reason: string): void;
}

/** Both sides ended; one broke off; a rule cut it; the tap was stopped. */
export type CloseKind = "ended" | "client-reset" | "server-reset" | "cut" | "stopped";
