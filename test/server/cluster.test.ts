import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { formatAddress } from "../../src/net/address.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";

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
