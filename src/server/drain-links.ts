import { setTimeout as delay } from "node:timers/promises";
import type { PduLink } from "../net/pdu-link.js";

const CHECK_INTERVAL_MS = 5;

/**
 * OBS-03: closes links so that what is queued still leaves, and destroys those that have not gone after `graceMs`.
 * @param links the live set of a listener, which its links leave by themselves
 */
export async function drainLinks(links: ReadonlySet<PduLink>, graceMs: number): Promise<void> {
  for (const link of links) link.close();
  const deadlineMs = performance.now() + graceMs;
  while (links.size > 0 && performance.now() < deadlineMs) await delay(CHECK_INTERVAL_MS);
  for (const link of links) link.destroy();
}
