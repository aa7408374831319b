import protobuf from "protobufjs/light.js";
import { schemaJson } from "./generated/schema.js";

const root = protobuf.Root.fromJSON(JSON.parse(schemaJson));
const types = new Map<string, protobuf.Type>();
let partialRoot: protobuf.Root | undefined;

/** The descriptor of a message by its full name, `IM.Login.IMLoginReq`. */
export function messageType(fullName: string): protobuf.Type {
  const known = types.get(fullName);
  if (known !== undefined) return known;
  const type = root.lookupType(fullName);
  hideDefaults(type, new Set());
  types.set(fullName, type);
  return type;
}

/** The same message with nothing required: to make bodies that lack what they should have (FRM-10). */
export function partialMessageType(fullName: string): protobuf.Type {
  partialRoot ??= protobuf.Root.fromJSON(JSON.parse(schemaJson.replaceAll('"rule":"required",', "")));
  return partialRoot.lookupType(fullName);
}

/** Full names of all messages, in the order of the packages. */
export function messageNames(): string[] {
  return namesBelow(root, (entry) => entry instanceof protobuf.Type);
}

/** Full names of all enumerations, `IM.BaseDefine.MsgType`. */
export function enumNames(): string[] {
  return namesBelow(root, (entry) => entry instanceof protobuf.Enum);
}

export function enumType(fullName: string): protobuf.Enum {
  return root.lookupEnum(fullName);
}

function namesBelow(
  namespace: protobuf.NamespaceBase,
  wanted: (entry: protobuf.ReflectionObject) => boolean,
): string[] {
  return namespace.nestedArray.flatMap((entry) => {
    if (wanted(entry)) return [entry.fullName.slice(1)];
    return entry instanceof protobuf.Namespace ? namesBelow(entry, wanted) : [];
  });
}

/**
 * protobufjs puts default values on the prototype, so that an absent optional field reads as if it were there.
 * Presence matters on this wire (an absent user_info is not an empty one), so absent must read as `undefined`.
 */
function hideDefaults(type: protobuf.Type, visited: Set<protobuf.Type>): void {
  if (visited.has(type)) return;
  visited.add(type);
  const prototype = type.ctor.prototype as object;
  // A body is plain data: as JSON, too, it shows the numbers that it holds, whichever decoder read it.
  Object.defineProperty(prototype, "toJSON", { value: undefined });
  for (const field of type.fieldsArray) {
    const { resolvedType } = field.resolve();
    if (!field.repeated) Reflect.deleteProperty(prototype, field.name);
    if (resolvedType instanceof protobuf.Type) hideDefaults(resolvedType, visited);
  }
}
