import { didYouMean } from "../did-you-mean.js";
import { type Command, commandById, commandByName, commands, commandsOfMessage } from "../registry.js";
import { messageType } from "../schema.js";
import { BodyJsonError, type JsonObject } from "./body-json.js";
import { assignField, type FieldTextOptions } from "./field-text.js";

/**
 * Reads `IMLoginReq user_name=user1 client_type=ios` into the JSON that `pduFromJson` takes. The first word names a message
 * or a command; each of the others sets a field (see `assignField`).
 * @throws BodyJsonError
 */
export function jsonFromShortForm(words: readonly string[], options: FieldTextOptions): JsonObject {
  const [name = "", ...assignments] = words;
  const command = commandNamed(name);
  const type = messageType(command.messageName);
  const body: JsonObject = {};
  for (const assignment of assignments) {
    const equals = assignment.indexOf("=");
    if (equals < 1) throw new BodyJsonError(`"${assignment}": field=value is expected`);
    assignField(type, body, assignment.slice(0, equals), assignment.slice(equals + 1), "build", options);
  }
  return { command: command.name, body };
}

/** By message (`IMLoginReq`, with or without its package), command (`CID_LOGIN_REQ_USERLOGIN`) or id (`0x0103`). */
export function commandNamed(name: string): Command {
  const id = /^(?:0x[0-9a-f]{1,4}|\d{1,5})$/i.test(name) ? Number(name) : undefined;
  const found = id === undefined ? (commandByName(name.toUpperCase()) ?? ofMessage(name)) : commandById(id);
  if (found !== undefined) return found;
  const near = id === undefined ? didYouMean(name, knownNames()) : "";
  throw new BodyJsonError(`"${name}" is neither a message nor a command${near || "; ttk schema lists them"}`);
}

function ofMessage(name: string): Command | undefined {
  const lower = name.toLowerCase();
  return (
    commandsOfMessage(name)[0] ??
    commands.find(({ messageName }) => `.${messageName.toLowerCase()}`.endsWith(`.${lower}`))
  );
}

function knownNames(): string[] {
  return [
    ...commands.map(({ messageName }) => messageName.slice(messageName.lastIndexOf(".") + 1)),
    ...commands.map(({ name }) => name),
  ];
}
