import type { Address } from "../net/address.js";
import { getOnly, type HttpAnswer } from "./http-answer.js";
import { type HttpPort, startHttpPort } from "./http-port.js";
import { prometheusText } from "./prometheus-text.js";
import { roleStatus } from "./role-status.js";
import type { RunningRole } from "./running-role.js";

const CONNECTIONS_MAX = 64;
/** In `/status`, of thousands. */
const CLIENTS_MAX = 20;
const REQUEST_TIMEOUT_MS = 5000;
const REQUEST_SIZE_MAX_BYTES = 8 * 1024;

/**
 * OBS-02: `GET /counters` (JSON), `/metrics` (for Prometheus), `/status` (JSON: links, devices, the slowest clients) and
 * `/healthz` of one role, which is 200 while the role can serve and 503 with what it lacks while it cannot.
 * @throws ListenError
 */
export function startAdminPort(role: RunningRole, listen: Address): Promise<HttpPort> {
  return startHttpPort(
    {
      listen,
      connectionsMax: CONNECTIONS_MAX,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      headersSizeMaxBytes: REQUEST_SIZE_MAX_BYTES,
    },
    getOnly(REQUEST_SIZE_MAX_BYTES, (path) => answerFor(role, path)),
  );
}

function answerFor(role: RunningRole, path: string): HttpAnswer {
  switch (path.split("?")[0]) {
    case "/counters":
      return { status: 200, body: { role: role.role, ...role.counters() } };
    case "/metrics":
      return { status: 200, body: prometheusText(role.role, role.counters()) };
    case "/status":
      return { status: 200, body: roleStatus(role, { clientsMax: CLIENTS_MAX }) };
    case "/healthz": {
      const lacking = role.lacking?.() ?? [];
      return { status: lacking.length === 0 ? 200 : 503, body: { role: role.role, ok: lacking.length === 0, lacking } };
    }
    default:
      return { status: 404, body: { msg: "try /counters, /metrics, /status or /healthz" } };
  }
}
