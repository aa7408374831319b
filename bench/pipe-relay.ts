/** A baseline of bench/tap-throughput.ts: the least that a relay in Node.js can do, two sockets piped into each other. Prints its port. */
import { type AddressInfo, connect, createServer } from "node:net";

const upstreamPort = Number(process.argv[2]);
const server = createServer((client) => {
  const upstream = connect(upstreamPort, "127.0.0.1");
  client.pipe(upstream).pipe(client);
  client.on("error", () => upstream.destroy());
  upstream.on("error", () => client.destroy());
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
