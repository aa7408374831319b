import type { Socket } from "node:net";

/**
 * Closes a socket with a reset, so that the peer learns that this was no orderly end. Once the socket's own end is under way
 * libuv refuses to reset, and Node.js would never close it: then it is closed plainly.
 */
export function breakOff(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
