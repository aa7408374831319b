import { formatAddress } from "../../net/address.js";
import type { Tap, TapCounts } from "../../tap/start-tap.js";

/** What passed and what each rule did, for people: one tap after the other. */
export function tapSummary(taps: readonly Tap[]): string {
  return taps
    .map((tap) => {
      const { connections, refused, c2s, s2c, rules } = tap.counts();
      const turnedAway = refused === 0 ? "" : `, ${refused} turned away`;
      const long = c2s.longPdus + s2c.longPdus === 0 ? "" : `, ${c2s.longPdus + s2c.longPdus} PDUs too long to be held`;
      const head = `${formatAddress(tap.address)}: ${connections} connections${turnedAway}, ${flow(c2s)} up, ${flow(s2c)} down${long}`;
      const lines = rules.map(
        ({ rule, matched, applied, failed }, index) =>
          `  rule ${index + 1}  ${applied} of ${matched}${failed === 0 ? "" : `, ${failed} could not be altered`}  ${rule}`,
      );
      return [head, ...lines].map((line) => `${line}\n`).join("");
    })
    .join("");
}

/** The last line of `ttk tap --json`. */
export function tapSummaryJson(taps: readonly Tap[]): string {
  const all = taps.map((tap) => ({ listen: formatAddress(tap.address), ...tap.counts() }));
  return `${JSON.stringify({ schemaVersion: 1, taps: all })}\n`;
}

function flow({ pdus, bytesReceived, unframed }: TapCounts["c2s"]): string {
  return `${pdus} PDUs of ${bytesReceived} bytes${unframed === 0 ? "" : ` (${unframed} streams no PDUs)`}`;
}
