import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import type { Address, ListenAddress } from "./address.js";

const everywhere = new Set(["0.0.0.0", "::"]);
const loopback: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/**
 * Whether who dials an address comes to whom this machine runs at another one, though it may be called differently there:
 * `localhost:8200` comes to who listens on `0.0.0.0:8200`. A name that nobody knows comes to nobody.
 */
export async function comesTo(dialled: Address, { host, port, alsoOn = [] }: ListenAddress): Promise<boolean> {
  if (dialled.port !== port) return false;
  const listening = [host, ...alsoOn];
  if (listening.includes(dialled.host)) return true;
  const hosts = (await hostsCalled(dialled.host)).map((one) => loopback[one] ?? one);
  if (listening.some((one) => everywhere.has(one))) return hosts.some(isOfThisMachine);
  const there = (await Promise.all(listening.map(hostsCalled))).flat();
  return hosts.some((one) => there.includes(one));
}

async function hostsCalled(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

function isOfThisMachine(host: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return host.startsWith("127.") || own.some(({ address }) => address === host);
}
