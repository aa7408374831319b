import { didYouMean } from "../did-you-mean.js";
import { messageNames, messageType } from "../schema.js";

/** Names at the top of a record, and what can stand below each; `fields`: the fields of any message. */
const topNames: Readonly<Record<string, readonly string[] | "fields" | undefined>> = {
  seq: [],
  time: [],
  conn: [],
  dir: [],
  offset: [],
  header: ["length", "version", "flag", "serviceId", "commandId", "seqNum", "reserved"],
  command: [],
  message: [],
  body: "fields",
  text: [],
  attach: "fields",
  unknownFields: ["path", "field", "wireType", "hex"],
  error: ["code", "message"],
};
const attachNames = ["type", "handle", "serviceType", "pdu", "message", "body", "text", "error"];

let fieldNames: readonly string[] | undefined;

/** What is wrong with a name of a path; `undefined` when it can be there. */
export function problemOfName(names: readonly string[]): string | undefined {
  const name = names.at(-1) ?? "";
  const [top = ""] = names;
  if (names.length === 1) {
    if (Object.hasOwn(topNames, top)) return undefined;
    const inBody = allFieldNames().includes(top)
      ? `; did you mean "body.${top}"?`
      : didYouMean(top, Object.keys(topNames));
    return `a record has no field ${JSON.stringify(top)}${inBody}`;
  }
  const below = topNames[top] ?? [];
  const known = below !== "fields" ? below : top === "attach" ? [...attachNames, ...allFieldNames()] : allFieldNames();
  if (below !== "fields" && names.length > 2) return `${names.slice(0, -1).join(".")} has no fields`;
  if (known.includes(name)) return undefined;
  const where = below === "fields" ? "no message has a field" : `${top} has no field`;
  return `${where} ${JSON.stringify(name)}${didYouMean(name, known)}`;
}

function allFieldNames(): readonly string[] {
  fieldNames ??= [...new Set(messageNames().flatMap((name) => Object.keys(messageType(name).fields)))];
  return fieldNames;
}
