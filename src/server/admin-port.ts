import { type HttpPort, startHttpPort } from "./http-port.js";
import type { RunningRole } from "./running-role.js";

const CONNECTIONS_MAX = 64;
const REQUEST_TIMEOUT_MS = 5000;
const REQUEST_SIZE_MAX_BYTES = 8 * 1024;

/** OBS-02: `GET /counters` of one role, on a free port of `host`. @throws ListenError */
export function startAdminPort(role: RunningRole, host: string): Promise<HttpPort> {
  return startHttpPort(
    {
      listen: { host, port: 0 },
      connectionsMax: CONNECTIONS_MAX,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      requestSizeMaxBytes: REQUEST_SIZE_MAX_BYTES,
    },
    (path) => {
      if (path !== "/counters") return { status: 404, body: { msg: "try /counters" } };
      return { status: 200, body: { role: role.role, ...role.counters() } };
    },
  );
}
