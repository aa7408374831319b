import { InvalidArgumentError } from "commander";
import { type ClientTypeName, clientTypes } from "../../client/client-type.js";
import { didYouMean } from "../../codec/did-you-mean.js";

/** Parses `windows,mac,ios` for commander. */
export function deviceTypesValue(text: string): readonly ClientTypeName[] {
  const known = Object.keys(clientTypes);
  return text.split(",").map((name) => {
    const type = name.trim();
    if (!Object.hasOwn(clientTypes, type)) {
      const hint = didYouMean(type, known) || `; there is ${known.join(", ")}.`;
      throw new InvalidArgumentError(`There is no device type "${type}"${hint}`);
    }
    return type as ClientTypeName;
  });
}
