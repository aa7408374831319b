import { buddyCommands } from "./buddy-commands.js";
import type { DatabaseCommands, DatabaseNotices } from "./database-command.js";
import { groupCommands } from "./group-commands.js";
import { loginCommands } from "./login-commands.js";
import { messageCommands, messageNotices } from "./message-commands.js";
import { fileNotices, pushAndFileCommands } from "./push-and-file-commands.js";

/** Everything that a database answers, by request. The type says if one is missing. */
export const databaseCommands: DatabaseCommands = {
  ...loginCommands,
  ...buddyCommands,
  ...messageCommands,
  ...groupCommands,
  ...pushAndFileCommands,
};

export const databaseNotices: DatabaseNotices = { ...messageNotices, ...fileNotices };
