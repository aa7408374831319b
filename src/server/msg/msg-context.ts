import type { Clock } from "../clock.js";
import type { DatabasePort } from "../db/database-port.js";
import type { Deviations } from "../deviations.js";
import type { ServerLog } from "../server-log.js";
import type { Delivery } from "./delivery.js";
import type { FileClient } from "./file-client.js";
import type { GroupQueue } from "./group-queue.js";
import type { LoginClient } from "./login-client.js";
import type { MsgServerLimits } from "./msg-server-options.js";
import type { PushClient } from "./push-client.js";
import type { RouteClient } from "./route-client.js";
import type { UserTable } from "./user-table.js";

/** What the handlers of one msg_server share. */
export interface MsgContext {
  readonly database: DatabasePort;
  readonly route: RouteClient;
  readonly login: LoginClient;
  readonly users: UserTable;
  readonly delivery: Delivery;
  readonly groups: GroupQueue;
  readonly files: FileClient;
  readonly push: PushClient;
  readonly limits: MsgServerLimits;
  readonly deviates: Deviations;
  /** `--smart-route`: group messages tell route_server who their members are. */
  readonly tellsMembers: boolean;
  /** 32 bytes: for previews of pushes (PSH-01). */
  readonly textKey: string;
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
  /** Beyond groupMembersMax or groupNameMaxChars. */
  groupsRefused = 0;
  /** Not confirmed by 0x0302 within 15 to 30 s (MSG-13). */
  missedAcks = 0;
  /** Requests that were not taken because pendingRequestsMax was reached. */
  requestsOverPending = 0;
  /** Connections that gave way to others before they logged in. */
  strangersDropped = 0;
  /** MSG-06, MSG-07, MSG-12, MSG-23, GRP-07. */
  messagesRefused = 0;
  /** MSG-08. */
  messagesOverRate = 0;
  /** 0x0601 beyond peerCommandsPerSecondMax. */
  peerCommandsOverRate = 0;
  /** 0x0506, 0x050b and 0x050c beyond fileRequestsPerSecondMax. */
  fileRequestsOverRate = 0;
  /** 0x0302 received (MSG-13). */
  dataAcks = 0;
  /** Requests that the database did not answer. */
  databaseFailures = 0;
  /** 0x020a that no route_server answered. */
  statusFailures = 0;
}
