import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { parseAddress } from "../../src/net/address.js";
import { comesTo } from "../../src/net/comes-to.js";

const own = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family }) => family === "IPv4")?.address;

it.each([
  ["127.0.0.1:8200", "127.0.0.1:8200", true],
  ["localhost:8200", "127.0.0.1:8200", true],
  ["localhost:8200", "localhost:8200", true],
  ["localhost:8200", "0.0.0.0:8200", true],
  ["0.0.0.0:8200", "127.0.0.1:8200", true],
  ["127.0.1.1:8200", "[::]:8200", true],
  [`${own}:8200`, "0.0.0.0:8200", true],
  ["127.0.0.2:8200", "127.0.0.1:8200", false],
  ["localhost:8201", "localhost:8200", false],
  ["192.0.2.1:8200", "0.0.0.0:8200", false],
  ["no-such-host.invalid:8200", "0.0.0.0:8200", false],
])("whoever dials %s comes to who listens on %s: %s", async (dialled, listening, comes) => {
  const [to, at] = [parseAddress(dialled), parseAddress(listening)];
  expect(to && at && (await comesTo(to, at))).toBe(comes);
});
