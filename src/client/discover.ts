import { get } from "node:http";
import { CommandId } from "../codec/generated/commands.js";
import { ResultType } from "../codec/generated/enums.js";
import { type Address, formatAddress, isHost } from "../net/address.js";
import { ClientError } from "./client-error.js";
import { PduPeer } from "./peer.js";

/** Which msg_server login_server sends a client to. */
export interface MsgServerOffer {
  readonly address: Address;
  /** The same server by its other address; often equal. */
  readonly backup: Address;
}

const DISCOVERY_TIMEOUT_MS = 5000;
const ANSWER_SIZE_MAX_BYTES = 64 * 1024;

/** `GET /msg_server` at login_server's HTTP port (LSV-03). @throws ClientError DISCOVERY_FAILED */
export async function discoverByHttp(loginServer: Address, timeoutMs = DISCOVERY_TIMEOUT_MS): Promise<MsgServerOffer> {
  const text = await fetchText(loginServer, timeoutMs);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw failed(loginServer, "the answer is not JSON");
  }
  const { code, msg, priorIP, backupIP, port } = (answer ?? {}) as Record<string, unknown>;
  if (code !== 0) throw new ClientError("DISCOVERY_FAILED", refusalOf(code, msg));
  // The port is a string on the wire; a number would be understood too.
  return offerOf(loginServer, priorIP, backupIP, Number(port));
}

/** 0x0101 → 0x0102 at login_server's port for clients (LSV-02). @throws ClientError DISCOVERY_FAILED; DialError */
export async function discoverByPdu(loginServer: Address, timeoutMs = DISCOVERY_TIMEOUT_MS): Promise<MsgServerOffer> {
  const peer = await PduPeer.dial(loginServer, { answerTimeoutMs: timeoutMs });
  try {
    const { result_code, prior_ip, backip_ip, port } = await peer.request(CommandId.CID_LOGIN_REQ_MSGSERVER, {});
    if (result_code !== ResultType.REFUSE_REASON_NONE) {
      throw new ClientError("DISCOVERY_FAILED", { resultCode: result_code });
    }
    return offerOf(loginServer, prior_ip, backip_ip, port);
  } catch (error) {
    if (error instanceof ClientError) throw error;
    throw new ClientError("DISCOVERY_FAILED", { reason: (error as Error).message }, { cause: error });
  } finally {
    peer.close();
  }
}

/** @throws ClientError unless the first host and the port can be dialled */
function offerOf(loginServer: Address, prior: unknown, backup: unknown, port = 0): MsgServerOffer {
  if (!isNamed(prior) || !Number.isInteger(port) || port < 1 || port > 65535)
    throw failed(loginServer, "the answer names no address");
  return { address: { host: prior, port }, backup: { host: isNamed(backup) ? backup : prior, port } };
}

function isNamed(host: unknown): host is string {
  return typeof host === "string" && isHost(host);
}

function refusalOf(code: unknown, msg: unknown): { resultCode?: number; resultString?: string } {
  return {
    ...(typeof code === "number" ? { resultCode: code } : {}),
    ...(typeof msg === "string" && msg !== "" ? { resultString: msg } : {}),
  };
}

function failed(loginServer: Address, reason: string): ClientError {
  return new ClientError("DISCOVERY_FAILED", { reason: `${reason} (${formatAddress(loginServer)})` });
}

function fetchText({ host, port }: Address, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(failed({ host, port }, reason));
    const request = get({ host, port, path: "/msg_server", agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      response.on("data", (chunk: Buffer) => {
        sizeBytes += chunk.length;
        if (sizeBytes <= ANSWER_SIZE_MAX_BYTES) chunks.push(chunk);
        else request.destroy(new Error(`the answer is longer than ${ANSWER_SIZE_MAX_BYTES} bytes`));
      });
      response.on("end", () => {
        clearTimeout(deadline);
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString("utf8"));
        else fail(`HTTP status ${response.statusCode}`);
      });
      response.on("error", (error) => fail(error.message));
    });
    // Of the whole exchange: an answer that trickles in must not hold a client for ever.
    const deadline = setTimeout(
      () => request.destroy(new Error(`no answer within ${timeoutMs} ms: is it the HTTP port?`)),
      timeoutMs,
    );
    request.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(deadline);
      fail(wordsFor(error));
    });
  });
}

/** Servers of PDUs close when HTTP's first letters are no length of theirs; some say something before. */
function wordsFor({ code = "", message }: NodeJS.ErrnoException): string {
  const isClosed = code === "ECONNRESET" || code === "EPIPE";
  if (!isClosed && !code.startsWith("HPE_")) return message;
  const what = isClosed ? "the connection was closed without an HTTP answer" : "the answer is not HTTP";
  return `${what}: is it a port for PDUs? login_server's HTTP port is another one, and a msg_server has none`;
}
