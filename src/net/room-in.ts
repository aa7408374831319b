import { setTimeout as delay } from "node:timers/promises";
import type { PduLink } from "./pdu-link.js";

/** Far more than a peer that reads has waiting, and far less than what a link between servers is dropped for. */
const CROWDED_BYTES = 16 << 20;
const LOOK_INTERVAL_MS = 10;

/**
 * Nothing while the peer keeps up with what it is sent; else resolves once it does again, or the link has gone. Whoever
 * sends without waiting for answers waits for this, so that it does not fill a link that others use, too.
 * @param untilMs by performance.now(); resolves then, room or not
 */
export function roomIn(link: PduLink, untilMs = Number.POSITIVE_INFINITY): Promise<void> | undefined {
  return link.outboxBytes > CROWDED_BYTES ? untilRoom(link, untilMs) : undefined;
}

async function untilRoom(link: PduLink, untilMs: number): Promise<void> {
  const isCrowded = () => link.isOpen && link.outboxBytes > CROWDED_BYTES;
  while (isCrowded() && performance.now() < untilMs) await delay(LOOK_INTERVAL_MS);
}
