import { afterEach, describe, expect, it } from "vitest";
import type { PduPeer } from "../../src/client/peer.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { formatAddress } from "../../src/net/address.js";
import { startAdminPort } from "../../src/server/admin-port.js";
import { deviatingIn } from "../../src/server/deviations.js";
import type { ClusterInspection, LinkStatus } from "../../src/server/inspection.js";
import { inspectionOf, switchable } from "../../src/server/running-cluster-inspection.js";
import { logIn, PC, PHONE } from "../helpers/logged-in.js";
import { ReferenceCluster, type ReferenceClusterOptions } from "../helpers/reference-cluster.js";
import { until } from "../helpers/until.js";

const everybody = { clientsMax: 10 };
let cluster: ReferenceCluster;
const peers: PduPeer[] = [];

async function start(options: ReferenceClusterOptions = {}): Promise<ClusterInspection> {
  const deviates = switchable(deviatingIn([]));
  cluster = await ReferenceCluster.start({ deviates, ...options });
  return inspectionOf({ roles: cluster.roles, deviates, hasDatabase: true });
}

async function device(name: string, clientType: typeof PC | typeof PHONE, msgServer = 0) {
  const one = await logIn(cluster.msg(msgServer), name, clientType);
  peers.push(one.peer);
  return one;
}

/** Position of the nth server of a role. */
function at(role: string, n = 0): number {
  const found = cluster.roles.flatMap((each, position) => (each.role === role ? [position] : []))[n];
  if (found === undefined) throw new Error(`no ${role} ${n}`);
  return found;
}

afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
  await cluster.stop();
});

