/** `import … from "teamtalk-testkit/server"`: the reference servers, alone or as a cluster, in this process. */
export type { Clock } from "../server/clock.js";
export { type ClusterOptions, LinksNotOpenError, type RunningCluster, startCluster } from "../server/cluster.js";
export { type ClusterLayout, clusterLayout, type LayoutChoice } from "../server/cluster-layout.js";
export { type DbProxyServerOptions, startDbProxyServer } from "../server/db/db-proxy-server.js";
export { EmbeddedDatabase, type EmbeddedDatabaseOptions } from "../server/db/embedded-database.js";
export {
  type FileServerLimits,
  type FileServerOptions,
  fileServerLimits,
  startFileServer,
} from "../server/file/file-server.js";
export { type HttpMsgServerOptions, startHttpMsgServer } from "../server/http-msg/http-msg-server.js";
export { type LoginServerOptions, startLoginServer } from "../server/login/login-server.js";
export { type MsfsOptions, startMsfs } from "../server/msfs/msfs.js";
export { startMsgServer } from "../server/msg/msg-server.js";
export { type MsgServerLimits, type MsgServerOptions, msgServerLimits } from "../server/msg/msg-server-options.js";
export { FileOutlet } from "../server/push/file-outlet.js";
export type { PushOutlet } from "../server/push/push-outlet.js";
export { type PushServerOptions, startPushServer } from "../server/push/push-server.js";
export { WebhookOutlet } from "../server/push/webhook-outlet.js";
export type { RoleName } from "../server/role-name.js";
export { type RouteServerOptions, startRouteServer } from "../server/route/route-server.js";
export type { RunningRole } from "../server/running-role.js";
export { type ServerLog, silentLog } from "../server/server-log.js";
export { crowdFixture } from "../server/storage/crowd-fixture.js";
export { FixtureError } from "../server/storage/fixture-error.js";
export { MemoryStorage } from "../server/storage/memory-storage.js";
export type { SeedData } from "../server/storage/seed-data.js";
export { parseSeedFixture } from "../server/storage/seed-fixture.js";
export type { Storage } from "../server/storage/storage.js";
