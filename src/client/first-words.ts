import { connect } from "node:net";
import { checkedLength, HEADER_SIZE, readCommandId, serverLimits } from "../codec/pdu-header.js";
import { hasHeaderMarks } from "../codec/plausible-header.js";
import { ProtocolError } from "../codec/protocol-error.js";
import { commandById } from "../codec/registry.js";
import type { Address } from "../net/address.js";
import { DialError } from "../net/dial.js";
import { Patience } from "./patience.js";

/** What came first over a connection on which something had been asked. */
export type FirstWords =
  /** A PDU, or what is one but for its length. */
  | { readonly kind: "pdu" }
  /** Bytes that begin no PDU: the first of them. */
  | { readonly kind: "foreign"; readonly bytes: Buffer }
  /** The connection ended, or the wait did, before a byte came. */
  | { readonly kind: "closed" | "silent" };

export interface FirstWordsOptions {
  /** Of connecting, and of the first words once connected. */
  readonly connectTimeoutMs: number;
  readonly answerTimeoutMs: number;
  /** Ends the wait as if its time were over. */
  readonly signal?: AbortSignal;
}

const KEPT_MAX_BYTES = 64;
const LENGTH_SIZE = 4;

/** Asks something and listens for who answers: a server of the protocol, another one, or nobody. @throws DialError */
export function firstWords(address: Address, question: Buffer, options: FirstWordsOptions): Promise<FirstWords> {
  const { connectTimeoutMs, answerTimeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    let isConnected = false;
    const socket = connect({ host: address.host, port: address.port, noDelay: true });
    const end = (settle: () => void) => {
      endWait();
      signal?.removeEventListener("abort", over);
      socket.destroy();
      settle();
    };
    const fail = (code: string) => end(() => reject(new DialError(code, address)));
    const finish = (kind: "closed" | "silent") =>
      end(() => resolve(received.length > 0 ? { kind: "foreign", bytes: received } : { kind }));
    const over = () => (isConnected || signal?.aborted ? finish("silent") : fail("ETIMEDOUT"));
    let endWait = new Patience(connectTimeoutMs).whenOver(over);
    signal?.addEventListener("abort", over, { once: true });
    if (signal?.aborted) return over();
    socket.on("connect", () => {
      isConnected = true;
      endWait();
      endWait = new Patience(answerTimeoutMs).whenOver(over);
      socket.write(question);
    });
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]).subarray(0, KEPT_MAX_BYTES);
      if (beginsPdu(received)) end(() => resolve({ kind: "pdu" }));
      else if (isForeign(received)) finish("closed");
    });
    // Stays for good: a destroyed socket may still report an error.
    socket.on("error", ({ code, message }: NodeJS.ErrnoException) =>
      isConnected ? finish("closed") : fail(code ?? message),
    );
    socket.on("close", () => finish("closed"));
  });
}

/** A header whose length is wrong is a server's of the protocol, too: what is wrong with it is for cases to say. */
function beginsPdu(bytes: Buffer): boolean {
  if (bytes.length < HEADER_SIZE) return false;
  return hasHeaderMarks(bytes, 0) || (hasLength(bytes) && commandById(readCommandId(bytes)) !== undefined);
}

function isForeign(bytes: Buffer): boolean {
  return bytes.length >= HEADER_SIZE || (bytes.length >= LENGTH_SIZE && !hasLength(bytes));
}

function hasLength(bytes: Buffer): boolean {
  try {
    checkedLength(bytes, 0, serverLimits);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
