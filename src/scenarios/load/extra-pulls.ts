import type { PullName } from "../../client/pull-all.js";

/** What a device may pull again while it is online: what the shipped clients pull on opening their lists, and a chat's history. */
export type ExtraPull = Exclude<PullName, "group_info"> | "history";

export const extraPulls: readonly ExtraPull[] = [
  "departments",
  "users",
  "groups",
  "sessions",
  "status",
  "unread",
  "history",
];
