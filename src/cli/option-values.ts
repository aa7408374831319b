import { InvalidArgumentError } from "commander";
import { type Address, isHost, parseAddress } from "../net/address.js";

/** Parses `host:port` for commander. @throws InvalidArgumentError, which commander prints with the option's name */
export function addressValue(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new InvalidArgumentError("Expected host:port, as in 127.0.0.1:8000.");
  return address;
}

/** The same for an option that may be given several times, or once with several values. */
export function addressValues(text: string, before: readonly Address[] | undefined): readonly Address[] {
  return [...(before ?? []), addressValue(text)];
}

/** Parses a machine's name or address. */
export function hostValue(text: string): string {
  if (!isHost(text)) throw new InvalidArgumentError("Expected a host's name or address, without a port.");
  return text;
}

/** Parses a whole number within bounds. */
export function countValue(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= min && number <= max)) throw new InvalidArgumentError(`Expected a whole number, ${min} to ${max}.`);
    return number;
  };
}

/** Parses a factor for times. */
export function scaleValue(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 0.01 && value <= 100)) throw new InvalidArgumentError("Expected a number, 0.01 to 100.");
  return value;
}

const TEXT_KEY_SIZE = 32;

/** Parses the key of message text. */
export function textKeyValue(text: string): string {
  const size = Buffer.byteLength(text);
  if (size !== TEXT_KEY_SIZE) throw new InvalidArgumentError(`${TEXT_KEY_SIZE} bytes are expected, not ${size}.`);
  return text;
}

/** Parses TCP ports for an option that may be given several times, or once with several values. */
export function portValues(text: string, before: ReadonlySet<number> | undefined): ReadonlySet<number> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError("Expected a port, 1 to 65535.");
  return new Set([...(before ?? []), port]);
}
