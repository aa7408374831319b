import type { Address } from "../../client/peer.js";

/** `host:port`, as command lines take it. */
export function addressInWords({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
