import type { Deviations } from "../../deviations.js";
import { buddyCommands } from "./buddy-commands.js";
import type { DatabaseCommands, DatabaseNotices } from "./database-command.js";
import { deviatingCommands } from "./deviating-commands.js";
import { groupCommands } from "./group-commands.js";
import { loginCommands } from "./login-commands.js";
import { messageCommands, messageNotices } from "./message-commands.js";
import { fileNotices, pushAndFileCommands } from "./push-and-file-commands.js";

/** Everything that a database answers, by request. The type says if one is missing. */
const strictCommands: DatabaseCommands = {
  ...loginCommands,
  ...buddyCommands,
  ...messageCommands,
  ...groupCommands,
  ...pushAndFileCommands,
};

export function databaseCommands(deviates: Deviations): DatabaseCommands {
  return deviatingCommands(strictCommands, deviates);
}

export const databaseNotices: DatabaseNotices = { ...messageNotices, ...fileNotices };
