import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Address } from "../net/address.js";
import { answerIn, type ReceivedAnswer } from "./http-answer.js";
import { Patience } from "./patience.js";
import type { PduTrace, TracedConnection } from "./pdu-trace.js";

/** What came back over one connection on which one HTTP request was sent. */
export interface HttpAnswer extends Omit<ReceivedAnswer, "isComplete"> {
  /** Why nothing more came. */
  readonly end: "complete" | "closed" | "timeout" | "unreachable" | "too-long" | "given-up";
}

/** A request as it is written, right or wrong; or in pieces, each of which is a segment of its own. */
export type HttpRequest = string | Buffer | readonly Buffer[];

export interface HttpExchangeOptions {
  readonly trace: PduTrace;
  readonly label: string;
  /** Of connecting, and of the answer once the whole request is sent. */
  readonly timeoutMs: number;
  readonly answerSizeMaxBytes?: number;
  readonly onOpen?: (local: Address) => void;
  /** Hangs up, whatever has come by then. */
  readonly signal?: AbortSignal;
}

const ANSWER_SIZE_MAX_BYTES = 64 * 1024;
/** Long enough for a segment of its own, TCP_NODELAY being set; there is no event to wait for. */
const PIECE_GAP_MS = 4;

/** Sends a request and takes what comes back. Never throws for what the server does. */
export function httpExchange(
  address: Address,
  request: HttpRequest,
  options: HttpExchangeOptions,
): Promise<HttpAnswer> {
  const { trace, label, timeoutMs, answerSizeMaxBytes = ANSWER_SIZE_MAX_BYTES, signal } = options;
  const pieces = piecesOf(request);
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    let traced: TracedConnection | undefined;
    let isDone = false;
    const socket = connect({ host: address.host, port: address.port, noDelay: true });
    const finish = (end: HttpAnswer["end"]) => {
      if (isDone) return;
      isDone = true;
      endWait();
      signal?.removeEventListener("abort", givenUp);
      socket.destroy();
      if (traced !== undefined && received.length > 0) trace.record(traced, "received", received.toString("latin1"));
      if (traced !== undefined) trace.record(traced, "closed", end);
      const { isComplete: _, ...answer } = answerIn(received);
      resolve({ ...answer, end });
    };
    const givenUp = () => finish("given-up");
    const wait = () => new Patience(timeoutMs).whenOver(() => finish("timeout"));
    let endWait = wait();
    signal?.addEventListener("abort", givenUp, { once: true });
    socket.on("connect", async () => {
      traced = { label, client: endOf(socket, "local"), server: endOf(socket, "remote"), plays: "client" };
      trace.opened(traced);
      options.onOpen?.(traced.client);
      endWait();
      for (const [index, piece] of pieces.entries()) {
        if (index > 0) await delay(PIECE_GAP_MS);
        // An answer, or a close, that comes before the whole request ends it.
        if (isDone) return;
        trace.record(traced, "sent", piece.toString("latin1"));
        socket.write(piece);
      }
      endWait = wait();
    });
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length > answerSizeMaxBytes) finish("too-long");
      else if (answerIn(received).isComplete) finish("complete");
    });
    socket.on("error", () => finish(traced !== undefined ? "closed" : "unreachable"));
    socket.on("end", () => finish("closed"));
    socket.on("close", () => finish("closed"));
  });
}

function piecesOf(request: HttpRequest): readonly Buffer[] {
  if (typeof request === "string") return [Buffer.from(request)];
  return Buffer.isBuffer(request) ? [request] : (request as readonly Buffer[]);
}

function endOf(socket: Socket, end: "local" | "remote"): Address {
  return { host: socket[`${end}Address`] ?? "", port: socket[`${end}Port`] ?? 0 };
}
