import { quoted } from "../codec/record/printable.js";

const meanings = {
  LOGIN_REFUSED: "the login was refused",
  TIMEOUT: "no answer in time",
  CLOSED: "the connection is closed",
  ANSWER_MALFORMED: "the answer cannot be decoded",
  DISCOVERY_FAILED: "login_server named no msg_server",
} as const;

export type ClientErrorCode = keyof typeof meanings;

export interface ClientErrorDetail {
  /** LOGIN_REFUSED, DISCOVERY_FAILED: what the server gave as the reason, as numbers of ResultType. */
  readonly resultCode?: number;
  readonly resultString?: string;
  /** TIMEOUT: what was waited for, and how long. */
  readonly waitedFor?: string;
  readonly timeoutMs?: number;
  /** Anything else that tells where to look. */
  readonly reason?: string;
}

/** What a device was asked to do did not come about. A connection that cannot be opened is a DialError instead. */
export class ClientError extends Error {
  override readonly name = "ClientError";

  constructor(
    readonly code: ClientErrorCode,
    readonly detail: ClientErrorDetail = {},
    options?: ErrorOptions,
  ) {
    super(describe(code, detail), options);
  }
}

function describe(
  code: ClientErrorCode,
  { resultCode, resultString, waitedFor, timeoutMs, reason }: ClientErrorDetail,
) {
  const facts = [
    resultCode === undefined ? undefined : `result_code ${resultCode}`,
    resultString === undefined ? undefined : quoted(resultString),
    waitedFor === undefined ? undefined : `waiting for ${waitedFor}`,
    timeoutMs === undefined ? undefined : `${timeoutMs} ms`,
    reason,
  ].filter((fact) => fact !== undefined);
  return facts.length === 0 ? meanings[code] : `${meanings[code]} (${facts.join(", ")})`;
}
