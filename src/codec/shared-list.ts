import protobuf from "protobufjs/light.js";
import { messageType, partialMessageType } from "./schema.js";

// A list that is to be shared, and its bytes once they have been asked for.
const bytesOf = new WeakMap<object, Buffer | undefined>();
const listFieldsOf = new Map<string, readonly string[]>();

/**
 * Has a list that goes to many peers (all users, on each login) encoded only once. Neither the list nor what is in it may
 * change from now on; it is known by its identity, and forgotten with it.
 */
export function shareList(list: readonly object[]): void {
  if (!bytesOf.has(list)) bytesOf.set(list, undefined);
}

export interface SharedList {
  /** The name of the field that holds it. */
  readonly field: string;
  readonly list: readonly object[];
}

/** The first shared list in a body. Costs one look-up for messages that hold no lists of messages. */
export function sharedListIn(messageName: string, body: object): SharedList | undefined {
  for (const field of listFields(messageName)) {
    const list = (body as Record<string, unknown>)[field];
    if (typeof list === "object" && list !== null && bytesOf.has(list))
      return { field, list: list as readonly object[] };
  }
  return undefined;
}

/** The field with its keys and lengths, as it stands in any body that holds the list. */
export function sharedListBytes(messageName: string, { field, list }: SharedList): Buffer {
  const known = bytesOf.get(list);
  if (known !== undefined) return known;
  const encoded = partialMessageType(messageName)
    .encode({ [field]: list })
    .finish() as Buffer;
  bytesOf.set(list, encoded);
  return encoded;
}

function listFields(messageName: string): readonly string[] {
  let fields = listFieldsOf.get(messageName);
  if (fields === undefined) {
    const { fieldsArray } = messageType(messageName);
    fields = fieldsArray
      .filter((field) => field.repeated && field.resolve().resolvedType instanceof protobuf.Type)
      .map(({ name }) => name);
    listFieldsOf.set(messageName, fields);
  }
  return fields;
}
