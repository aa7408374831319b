import protobuf from "protobufjs/light.js";
import { didYouMean } from "../did-you-mean.js";
import { commands } from "../registry.js";
import { messageNames, messageType } from "../schema.js";

/** All the names that a field can hold. */
interface KnownNames {
  /** `command`, `value of msg_type`. */
  readonly what: string;
  readonly names: readonly string[];
  /** What to write in place of a number that a record never has there. */
  readonly insteadOf: (number: number) => string | undefined;
}

/** What is wrong with comparing a field with something that it never equals: the filter would silently select nothing. */
export function problemOfLiteral(path: readonly string[], literal: string | number): string | undefined {
  const known = knownNamesOf(path);
  if (known === undefined) return undefined;
  if (typeof literal === "number") return known.insteadOf(literal);
  if (known.names.includes(literal)) return undefined;
  const inFull = known.names.find((name) => name.endsWith(`.${literal}`) || name.endsWith(`_${literal}`));
  const meant = inFull === undefined ? didYouMean(literal, known.names) : `; did you mean "${inFull}"?`;
  return `no ${known.what} is called ${JSON.stringify(literal)}${meant}`;
}

function knownNamesOf(path: readonly string[]): KnownNames | undefined {
  const [top, ...below] = path;
  if (top === "command") return { what: "command", names: commands.map(({ name }) => name), insteadOf: commandInstead };
  if (top === "message") return { what: "message", names: messageNames(), insteadOf: () => "a message has a name" };
  if (top === "dir")
    return { what: "direction", names: ["c2s", "s2c", "s2s"], insteadOf: () => "a direction has a name" };
  const field = below.at(-1);
  return top === "body" && field !== undefined ? knownNamesOfField(field) : undefined;
}

function commandInstead(id: number): string {
  return `a command has a name; header.commandId == 0x${id.toString(16).padStart(4, "0")} compares ids`;
}

/** Of a field that is an enumeration in every message that has it. A value without a name is shown as its number. */
function knownNamesOfField(name: string): KnownNames | undefined {
  const enums = messageNames().flatMap((message) => {
    const field = messageType(message).fields[name];
    return field === undefined ? [] : [field.resolve().resolvedType];
  });
  if (!enums.every((type) => type instanceof protobuf.Enum)) return undefined;
  return {
    what: `value of ${name}`,
    names: enums.flatMap(({ values }) => Object.keys(values)),
    insteadOf: (number) => {
      const names = new Set(enums.flatMap(({ valuesById }) => valuesById[number] ?? []));
      return names.size === 0 ? undefined : `${name} has names: ${[...names].join(", ")}`;
    },
  };
}
