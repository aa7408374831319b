import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import type { Address } from "./address.js";

const everywhere = new Set(["0.0.0.0", "::"]);
const loopback: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/**
 * Whether who dials an address comes to whom this machine runs at another one, though it may be called differently there:
 * `localhost:8200` comes to who listens on `0.0.0.0:8200`. A name that nobody knows comes to nobody.
 */
export async function comesTo(dialled: Address, listening: Address): Promise<boolean> {
  if (dialled.port !== listening.port) return false;
  if (dialled.host === listening.host) return true;
  const hosts = (await hostsCalled(dialled.host)).map((host) => loopback[host] ?? host);
  if (everywhere.has(listening.host)) return hosts.some(isOfThisMachine);
  const there = await hostsCalled(listening.host);
  return hosts.some((host) => there.includes(host));
}

async function hostsCalled(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

function isOfThisMachine(host: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return host.startsWith("127.") || own.some(({ address }) => address === host);
}
