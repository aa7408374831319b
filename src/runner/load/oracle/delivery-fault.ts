export type Fault =
  | "lost"
  | "unacked"
  | "duplicated"
  | "reordered"
  | "corrupted"
  | "misdelivered"
  | "diverged"
  | "not-in-history"
  | "unread-wrong";

/** A PDU that has to do with a fault, byte for byte. */
export interface FaultPdu {
  /** `sent` by the sender, or by who asked for history or unread counts; its `ack`; `received` by a device that was to get the message, or was not. */
  readonly what: "sent" | "ack" | "received";
  readonly device: number;
  readonly bytes: Buffer;
}

/** One fault as evidence. Devices and users are numbers of the run; times are ms of the run's clock. */
export interface FaultWitness {
  readonly kind: Fault;
  /** 0 when the content could not be recognised. */
  readonly serial: number;
  readonly senderDevice: number;
  /** A user, or `users + g` for the group g. */
  readonly target: number;
  /** Whose delivery it is; undefined for `unacked`. */
  readonly device: number | undefined;
  /** 0 when the server never told. */
  readonly msgId: number;
  readonly sentMs: number | undefined;
  /** As far as they are known: the message, its ack, what devices received. */
  readonly pdus: readonly FaultPdu[];
  /** The message's token, to look for in a recording; undefined when the message is not known by it. */
  readonly token?: string | undefined;
  /** What came, as far as there is room for it. */
  readonly arrived?: string | undefined;
  /** What is wrong, where the kind does not say it. */
  readonly detail?: string | undefined;
}
