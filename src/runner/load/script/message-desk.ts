import type { Outcome } from "./waits.js";

/** A message that has come to a device of a scenario file. */
export interface ReceivedMessage {
  /** Number of the user who sent it. */
  readonly fromUser: number;
  readonly fromName: string;
  readonly msgId: number;
  /** Whose session it belongs to: the peer's, or the group's. */
  readonly session: number;
  readonly isGroup: boolean;
  /** What the sender wrote; the token that proves delivery is not part of it. */
  readonly text: string;
}

/** A message on its way. */
export interface TrackedMessage {
  readonly device: number;
  readonly serial: number;
  acked: ((outcome: Outcome<number>) => void) | undefined;
  isDelivered: boolean;
  delivered: (() => void) | undefined;
}

const INBOX_MAX = 32;

interface Inbox {
  readonly messages: ReceivedMessage[];
  readonly waiting: ((message: ReceivedMessage) => void)[];
}

/** Who waits for which ack, delivery or message. Built-in scenarios have none. */
export class MessageDesk {
  readonly #tracked = new Map<number, TrackedMessage>();
  readonly #inboxes = new Map<number, Inbox>();

  /** Called right after sending. */
  track(device: number, serial: number): TrackedMessage {
    const tracked: TrackedMessage = { device, serial, acked: undefined, isDelivered: false, delivered: undefined };
    this.#tracked.set(serial, tracked);
    return tracked;
  }

  acked(serial: number, msgId: number): void {
    this.#tracked.get(serial)?.acked?.({ value: msgId });
  }

  /** Its ack is no longer awaited. */
  notAcked(serial: number, reason: string): void {
    const tracked = this.#tracked.get(serial);
    this.#tracked.delete(serial);
    tracked?.acked?.({ error: reason });
  }

  /** Everybody who must have the message has it. */
  settled(serial: number): void {
    const tracked = this.#tracked.get(serial);
    if (tracked === undefined) return;
    this.#tracked.delete(serial);
    tracked.isDelivered = true;
    tracked.delivered?.();
  }

  /** The device's connection is gone. */
  offline(device: number): void {
    for (const [serial, tracked] of this.#tracked) {
      if (tracked.device === device) this.notAcked(serial, "the connection was lost before the ack");
    }
    this.#inboxes.delete(device);
  }

  arrived(device: number, message: ReceivedMessage): void {
    const inbox = this.#inboxOf(device);
    const waiting = inbox.waiting.shift();
    if (waiting !== undefined) return waiting(message);
    inbox.messages.push(message);
    if (inbox.messages.length > INBOX_MAX) inbox.messages.shift();
  }

  /** The oldest message that nobody has taken yet, or the next one. @returns how to wait no longer */
  take(device: number, taken: (message: ReceivedMessage) => void): () => void {
    const inbox = this.#inboxOf(device);
    const message = inbox.messages.shift();
    if (message !== undefined) {
      taken(message);
      return () => {};
    }
    inbox.waiting.push(taken);
    return () => {
      const at = inbox.waiting.indexOf(taken);
      if (at >= 0) inbox.waiting.splice(at, 1);
    };
  }

  #inboxOf(device: number): Inbox {
    let inbox = this.#inboxes.get(device);
    if (inbox === undefined) {
      inbox = { messages: [], waiting: [] };
      this.#inboxes.set(device, inbox);
    }
    return inbox;
  }
}
