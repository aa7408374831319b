import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { formatAddress } from "../../src/net/address.js";
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
