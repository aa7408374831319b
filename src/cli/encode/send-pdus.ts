import { clientTypes } from "../../client/client-type.js";
import { isRequest, responseOf } from "../../client/requests.js";
import { decodeBody } from "../../codec/body-codec.js";
import { CommandId } from "../../codec/generated/commands.js";
import { UserStatType } from "../../codec/generated/enums.js";
import { loginPassword } from "../../codec/password.js";
import { HEADER_SIZE, readCommandId, readSeqNum, serverLimits } from "../../codec/pdu-header.js";
import { ProtocolError } from "../../codec/protocol-error.js";
import { commandById, hexId } from "../../codec/registry.js";
import { counterpartOf } from "../../codec/schema-entries.js";
import { type Address, formatAddress } from "../../net/address.js";
import { DialError, dial } from "../../net/dial.js";
import type { PduLink } from "../../net/pdu-link.js";
import { blockedError } from "../command-error.js";

export interface SendPlan {
  readonly to: Address;
  readonly login:
    | { readonly user: string; readonly password: string; readonly clientType: keyof typeof clientTypes }
    | undefined;
  readonly pdus: readonly Buffer[];
  /** Silence after which no more answers are awaited. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Each PDU that comes, its bytes valid only during the call, and the connection's ends. */
  readonly onAnswer: (pdu: Buffer, link: PduLink) => void;
  readonly onSent: (pdu: Buffer, link: PduLink) => void;
}

export interface SendOutcome {
  readonly ended: "answered" | "silence" | "closed" | "interrupted" | "long enough";
  /** Requests that no answer came for, in words. */
  readonly unanswered: readonly string[];
  readonly answers: number;
  /** What came that is no PDU, and ended the connection. */
  readonly broken: string | undefined;
}

/** A server that never falls silent (presence of others) does not keep us for longer. */
const TOTAL_MAX_MS = 60_000;
const LOGIN_WAIT_MS = 10_000;
const LOGIN_SEQ_NUM = 0xffff;

/** Sends PDUs, after logging in if asked, and hands over what comes back. @throws CommandError blocked */
export async function sendPdus(plan: SendPlan): Promise<SendOutcome> {
  const exchange = new Exchange(plan);
  try {
    const link = await dial(
      plan.to,
      { limits: serverLimits, signal: plan.signal, outboxSizeMaxBytes: Number.POSITIVE_INFINITY },
      {
        onPdu: (from, bytes, start, end) => exchange.received(from, bytes.subarray(start, end)),
        onClose: (_link, _reason, error) => exchange.closed(error),
      },
    );
    return await exchange.run(link);
  } catch (error) {
    if (error instanceof DialError) throw blockedError(error.message);
    throw error;
  }
}

