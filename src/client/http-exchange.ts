import { connect, type Socket } from "node:net";
import type { Address } from "../net/address.js";
import { Patience } from "./patience.js";
import type { PduTrace, TracedConnection } from "./pdu-trace.js";

/** What came back over one connection on which one HTTP request was sent. */
export interface HttpAnswer {
  /** `undefined` when nothing came that begins like an answer. */
  readonly status: number | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Why nothing more came. */
  readonly end: "complete" | "closed" | "timeout" | "unreachable" | "too-long";
}

export interface HttpExchangeOptions {
  readonly trace: PduTrace;
  readonly label: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const ANSWER_SIZE_MAX_BYTES = 64 * 1024;

/** Sends a request as it is written, right or wrong, and takes what comes back. Never throws for what the server does. */
export function httpExchange(address: Address, request: string, options: HttpExchangeOptions): Promise<HttpAnswer> {
  const { trace, label, timeoutMs, signal } = options;
  return new Promise((resolve) => {
    let received = "";
    let traced: TracedConnection | undefined;
    let isDone = false;
    const socket = connect({ host: address.host, port: address.port });
    const finish = (end: HttpAnswer["end"]) => {
      if (isDone) return;
      isDone = true;
      endWait();
      signal?.removeEventListener("abort", stopped);
      socket.destroy();
      if (traced !== undefined && received !== "") trace.record(traced, "received", received);
      if (traced !== undefined) trace.record(traced, "closed", end);
      resolve({ ...parsed(received), end });
    };
    const stopped = () => finish("timeout");
    const endWait = new Patience(timeoutMs).whenOver(stopped);
    signal?.addEventListener("abort", stopped, { once: true });
    socket.on("connect", () => {
      traced = { label, client: endOf(socket, "local"), server: endOf(socket, "remote"), plays: "client" };
      trace.opened(traced);
      trace.record(traced, "sent", request);
      socket.write(request);
    });
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (received.length > ANSWER_SIZE_MAX_BYTES) finish("too-long");
      else if (isComplete(received)) finish("complete");
    });
    socket.on("error", () => finish(traced !== undefined ? "closed" : "unreachable"));
    socket.on("end", () => finish("closed"));
    socket.on("close", () => finish("closed"));
  });
}

function endOf(socket: Socket, end: "local" | "remote"): Address {
  return { host: socket[`${end}Address`] ?? "", port: socket[`${end}Port`] ?? 0 };
}

function isComplete(received: string): boolean {
  const { headers, body, status } = parsed(received);
  const length = headers["content-length"];
  return status !== undefined && length !== undefined && body.length >= Number(length);
}

function parsed(received: string): Omit<HttpAnswer, "end"> {
  const cut = received.indexOf("\r\n\r\n");
  const [first = "", ...lines] = (cut < 0 ? received : received.slice(0, cut)).split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1];
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return {
    status: status === undefined ? undefined : Number(status),
    headers,
    body: cut < 0 ? "" : received.slice(cut + 4),
  };
}
