import type { Clock } from "../clock.js";
import type { DatabasePort } from "../db/database-port.js";
import type { Deviations } from "../deviations.js";
import type { ServerLog } from "../server-log.js";
import type { Delivery } from "./delivery.js";
import type { FileClient } from "./file-client.js";
import type { GroupQueue } from "./group-queue.js";
import type { LoginClient } from "./login-client.js";
import type { MsgCounts } from "./msg-counts.js";
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
