/** What of an HTTP answer has come. */
export interface ReceivedAnswer {
  /** `undefined` when what came does not begin like an answer. */
  readonly status: number | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As far as it has come, without the marks of chunks; nothing beyond Content-Length. All of it when it is no answer. */
  readonly body: Buffer;
  /** Content-Length or the last chunk says that nothing is missing; without them, only the end of the connection does. */
  readonly isComplete: boolean;
}

const HEADERS_END = "\r\n\r\n";
const LINE_END = "\r\n";

/** Reads an answer of HTTP/1.0 or 1.1 as far as it has come. Never throws. */
export function answerIn(received: Buffer): ReceivedAnswer {
  const cut = received.indexOf(HEADERS_END);
  const head = received.toString("latin1", 0, cut < 0 ? received.length : cut);
  const [first = "", ...lines] = head.split(LINE_END);
  const digits = /^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1];
  if (digits === undefined) return { status: undefined, headers: {}, body: received, isComplete: false };
  const status = Number(digits);
  const headers = Object.fromEntries(lines.map(headerOf));
  if (cut < 0) return { status, headers, body: Buffer.alloc(0), isComplete: false };
  return { status, headers, ...bodyIn(received.subarray(cut + HEADERS_END.length), headers) };
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

function bodyIn(rest: Buffer, headers: Readonly<Record<string, string>>): Pick<ReceivedAnswer, "body" | "isComplete"> {
  if (/\bchunked$/i.test(headers["transfer-encoding"] ?? "")) return dechunked(rest);
  const length = Number(headers["content-length"]);
  if (Number.isNaN(length)) return { body: rest, isComplete: false };
  return { body: rest.subarray(0, length), isComplete: rest.length >= length };
}

function dechunked(rest: Buffer): Pick<ReceivedAnswer, "body" | "isComplete"> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < rest.length; ) {
    const lineEnd = rest.indexOf(LINE_END, at);
    const digits = /^[0-9a-f]{1,8}/i.exec(rest.toString("latin1", at, Math.max(at, lineEnd)))?.[0];
    if (digits === undefined) break;
    const size = Number.parseInt(digits, 16);
    if (size === 0) return { body: Buffer.concat(chunks), isComplete: true };
    const start = lineEnd + LINE_END.length;
    chunks.push(rest.subarray(start, start + size));
    at = start + size + LINE_END.length;
  }
  return { body: Buffer.concat(chunks), isComplete: false };
}
