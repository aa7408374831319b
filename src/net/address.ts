import { isIPv6 } from "node:net";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What is listened on: a port at one host, or at several. */
export interface ListenAddress extends Address {
  readonly alsoOn?: readonly string[];
}

/** `127.0.0.1:8000`, `[::1]:8000` */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a text may be a machine's name or address, without a port. */
export function isHost(text: string): boolean {
  return isIPv6(text) || /^[\w.-]+$/.test(text);
}

/** Reads `host:port`, `[v6]:port`, `:port` (loopback). `undefined` when it is none of these or the port is not 1…65535. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text.trim());
  if (match === null) return undefined;
  const port = Number(match[3]);
  if (port < 1 || port > 65535) return undefined;
  return { host: match[1] ?? (match[2] || "127.0.0.1"), port };
}
