import type { IncomingMessage } from "node:http";

/** The body is longer than allowed. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/** Reads a request's body. @throws BodyTooLargeError as soon as it is longer than allowed */
export async function readBody(request: IncomingMessage, sizeMaxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > sizeMaxBytes) throw new BodyTooLargeError(`more than ${sizeMaxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
