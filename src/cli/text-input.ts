import { usageError } from "./command-error.js";
import type { Host } from "./host.js";

const TEXT_MAX_BYTES = 64 * 1024 * 1024;

/** All of stdin as bytes. Says so where it waits at a terminal that nobody was told to type into. */
export async function readBytesInput(host: Host, maxBytes: number): Promise<Buffer> {
  if (host.stdin.isTTY) host.stderr.write("reading from the terminal; end with Ctrl-D\n");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of host.stdin) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > maxBytes) throw usageError(`stdin: more than ${maxBytes} bytes`);
  }
  return Buffer.concat(chunks);
}

export async function readTextInput(host: Host): Promise<string> {
  return (await readBytesInput(host, TEXT_MAX_BYTES)).toString("utf8");
}
