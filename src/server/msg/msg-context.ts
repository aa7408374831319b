import type { Clock } from "../clock.js";
import type { DatabasePort } from "../db/database-port.js";
import type { ServerLog } from "../server-log.js";
import type { Delivery } from "./delivery.js";
import type { GroupQueue } from "./group-queue.js";
import type { LoginClient } from "./login-client.js";
import type { MsgServerLimits } from "./msg-server-options.js";
import type { RouteClient } from "./route-client.js";
import type { StatusRequests } from "./status-requests.js";
import type { UserTable } from "./user-table.js";

/** What the handlers of one msg_server share. */
export interface MsgContext {
  readonly database: DatabasePort;
  readonly route: RouteClient;
  readonly login: LoginClient;
  readonly users: UserTable;
  readonly delivery: Delivery;
  readonly groups: GroupQueue;
  readonly statusRequests: StatusRequests;
  readonly limits: MsgServerLimits;
  readonly clock: Clock;
  readonly log: ServerLog;
  readonly counts: MsgCounts;
}

/** OBS-02. */
export class MsgCounts {
  logins = 0;
  loginsRefused = 0;
  kicks = 0;
  messagesAccepted = 0;
  /** MSG-06, MSG-07, MSG-12, MSG-23, GRP-07. */
  messagesRefused = 0;
  /** MSG-08. */
  messagesOverRate = 0;
  /** 0x0302 received (MSG-13). */
  dataAcks = 0;
  /** Requests that the database did not answer. */
  databaseFailures = 0;
}