describe("inspection", () => {
  it("shows each link at both ends: the dialler's local address is where the other side is dialled from", async () => {
    const inspection = await start({ msgServers: 2, dbProxies: 1, with: ["push"] });
    const links = (way: LinkStatus["direction"]) =>
      inspection.roles(everybody).flatMap((role) => role.links.filter((link) => link.direction === way && link.isOpen));
    // To login, route and push one each, to db four, from two msg_servers.
    await until(() => links("to").length === 14 && links("from").length === 14, "all links are open");
    expect(new Set(links("to").map(({ local }) => local))).toEqual(new Set(links("from").map((link) => link.at)));
  });

  it("knows the master among the links to route_servers (RTE-08), at both ends", async () => {
    const inspection = await start({ routeServers: 2 });
    const masters = () => {
      const roles = inspection.roles(everybody).map(({ links }) => links.filter(({ isMaster }) => isMaster));
      return [roles[at("msg")]?.length, (roles[at("route")]?.length ?? 0) + (roles[at("route", 1)]?.length ?? 0)];
    };
    await until(() => masters().every((count) => count === 1), "one master at each end");
  });

  it("cuts a link, says when it is dialled again, and sees it heal", async () => {
    const inspection = await start({ serverLink: { redialDelaysMs: [200] } });
    const link = (): LinkStatus | undefined =>
      inspection.roles(everybody)[at("msg")]?.links.find(({ id }) => id === "to route 0");
    const before = link()?.local;
    expect(inspection.cutLink(at("msg"), "to route 0")).toBe(true);
    expect(inspection.cutLink(at("msg"), "to route 0")).toBe(false);
    await until(() => link()?.redialInMs !== undefined, "it says when it is dialled again");
    await until(() => link()?.isOpen === true, "it is open again");
    expect(link()?.local).not.toBe(before);
    expect(inspection.cutLink(at("route"), `from ${link()?.local}`)).toBe(true);
    await until(() => link()?.isOpen === false, "it is lost");
    await until(() => link()?.isOpen === true, "it is open again");
  });

  it("counts devices, finds clients by name or id, and is limited in how many it shows", async () => {
    const inspection = await start();
    await device("user1", PC);
    const { userId } = await device("user2", PHONE);
    const clients = (question: { clientsMax: number; matching?: string }) =>
      inspection.roles(question)[at("msg")]?.clients;
    expect(clients(everybody)?.devices).toEqual({ windows: 1, mac: 0, ios: 1, android: 0 });
    expect(clients(everybody)?.slowest.map(({ userName }) => userName)).toEqual(["user1", "user2"]);
    expect(clients({ clientsMax: 1 })?.slowest).toHaveLength(1);
    expect(clients({ clientsMax: 9, matching: "user2" })?.slowest).toMatchObject([{ userId, clientType: PHONE }]);
    expect(clients({ clientsMax: 9, matching: "nobody" })?.slowest).toEqual([]);
  });

  it("kicks a device with 0x0107 and leaves the user's other one, or kicks both", async () => {
    const inspection = await start();
    const pc = await device("user1", PC);
    const phone = await device("user1", PHONE);
    expect(inspection.kick(at("msg"), pc.userId, PC)).toBe(1);
    expect((await pc.peer.expect(CommandId.CID_LOGIN_KICK_USER)).body.user_id).toBe(pc.userId);
    await pc.peer.expectClosed();
    await phone.peer.expectHeartbeat();
    await device("user1", PC);
    expect(inspection.kick(at("msg"), pc.userId)).toBe(2);
    await phone.peer.expect(CommandId.CID_LOGIN_KICK_USER);
    await phone.peer.expectClosed();
    expect(inspection.kick(at("login"), pc.userId)).toBe(0);
  });

  it("switches a deviation of msg_server while it runs", async () => {
    const inspection = await start();
    expect(inspection.deviate("LGN-12", true)).toBe(true);
    const { peer, userId } = await device("user1", PC);
    inspection.kick(at("msg"), userId, PC);
    await peer.expect(CommandId.CID_LOGIN_KICK_USER);
    await peer.expectHeartbeat();
    inspection.deviate("LGN-12", false);
    inspection.kick(at("msg"), userId, PC);
    await peer.expectClosed();
  });

  it.each([0, 1])("switches a deviation of the database while it runs, over %i db_proxy_servers", async (dbProxies) => {
    const inspection = await start({ dbProxies });
    const logInBySql = async () => {
      const stranger = await logIn(cluster.msg(0), "x' or '1'='1", PHONE).catch(() => undefined);
      if (stranger !== undefined) peers.push(stranger.peer);
      return stranger?.userId;
    };
    expect(await logInBySql()).toBeUndefined();
    inspection.deviate("LGN-08", true);
    expect(await logInBySql()).toBeGreaterThan(0);
    inspection.deviate("LGN-08", false);
    expect(await logInBySql()).toBeUndefined();
  });

  it("refuses to switch what is settled at the start, or done by a role that is not here, and says why", async () => {
    const inspection = await start();
    const reasons = Object.fromEntries(inspection.deviations().map(({ id, fixedBecause }) => [id, fixedBecause]));
    expect(reasons["FRM-06"]).toBe("how a port frames is settled when it opens");
    expect(reasons["HMS-03"]).toBe("no http-msg runs here");
    expect(reasons["LGN-12"]).toBeUndefined();
    expect(inspection.deviate("FRM-06", true)).toBe(false);
    expect(inspection.deviations().some(({ isOn }) => isOn)).toBe(false);
  });

  it("is read at /status of the admin port", async () => {
    await start();
    const role = cluster.roles[at("msg")];
    if (role === undefined) throw new Error("no msg_server");
    const admin = await startAdminPort(role, { host: "127.0.0.1", port: 0 });
    const status = await (await fetch(`http://${formatAddress(admin.address)}/status`)).json();
    await admin.stop(1000);
    expect(status).toMatchObject({
      role: "msg",
      addresses: { clients: formatAddress(cluster.msg(0)) },
      lacking: [],
      links: [
        { id: "to login 0", isOpen: true },
        { id: "to route 0", isMaster: true },
      ],
      clients: { devices: { windows: 0 }, slowest: [] },
      counters: { users: 0 },
    });
  });
});
