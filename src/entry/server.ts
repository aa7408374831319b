/** `import … from "teamtalk-testkit/server"`: the reference servers, alone or as a cluster, in this process. */
export type { Clock } from "../server/clock.js";
export { type ClusterOptions, LinksNotOpenError, type RunningCluster, startCluster } from "../server/cluster.js";
export { type ClusterLayout, clusterLayout, type LayoutChoice } from "../server/cluster-layout.js";
export { type DbProxyServerOptions, startDbProxyServer } from "../server/db/db-proxy-server.js";
export { EmbeddedDatabase, type EmbeddedDatabaseOptions } from "../server/db/embedded-database.js";
export { type LoginServerOptions, startLoginServer } from "../server/login/login-server.js";
export { startMsgServer } from "../server/msg/msg-server.js";
export { type MsgServerLimits, type MsgServerOptions, msgServerLimits } from "../server/msg/msg-server-options.js";
export { type RouteServerOptions, startRouteServer } from "../server/route/route-server.js";
export type { RoleName, RunningRole } from "../server/running-role.js";
export { type ServerLog, silentLog } from "../server/server-log.js";
export { crowdFixture } from "../server/storage/crowd-fixture.js";
export { FixtureError } from "../server/storage/fixture-error.js";
export { MemoryStorage } from "../server/storage/memory-storage.js";
export type { SeedData } from "../server/storage/seed-data.js";
export { parseSeedFixture } from "../server/storage/seed-fixture.js";
export type { Storage } from "../server/storage/storage.js";
