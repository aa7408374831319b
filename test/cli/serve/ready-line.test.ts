import { expect, it } from "vitest";
import { readyJson, readyText, type ServedRole } from "../../../src/cli/serve/ready-line.js";
import type { RunningRole } from "../../../src/server/running-role.js";

const at = (port: number) => ({ host: "127.0.0.1", port });
const role = (name: RunningRole["role"], addresses: RunningRole["addresses"], admin: number): ServedRole => ({
  running: { role: name, addresses, counters: () => ({}), stop: async () => {} },
  admin: { address: at(admin) },
});
const roles = [
  role("login", { clients: at(1), http: at(2), servers: at(3) }, 4),
  role("msg", { clients: at(41234) }, 5),
];

it("the ready line names each role's address and admin port in one line of JSON", () => {
  const line = readyJson(roles);
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(JSON.parse(line)).toEqual({
    ready: true,
    roles: [
      { role: "login", address: "127.0.0.1:1", http: "127.0.0.1:2", servers: "127.0.0.1:3", admin: "127.0.0.1:4" },
      { role: "msg", address: "127.0.0.1:41234", admin: "127.0.0.1:5" },
    ],
  });
});

it("people get a line for each role", () => {
  expect(readyText(roles)).toBe(
    "login  clients 127.0.0.1:1  http 127.0.0.1:2  servers 127.0.0.1:3  counters http://127.0.0.1:4/counters\n" +
      "msg    clients 127.0.0.1:41234  counters http://127.0.0.1:5/counters\n",
  );
});
