import { didYouMean } from "../../codec/did-you-mean.js";
import type { HeaderOverrides } from "../../codec/pdu.js";
import type { PduHeader } from "../../codec/pdu-header.js";
import { usageError } from "../command-error.js";

const fieldMax: Readonly<Record<keyof PduHeader, number>> = {
  length: 0xffffffff,
  version: 0xffff,
  flag: 0xffff,
  serviceId: 0xffff,
  commandId: 0xffff,
  seqNum: 0xffff,
  reserved: 0xffff,
};
const fieldNames = Object.keys(fieldMax) as (keyof PduHeader)[];

/** `seqNum=7,length=15` in one word, as an environment variable holds it. */
const SEVERAL = /^[a-z_-]+=[+-]?\w+(?:[,\s]+[a-z_-]+=[+-]?\w+)+$/i;

export interface HeaderWords {
  readonly overrides: HeaderOverrides;
  /** `length=+4`: how far the length is from the truth. */
  readonly lengthOff: number;
  /** Words after the header's that are none of it: `--header seqNum=7 IMLoginReq …`. */
  readonly rest: readonly string[];
}

/**
 * Reads what follows `--header`: `seqNum=7 length=15`, and whatever comes after, which commander takes for more of the same.
 * @throws CommandError
 */
export function readHeaderWords(words: readonly string[]): HeaderWords {
  const overrides: { -readonly [K in keyof PduHeader]?: number } = {};
  let lengthOff = 0;
  const separate = words.flatMap((word) => (SEVERAL.test(word) ? word.split(/[,\s]+/) : [word]));
  for (const [index, word] of separate.entries()) {
    const [, name = word, value = ""] = /^([\w-]+)=(.*)$/s.exec(word) ?? [];
    const field = fieldNames.find((known) => known.toLowerCase() === name.replaceAll(/[_-]/g, "").toLowerCase());
    if (field === undefined) {
      if (index > 0) return { overrides, lengthOff, rest: separate.slice(index) };
      throw usageError(`--header ${word}: ${fieldNames.join(", ")} can be set${didYouMean(name, fieldNames)}`);
    }
    if (field === "length" && /^[+-]\d{1,9}$/.test(value)) lengthOff = Number(value);
    else overrides[field] = headerValue(field, value);
  }
  return { overrides, lengthOff, rest: [] };
}

function headerValue(field: keyof PduHeader, text: string): number {
  const value = /^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text) ? Number(text) : Number.NaN;
  const max = fieldMax[field];
  if (value <= max) return value;
  const relative = field === "length" ? ", or +4 or -4 from the truth," : "";
  throw usageError(`--header ${field}: a number from 0 to ${max}${relative} is expected, not "${text}"`);
}
