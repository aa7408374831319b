import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Address, formatAddress, parseAddress } from "../../src/net/address.js";
import { startCluster } from "../../src/server/cluster.js";
import { crowdFixture } from "../../src/server/storage/crowd-fixture.js";
import { MemoryStorage } from "../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../src/server/storage/seed-fixture.js";
import { freePort } from "../helpers/killable-servers.js";
import { logIn } from "../helpers/logged-in.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";
import { until } from "../helpers/until.js";

it("tells clients to dial the advertised host, for msfs as for msg_server (LSV-03)", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ttk-cluster-"));
  const cluster = await ReferenceCluster.start({ with: ["msfs"], folder, advertiseHost: "chat.example" });
  const answer = await fetch(`http://${formatAddress(cluster.address("login", "http"))}/msg_server`);
  const { port } = cluster.address("msfs", "http");
  expect(await answer.json()).toMatchObject({
    priorIP: "chat.example",
    msfsPrior: `http://chat.example:${port}/`,
    msfsBackup: `http://chat.example:${port}/`,
  });
  await cluster.stop();
  await rm(folder, { recursive: true });
});

it("turns clients away beyond the limit at each port of theirs, and counts them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ttk-cluster-"));
  const cluster = await ReferenceCluster.start({ with: ["file", "http-msg", "msfs"], folder, clientsMax: 1 });
  for (const [role, port, counter] of [
    ["login", "clients", "clients.connectionsRefused"],
    ["login", "http", "httpRefused"],
    ["file", "clients", "clients.connectionsRefused"],
    ["http-msg", "http", "httpRefused"],
    ["msfs", "http", "httpRefused"],
  ] as const) {
    const dial = () => connect(cluster.address(role, port)).on("error", () => {});
    const first = dial();
    await once(first, "connect");
    await until(() => {
      dial().unref();
      return (cluster.counters(role)[counter] ?? 0) > 0;
    }, `${role} turns a second one away`);
    first.destroy();
  }
  await cluster.stop();
  await rm(folder, { recursive: true });
});

it.each([
  ["localhost", "127.0.0.1"],
  ["localhost", "0.0.0.0"],
  ["127.0.0.1", "0.0.0.0"],
])("dials a server of its own once, though it is called %s elsewhere and listens on %s", async (called, host) => {
  const clock = { nowMs: () => Date.now() };
  const [route, login, db] = [await freeAddress(), await freeAddress(), await freeAddress()];
  const here = (address: Address) => ({ ...address, host });
  const elsewhere = (address: Address) => [{ ...address, host: called }];
  const anywhere = { host: "127.0.0.1", port: 0 };
  const cluster = await startCluster({
    layout: {
      login: { clients: anywhere, http: anywhere, servers: here(login) },
      route: [here(route)],
      db: [here(db)],
      msg: [anywhere],
    },
    remote: { login: elsewhere(login), route: elsewhere(route), db: elsewhere(db) },
    linksPerDbProxy: 1,
    storage: new MemoryStorage(parseSeedFixture(crowdFixture(8), "crowd"), clock),
    clock,
  });
  const links = cluster.roles.find(({ role }) => role === "msg")?.inspection?.links() ?? [];
  expect(links.map(({ peer, at }) => `${peer} ${at}`).sort()).toEqual([
    `db ${called}:${db.port}`,
    `login ${called}:${login.port}`,
    `route ${called}:${route.port}`,
  ]);
  await cluster.stop(0);
});

it("listens at several hosts with each port, of PDUs and of HTTP, and dials itself at one of them", async () => {
  const clock = { nowMs: () => Date.now() };
  const anywhere = { host: "127.0.0.1", port: 0, alsoOn: ["127.0.0.2"] };
  const cluster = await startCluster({
    layout: {
      login: { clients: anywhere, http: anywhere, servers: anywhere },
      route: [anywhere],
      db: [],
      msg: [anywhere],
    },
    storage: new MemoryStorage(parseSeedFixture(crowdFixture(8), "crowd"), clock),
    clock,
  });
  const [login, route, msg] = cluster.roles;
  for (const host of ["127.0.0.1", "127.0.0.2"]) {
    const at = (address: Address | undefined): Address => ({ host, port: address?.port ?? 0 });
    const answer = await fetch(`http://${formatAddress(at(login?.addresses.http))}/msg_server`);
    expect(await answer.json()).toMatchObject({ code: 0, priorIP: "127.0.0.1" });
    expect((await logIn(at(msg?.addresses.clients), "user1")).userId).toBe(1);
  }
  expect(route?.counters().connections).toBe(1);
  await cluster.stop(0);
});

async function freeAddress(): Promise<Address> {
  return parseAddress(await freePort()) as Address;
}
