import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { formatAddress, type ListenAddress } from "../../net/address.js";
import type { Clock } from "../clock.js";
import { FailureLog } from "../failure-log.js";
import { answer } from "../http-answer.js";
import { startHttpPort } from "../http-port.js";
import type { RunningRole } from "../running-role.js";
import { type ServerLog, silentLog } from "../server-log.js";
import { FileFolder, type StoredFile } from "./file-folder.js";
import { takeUpload } from "./upload.js";

export interface MsfsOptions {
  readonly listen: ListenAddress;
  /** Where files are kept. Made when it is not there. */
  readonly folder: string;
  /** What begins the url of an answer; what the client dialled unless given. */
  readonly site?: string;
  readonly clock: Clock;
  readonly log?: ServerLog;
  readonly connectionsMax?: number;
  readonly fileSizeMaxBytes?: number;
  /** Of all files in the folder, those of an original msfs too; what would not fit gets 507. No limit unless given. */
  readonly folderSizeMaxBytes?: number;
  /** How long a whole upload may take, and a download may stand still. */
  readonly requestTimeoutMs?: number;
}

const CONNECTIONS_MAX = 1024;
const FILE_SIZE_MAX_BYTES = 64 << 20;
const REQUEST_TIMEOUT_MS = 120_000;
const HEADERS_SIZE_MAX_BYTES = 8 * 1024;
/** A Host header as it may stand in a URL. */
const HOST = /^[\w.:[\]-]{1,255}$/;
/** What browsers may show; anything else is for saving, so that nobody's page runs from here. */
const contentTypes: Readonly<Record<string, string>> = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".mp3": "audio/mpeg",
  ".wav": "audio/wav",
};

/** Starts an msfs (MFS-01): files by HTTP, uploaded as a form, given out by path. @throws ListenError */
export async function startMsfs(options: MsfsOptions): Promise<RunningRole> {
  const { log = silentLog, fileSizeMaxBytes = FILE_SIZE_MAX_BYTES } = options;
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const folder = new FileFolder(options.folder, options.folderSizeMaxBytes ?? Number.POSITIVE_INFINITY);
  const failures = new FailureLog(log, "msfs", "disk failed");
  const counts = { filesKept: 0, filesGiven: 0, uploadsRefused: 0, uploadsOverRoom: 0, bytesKept: 0, bytesGiven: 0 };
  const siteFor = ({ headers: { host = "" } }: IncomingMessage): string =>
    options.site ?? `http://${HOST.test(host) ? host : formatAddress(http.address)}/`;

  const upload = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const result = await takeUpload(request, folder, fileSizeMaxBytes);
    if (result.kind === "refused") {
      counts.uploadsRefused++;
      if (result.status === 507) counts.uploadsOverRoom++;
      return answer(response, { status: result.status, body: { error_code: 1, error_msg: result.reason } });
    }
    const { path, sizeBytes } = result;
    counts.filesKept++;
    counts.bytesKept += sizeBytes;
    answer(response, { status: 200, body: { error_code: 0, error_msg: "", path, url: `${siteFor(request)}${path}` } });
  };
  const give = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return answer(response, { status: 405, body: { error_code: 1, error_msg: "use GET or POST" } });
    }
    const path = (request.url ?? "/").split("?")[0]?.slice(1) ?? "";
    const file = await folder.find(path);
    if (file === undefined) {
      return answer(response, { status: 404, body: { error_code: 1, error_msg: "there is no such file" } });
    }
    response.writeHead(200, headersOf(file));
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    counts.filesGiven++;
    counts.bytesGiven += file.sizeBytes;
    response.setTimeout(requestTimeoutMs, () => request.socket.destroy());
    await pipeline(file.open(), response);
  };
  // No upload takes half of it, so that nobody writes any more to what has not been written to for so long.
  const deadAfterMs = 2 * requestTimeoutMs;
  const removeDeadParts = () => folder.removeDeadParts(options.clock.nowMs() - deadAfterMs);
  await removeDeadParts();
  await folder.open();
  const http = await startHttpPort(
    {
      listen: options.listen,
      connectionsMax: options.connectionsMax ?? CONNECTIONS_MAX,
      requestTimeoutMs,
      headersSizeMaxBytes: HEADERS_SIZE_MAX_BYTES,
    },
    (request, response) => {
      const handle = request.method === "POST" ? upload : give;
      handle(request, response).catch((error: NodeJS.ErrnoException) => {
        if (request.socket.destroyed) return;
        failures.failed(error.code ?? error.message);
        if (response.headersSent) response.destroy();
        else answer(response, { status: 500, body: { error_code: 1, error_msg: "the file cannot be kept or read" } });
      });
    },
  );

  // Those that were too young at the start.
  const removing = setTimeout(() => void removeDeadParts(), deadAfterMs).unref();

  return {
    role: "msfs",
    addresses: { http: http.address },
    counters: () => ({ httpRequests: http.requests, httpRefused: http.refused, ...counts }),
    stop: (graceMs) => {
      clearTimeout(removing);
      return http.stop(graceMs);
    },
  };
}

function headersOf({ sizeBytes, ending }: StoredFile): Record<string, string | number> {
  const shown = contentTypes[ending];
  return {
    Connection: "close",
    "Content-Length": sizeBytes,
    "Content-Type": shown ?? "application/octet-stream",
    "X-Content-Type-Options": "nosniff",
    ...(shown === undefined ? { "Content-Disposition": "attachment" } : {}),
  };
}
