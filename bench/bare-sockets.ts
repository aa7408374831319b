/**
 * What bench/generator-size.ts compares devices with: sockets of `net` that are connected and do nothing, as many as it is
 * told. Prints "open" once all are and their garbage is gone, and keeps them until its input ends.
 *
 * node --expose-gc bare-sockets PORT COUNT
 */
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const AT_ONCE = 64;
/** As the generator's --local-address 127.0.0.2-127.0.0.9. */
const ADDRESSES = 8;
/** V8 gives memory back some time after a collection. */
const COLLECTIONS = 3;
const SETTLE_MS = 2000;
const sockets: Socket[] = [];

async function open(): Promise<void> {
  while (sockets.length < count) {
    const socket = connect({ port, host: "127.0.0.1", localAddress: `127.0.0.${2 + (sockets.length % ADDRESSES)}` });
    sockets.push(socket);
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    socket.setNoDelay(true);
  }
}

process.stdin.resume().once("end", () => process.exit());
await Promise.all(Array.from({ length: AT_ONCE }, open));
for (let time = 0; time < COLLECTIONS; time++) {
  await setTimeout(SETTLE_MS);
  globalThis.gc?.();
}
await setTimeout(SETTLE_MS);
console.log("open");
