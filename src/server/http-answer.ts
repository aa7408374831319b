import type { RequestListener, ServerResponse } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  /** An object goes out as JSON, text as it is. */
  readonly body: object | string;
}

/** Answers and ends the connection: nobody asks these servers twice. */
export function answer(response: ServerResponse, { status, body }: HttpAnswer): void {
  const isText = typeof body === "string";
  const text = isText ? body : `${JSON.stringify(body, undefined, 3)}\n`;
  response.writeHead(status, {
    Connection: "close",
    "Content-Length": Buffer.byteLength(text),
    "Content-Type": isText ? "text/plain; version=0.0.4; charset=utf-8" : "application/json; charset=utf-8",
  });
  response.end(text);
}

/**
 * Handles GET alone, by path.
 * @param find `undefined` closes the connection without a response
 * @param requestSizeMaxBytes a request above this gets what `tooLarge` says
 */
export function getOnly(
  requestSizeMaxBytes: number,
  find: (path: string) => HttpAnswer | undefined,
  tooLarge: () => HttpAnswer | undefined = () => ({ status: 431, body: { msg: "request too large" } }),
): RequestListener {
  return (request, response) => {
    // Node counts names and values only, and stops reading soon after the limit; this is the exact one.
    const found = request.socket.bytesRead > requestSizeMaxBytes ? tooLarge() : find(request.url ?? "");
    if (found === undefined) {
      request.socket.destroy();
      return;
    }
    const readOnly = request.method === "GET" || request.method === "HEAD";
    answer(response, found.status === 200 && !readOnly ? { status: 405, body: { msg: "use GET" } } : found);
  };
}
