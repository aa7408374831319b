import { usageError } from "./command-error.js";
import type { Host } from "./host.js";

const STDIN_MAX_BYTES = 64 * 1024 * 1024;

/** All of stdin as bytes. Refuses to sit waiting at a terminal that nobody was told to type into. */
async function readBytesInput(host: Host): Promise<Buffer> {
  if (host.stdin.isTTY) host.stderr.write("reading from the terminal; end with Ctrl-D\n");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of host.stdin) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > STDIN_MAX_BYTES) throw usageError(`stdin: more than ${STDIN_MAX_BYTES} bytes; give a file instead`);
  }
  return Buffer.concat(chunks);
}

export async function readTextInput(host: Host): Promise<string> {
  return (await readBytesInput(host)).toString("utf8");
}
