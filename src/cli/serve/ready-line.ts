import { type Address, formatAddress } from "../../net/address.js";
import type { RunningRole } from "../../server/running-role.js";

export interface ServedRole {
  readonly running: RunningRole;
  /** The HTTP port where its counters are read. */
  readonly admin: { readonly address: Address };
}

/** The line that scripts wait for; `address` is the role's main port, further ports follow by name. */
export function readyJson(roles: readonly ServedRole[]): string {
  const described = roles.map(({ running, admin }) => {
    const [main, ...others] = portsOf(running);
    return {
      role: running.role,
      address: main?.[1],
      ...Object.fromEntries(others),
      admin: formatAddress(admin.address),
    };
  });
  return `${JSON.stringify({ ready: true, roles: described })}\n`;
}

/** The same for people, a line for each role. */
export function readyText(roles: readonly ServedRole[]): string {
  const lines = roles.map(({ running, admin }) => {
    const ports = portsOf(running).map(([name, address]) => `${name} ${address}`);
    return `${running.role.padEnd(6)} ${ports.join("  ")}  counters http://${formatAddress(admin.address)}/counters\n`;
  });
  return lines.join("");
}

function portsOf({ addresses }: RunningRole): [name: string, address: string][] {
  return Object.entries(addresses).map(([name, address]) => [name, formatAddress(address)]);
}
