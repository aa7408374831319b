import { expect, it } from "vitest";
import { formatAddress } from "../../src/net/address.js";
import { startAdminPort } from "../../src/server/admin-port.js";
import type { RunningRole } from "../../src/server/running-role.js";

it("shows a role's counters as they are at the moment (OBS-02)", async () => {
  let users = 1;
  const role: RunningRole = { role: "msg", addresses: {}, counters: () => ({ users: users++ }), stop: async () => {} };
  const admin = await startAdminPort(role, "127.0.0.1");
  const url = `http://${formatAddress(admin.address)}`;
  const read = async (path: string) => (await fetch(url + path)).json();
  expect(await read("/counters")).toEqual({ role: "msg", users: 1 });
  expect(await read("/counters")).toEqual({ role: "msg", users: 2 });
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/counters`, { method: "DELETE" })).status).toBe(405);
  await admin.stop(1000);
  await expect(fetch(url)).rejects.toThrow();
});