class Exchange {
  /** Response command and seq_num → the request in words. */
  readonly #awaited = new Map<string, string>();
  #answers = 0;
  #isLoggingIn = false;
  #broken: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #finish: (reason: SendOutcome["ended"]) => void = () => {};
  readonly #finished = new Promise<SendOutcome["ended"]>((resolve) => {
    this.#finish = resolve;
  });
  #answerLogin: (pdu: Buffer | undefined) => void = () => {};

  constructor(private readonly plan: SendPlan) {}

  async run(link: PduLink): Promise<SendOutcome> {
    const { plan } = this;
    const interrupted = () => this.end("interrupted");
    plan.signal.addEventListener("abort", interrupted);
    const longEnough = setTimeout(() => this.end("long enough"), TOTAL_MAX_MS);
    try {
      if (plan.login !== undefined) await this.#logIn(link, plan.login);
      if (plan.signal.aborted) return { ended: "interrupted", unanswered: [], answers: 0, broken: undefined };
      const awaited = plan.pdus.map(awaitedAnswer);
      for (const answer of awaited) if (answer !== undefined) this.#awaited.set(answer.key, answer.request);
      for (const pdu of plan.pdus) {
        link.sendBytes(pdu);
        plan.onSent(pdu, link);
      }
      this.#restartWait();
      const ended = await this.#finished;
      return { ended, unanswered: [...this.#awaited.values()], answers: this.#answers, broken: this.#broken };
    } finally {
      clearTimeout(this.#timer);
      clearTimeout(longEnough);
      plan.signal.removeEventListener("abort", interrupted);
      link.close();
    }
  }

  received(link: PduLink, pdu: Buffer): void {
    if (this.#isLoggingIn) return this.#loginAnswered(pdu);
    this.#answers++;
    this.plan.onAnswer(pdu, link);
    this.#restartWait();
    const wasAwaited = this.#awaited.delete(keyOf(readCommandId(pdu), readSeqNum(pdu)));
    if (wasAwaited && this.#awaited.size === 0) this.end("answered");
  }

  end(reason: SendOutcome["ended"]): void {
    this.#finish(reason);
    this.#answerLogin(undefined);
  }

  closed(error: Error | undefined): void {
    if (error instanceof ProtocolError) this.#broken = error.message;
    this.end("closed");
  }

  #restartWait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end("silence"), this.plan.waitMs);
  }

  async #logIn(link: PduLink, { user, password, clientType }: NonNullable<SendPlan["login"]>): Promise<void> {
    this.#isLoggingIn = true;
    const answered = new Promise<Buffer | undefined>((resolve) => {
      this.#answerLogin = resolve;
    });
    link.send(
      CommandId.CID_LOGIN_REQ_USERLOGIN,
      {
        user_name: user,
        password: loginPassword(password),
        online_status: UserStatType.USER_STATUS_ONLINE,
        client_type: clientTypes[clientType],
        client_version: "ttk",
      },
      LOGIN_SEQ_NUM,
    );
    const timer = setTimeout(() => this.#answerLogin(undefined), LOGIN_WAIT_MS);
    const answer = await answered;
    clearTimeout(timer);
    if (this.plan.signal.aborted) return;
    const refusal = answer === undefined ? this.#silence : refusalIn(answer);
    if (refusal !== undefined) throw blockedError(`--login ${user}: ${formatAddress(this.plan.to)} ${refusal}`);
  }

  get #silence(): string {
    if (this.#broken !== undefined) return `gives an answer that is no PDU: ${this.#broken}`;
    return "closes the connection or gives no answer";
  }

  #loginAnswered(pdu: Buffer): void {
    if (readCommandId(pdu) !== CommandId.CID_LOGIN_RES_USERLOGIN) return;
    // What follows in the same read is an answer to nobody's login any more.
    this.#isLoggingIn = false;
    this.#answerLogin(Buffer.from(pdu));
  }
}

function refusalIn(answer: Buffer): string | undefined {
  try {
    const { result_code, result_string = "" } = decodeBody(CommandId.CID_LOGIN_RES_USERLOGIN, answer, HEADER_SIZE);
    return result_code === 0 ? undefined : `refuses: result_code ${result_code} ${result_string}`.trim();
  } catch (error) {
    if (error instanceof ProtocolError) return `gives an answer that cannot be decoded: ${error.message}`;
    throw error;
  }
}

/** What answers a PDU, if anything does: the paired command with the same seq_num (FRM-08). */
function awaitedAnswer(pdu: Buffer): { readonly key: string; readonly request: string } | undefined {
  if (pdu.length < HEADER_SIZE) return undefined;
  const command = commandById(readCommandId(pdu));
  if (command === undefined) return undefined;
  const isAsking = command.messageName.endsWith("Req");
  const response = isRequest(command.id) ? responseOf[command.id] : isAsking ? counterpartOf(command)?.id : undefined;
  if (response === undefined) return undefined;
  const seqNum = readSeqNum(pdu);
  return { key: keyOf(response, seqNum), request: `${hexId(command.id)} ${command.name} seq ${seqNum}` };
}

function keyOf(commandId: number, seqNum: number): string {
  return `${commandId} ${seqNum}`;
}
