import { expect, it } from "vitest";
import { formatAddress } from "../../src/net/address.js";
import { startAdminPort } from "../../src/server/admin-port.js";
import type { RunningRole } from "../../src/server/running-role.js";

it("shows a role's counters as they are at the moment (OBS-02)", async () => {
  let users = 1;
  const role: RunningRole = { role: "msg", addresses: {}, counters: () => ({ users: users++ }), stop: async () => {} };
  const admin = await startAdminPort(role, { host: "127.0.0.1", port: 0 });
  const url = `http://${formatAddress(admin.address)}`;
  const read = async (path: string) => (await fetch(url + path)).json();
  expect(await read("/counters")).toEqual({ role: "msg", users: 1 });
  expect(await read("/counters")).toEqual({ role: "msg", users: 2 });
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/counters`, { method: "DELETE" })).status).toBe(405);
  await admin.stop(1000);
  await expect(fetch(url)).rejects.toThrow();
});

it("is healthy while a role has all that it needs, and says what it lacks otherwise", async () => {
  let lacking: string[] = [];
  const role: RunningRole = {
    role: "msg",
    addresses: {},
    counters: () => ({}),
    lacking: () => lacking,
    stop: async () => {},
  };
  const admin = await startAdminPort(role, { host: "127.0.0.1", port: 0 });
  const healthz = async () => {
    const answer = await fetch(`http://${formatAddress(admin.address)}/healthz`);
    return { status: answer.status, body: await answer.json() };
  };
  expect(await healthz()).toEqual({ status: 200, body: { role: "msg", ok: true, lacking: [] } });
  lacking = ["route_server"];
  expect(await healthz()).toEqual({ status: 503, body: { role: "msg", ok: false, lacking: ["route_server"] } });
  await admin.stop(1000);
});

it("gives the counters to Prometheus (OBS-02)", async () => {
  const role: RunningRole = { role: "login", addresses: {}, counters: () => ({ users: 3 }), stop: async () => {} };
  const admin = await startAdminPort(role, { host: "127.0.0.1", port: 0 });
  const answer = await fetch(`http://${formatAddress(admin.address)}/metrics`);
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await answer.text()).toBe('# TYPE ttk_users gauge\nttk_users{role="login"} 3\n');
  await admin.stop(1000);
});
