import { isIPv4, isIPv6 } from "node:net";
import { InvalidArgumentError } from "commander";

const ADDRESSES_MAX = 4096;

/** Parses `10.0.0.5` or `127.0.0.2-127.0.0.9`, which may be given several times, for commander. */
export function localAddressValues(text: string, before: readonly string[] | undefined): readonly string[] {
  const addresses = [...(before ?? []), ...addressesIn(text)];
  if (addresses.length > ADDRESSES_MAX) throw new InvalidArgumentError(`At most ${ADDRESSES_MAX} addresses.`);
  return addresses;
}

function addressesIn(text: string): string[] {
  if (isIPv4(text) || isIPv6(text)) return [text];
  const [first = "", last = "", ...more] = text.split("-");
  if (!isIPv4(first) || !isIPv4(last) || more.length > 0) {
    throw new InvalidArgumentError("Expected an IP address, or a range of IPv4 ones as in 127.0.0.2-127.0.0.9.");
  }
  const count = numberOf(last) - numberOf(first) + 1;
  if (count < 1) throw new InvalidArgumentError("The range ends before it begins.");
  if (count > ADDRESSES_MAX) throw new InvalidArgumentError(`At most ${ADDRESSES_MAX} addresses.`);
  return Array.from({ length: count }, (_, place) => textOf(numberOf(first) + place));
}

function numberOf(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 0xff).join(".");
}
