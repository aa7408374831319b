import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { RedisConnections } from "../../../../src/server/storage/sql/redis-connections.js";
import { parseRedisUrl } from "../../../../src/server/storage/sql/redis-url.js";

const sockets: Socket[] = [];
let server: Server | undefined;
afterEach(() => {
  server?.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Says the same to each command, of which several may come at once. */
async function serverThatSays(answer: string): Promise<number> {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.setEncoding("latin1").on("data", (commands: string) => {
      for (const _ of commands.matchAll(/^\*\d+\r\n/gm)) socket.write(answer);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

it.each([
  ["-LOADING Redis is loading the dataset in memory\r\n", "Redis is still loading what it holds", true],
  ["-NOAUTH Authentication required.\r\n", "Redis wants a password, as in redis://:password@host", false],
  [
    "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
    "Redis refuses the user or the password",
    false,
  ],
  ["HTTP/1.1 400 Bad Request\r\n\r\n", "what answers at PLACE is no Redis server", false],
])("a server that says %j is not joined, in words of an operator", async (answer, reason, isAway) => {
  const place = `127.0.0.1:${await serverThatSays(answer)}`;
  const target = parseRedisUrl(`redis://${place}`);
  if (target === undefined) throw new Error("not a URL");
  const opening = RedisConnections.open(target);
  await expect(opening).rejects.toMatchObject({
    name: "StorageOpenError",
    message: `redis://${place}: ${reason.replace("PLACE", place)}`,
    isAway,
  });
});
