import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { framePdu } from "../../../src/codec/pdu.js";
import { readCommandId } from "../../../src/codec/pdu-header.js";
import type { Address } from "../../../src/net/address.js";
import { deviatingIn } from "../../../src/server/deviations.js";
import { type LoginServerOptions, startLoginServer } from "../../../src/server/login/login-server.js";
import type { RunningRole } from "../../../src/server/running-role.js";
import { capturePdus, captureText } from "../../helpers/capture-pdus.js";
import { ServerPeer } from "../../helpers/server-peer.js";
import { until } from "../../helpers/until.js";

const freePort = { host: "127.0.0.1", port: 0 };

let server: RunningRole | undefined;
afterEach(async () => {
  await server?.stop(1000);
  server = undefined;
});

async function start(options: Partial<LoginServerOptions> = {}): Promise<RunningRole> {
  server = await startLoginServer({ listen: { clients: freePort, http: freePort, servers: freePort }, ...options });
  return server;
}

function address(port: "clients" | "http" | "servers"): Address {
  const found = server?.addresses[port];
  if (found === undefined) throw new Error("start the server first");
  return found;
}

interface Registration {
  readonly port: number;
  readonly users?: number;
  readonly usersMax?: number;
}

/** A msg_server that has registered, once login_server knows it. */
async function register({ port, users = 0, usersMax = 100 }: Registration): Promise<ServerPeer> {
  const peer = await ServerPeer.dial(address("servers"));
  peer.send(CommandId.CID_OTHER_MSG_SERV_INFO, {
    ip1: `10.0.0.${port}`,
    ip2: `10.0.1.${port}`,
    port,
    max_conn_cnt: usersMax,
    cur_conn_cnt: users,
    host_name: "test",
  });
  const known = server?.counters().msgServers;
  await until(() => server?.counters().msgServers !== known, "msgServers is no longer known");
  return peer;
}

async function countUser(peer: ServerPeer, user_action: number): Promise<void> {
  const before = server?.counters()["servers.pdusIn"];
  peer.send(CommandId.CID_OTHER_USER_CNT_UPDATE, { user_action, user_id: 7 });
  await until(() => server?.counters()["servers.pdusIn"] !== before, "servers.pdusIn is no longer before");
}

/** Sends text to the HTTP port and returns the status line and body of the answer, or "" when there is none. */
function http(request: string): Promise<{ status: string; headers: string; body: string }> {
  const { host, port } = address("http");
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, host, () => socket.write(request));
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      answer += text;
    });
    socket.on("error", reject);
    socket.on("close", () => {
      const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
      const [status = "", ...headers] = head.split("\r\n");
      resolve({ status, headers: headers.join("\n"), body });
    });
  });
}

async function askByHttp(): Promise<unknown> {
  return JSON.parse((await http("GET /msg_server HTTP/1.1\r\nHost: x\r\n\r\n")).body);
}

async function askByPdu(): Promise<unknown> {
  const client = await ServerPeer.dial(address("clients"));
  client.send(CommandId.CID_LOGIN_REQ_MSGSERVER, {}, 4711);
  const answer = await client.expect(CommandId.CID_LOGIN_RES_MSGSERVER, 4711);
  expect(await client.untilClosed()).toBe("peer-closed");
  return answer;
}

describe("login_server over HTTP (LSV-03)", () => {
  it("answers what the original answered in the captured session, field by field in its order", async () => {
    await start();
    const peer = await ServerPeer.dial(address("servers"));
    peer.send(CommandId.CID_OTHER_MSG_SERV_INFO, {
      ip1: "127.0.0.1",
      ip2: "127.0.0.1",
      port: 8000,
      max_conn_cnt: 100_000,
      cur_conn_cnt: 0,
      host_name: "test",
    });
    await until(() => server?.counters().msgServers === 1, "msgServers is 1");
    const captured = captureText("client-session.pcap", 8080);
    const { status, body } = await http(captured.toPort.replace("keep-alive", "close"));
    expect(status).toBe("HTTP/1.1 200 OK");
    const expected: unknown = JSON.parse(captured.fromPort.split("\r\n\r\n")[1] as string);
    expect(JSON.parse(body)).toEqual(expected);
    expect(Object.keys(JSON.parse(body) as object)).toEqual(Object.keys(expected as object));
  });

  it("answers code 1 when no msg_server is known and code 2 when all are full", async () => {
    await start();
    expect(await askByHttp()).toMatchObject({ code: 1, msg: expect.stringMatching(/./) });
    await register({ port: 1, users: 5, usersMax: 5 });
    expect(await askByHttp()).toMatchObject({ code: 2, msg: expect.stringMatching(/./) });
  });

  it.each(["/msg_server", "/msg_server?a=b", "/msg_server/x", "/msg_serverless"])("serves %s", async (path) => {
    await start();
    expect((await http(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)).status).toBe("HTTP/1.1 200 OK");
  });

  it.each(["/", "/msg_serve", "/other", "/x/msg_server"])("answers 404 to %s", async (path) => {
    await start();
    expect((await http(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)).status).toBe("HTTP/1.1 404 Not Found");
  });

  it("answers 405 to a POST", async () => {
    await start();
    const { status } = await http("POST /msg_server HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    expect(status).toBe("HTTP/1.1 405 Method Not Allowed");
  });

  it.each([
    [1024, "HTTP/1.1 200 OK"],
    [1025, "HTTP/1.1 431 Request Header Fields Too Large"],
    [60_000, "HTTP/1.1 431 Request Header Fields Too Large"],
  ])("answers a request of %i bytes with %s", async (size, status) => {
    await start();
    const head = "GET /msg_server HTTP/1.1\r\nHost: x\r\nX-Filler: ";
    const tail = "\r\n\r\n";
    expect((await http(head + "x".repeat(size - head.length - tail.length) + tail)).status).toBe(status);
  });

  it("answers 400 to what is not HTTP", async () => {
    await start();
    expect((await http("\u0000\u0001garbage\r\n\r\n")).status).toBe("HTTP/1.1 400 Bad Request");
  });

  it("gives a request that never ends up", async () => {
    await start({ clientTimeoutMs: 300 });
    expect((await http("GET /msg_server HTTP/1.1\r\nHost: ")).status).toMatch(/^HTTP\/1.1 408 /);
  });
});

describe("login_server by PDU (LSV-02)", () => {
  it("answers where to go, with the request's seq_num, and closes", async () => {
    await start();
    await register({ port: 3 });
    expect(await askByPdu()).toEqual({ result_code: 0, prior_ip: "10.0.0.3", backip_ip: "10.0.1.3", port: 3 });
  });

  it("answers result 1 when no msg_server is known and 2 when all are full", async () => {
    await start();
    expect(await askByPdu()).toEqual({ result_code: 1 });
    await register({ port: 3, users: 9, usersMax: 9 });
    expect(await askByPdu()).toEqual({ result_code: 2 });
  });

  it("ignores anything else", async () => {
    await start();
    const client = await ServerPeer.dial(address("clients"));
    client.link.sendBytes(framePdu(CommandId.CID_OTHER_MSG_SERV_INFO, Buffer.from("0a0161", "hex")));
    client.link.sendBytes(framePdu(0x0999, Buffer.alloc(0)));
    client.send(CommandId.CID_OTHER_HEARTBEAT, {});
    client.send(CommandId.CID_LOGIN_REQ_MSGSERVER, {});
    expect(await client.expect(CommandId.CID_LOGIN_RES_MSGSERVER)).toEqual({ result_code: 1 });
    expect(client.heartbeats).toBe(0);
  });

  it("shows a client the door that only drips bytes of a request that never ends", async () => {
    await start({ clientTimeoutMs: 300 });
    const client = await ServerPeer.dial(address("clients"));
    client.link.sendBytes(Buffer.from("00010000", "hex"));
    const dripping = setInterval(() => client.link.sendBytes(Buffer.from("00", "hex")), 50);
    await client.untilClosed();
    clearInterval(dripping);
  });

  it("turns away clients beyond its limit", async () => {
    await start({ clientsMax: 2 });
    await ServerPeer.dial(address("clients"));
    await ServerPeer.dial(address("clients"));
    await (await ServerPeer.dial(address("clients"))).untilClosed();
    expect(server?.counters()).toMatchObject({ "clients.connections": 2, "clients.connectionsRefused": 1 });
  });
});

describe("login_server and its msg_servers", () => {
  it("hands out the one with the fewest users, by registration and by reports since (LSV-01, LSV-02)", async () => {
    await start();
    const first = await register({ port: 1, users: 3 });
    const second = await register({ port: 2, users: 2 });
    expect(await askByPdu()).toMatchObject({ port: 2 });
    await countUser(second, 1);
    expect(await askByPdu()).toMatchObject({ port: 1 });
    await countUser(second, 2);
    await countUser(first, 1);
    expect(await askByHttp()).toMatchObject({ port: "2" });
  });

  it("takes a second registration on the same link for a correction", async () => {
    await start();
    const peer = await register({ port: 1, users: 100 });
    expect(await askByPdu()).toEqual({ result_code: 2 });
    const info = { ip1: "10.0.0.9", ip2: "10.0.1.9", port: 9, max_conn_cnt: 5, cur_conn_cnt: 4, host_name: "test" };
    peer.send(CommandId.CID_OTHER_MSG_SERV_INFO, info);
    await until(() => server?.counters().users === 4, "users is 4");
    expect(await askByPdu()).toMatchObject({ port: 9 });
  });

  it("no longer hands out a msg_server whose link is lost (LSV-04)", async () => {
    await start();
    const lost = await register({ port: 1 });
    await register({ port: 2, users: 50 });
    expect(await askByPdu()).toMatchObject({ port: 1 });
    lost.link.destroy();
    await until(() => server?.counters().msgServers === 1, "msgServers is 1");
    expect(await askByPdu()).toMatchObject({ port: 2 });
  });

  it("ignores and counts reports that make no sense, and never counts below zero", async () => {
    await start();
    const stranger = await ServerPeer.dial(address("servers"));
    await countUser(stranger, 1);
    const peer = await register({ port: 1 });
    await countUser(peer, 3);
    await countUser(peer, 2);
    expect(server?.counters()).toMatchObject({ users: 0, "servers.ignoredUndecodable": 2 });
  });

  it("follows the user counts of the captured session", async () => {
    await start();
    const peers = new Map<number, ServerPeer>();
    let expectedUsers = 0;
    for (const { from, to, bytes } of capturePdus("cluster-session.pcap", 8100)) {
      if (to !== 8100 || readCommandId(bytes) !== CommandId.CID_OTHER_USER_CNT_UPDATE) continue;
      const peer = peers.get(from) ?? (await register({ port: peers.size + 1, users: 10 }));
      if (!peers.has(from)) expectedUsers += 10;
      peers.set(from, peer);
      peer.link.sendBytes(bytes);
      expectedUsers += bytes.includes(Buffer.from("0801", "hex"), 16) ? 1 : -1;
      await until(() => server?.counters().users === expectedUsers, "users is expectedUsers");
    }
    expect(peers.size).toBe(2);
  });

  it("sends heartbeats to msg_servers and gives silent ones up", async () => {
    await start({ link: { heartbeatIntervalMs: 200, idleTimeoutMs: 700 } });
    const peer = await ServerPeer.dial(address("servers"));
    await peer.untilHeartbeat();
    await peer.untilClosed();
  });
});

describe("a port in use", () => {
  it.each(["clients", "http", "servers"] as const)(
    "is named when it is the one for %s, and frees the others",
    async (port) => {
      await start();
      const taken = address(port);
      const listen = { clients: freePort, http: freePort, servers: freePort, [port]: taken };
      await expect(startLoginServer({ listen })).rejects.toThrow(
        `cannot listen on 127.0.0.1:${taken.port}: the port is in use`,
      );
    },
  );
});

describe("login_server that deviates", () => {
  it("never answers by PDU (LSV-02)", async () => {
    await start({ deviates: deviatingIn(["LSV-02"]) });
    const client = await ServerPeer.dial(address("clients"));
    client.send(CommandId.CID_LOGIN_REQ_MSGSERVER, {}, 4711);
    await until(() => server?.counters()["clients.ignoredUnknown"] === 1, "clients.ignoredUnknown is 1");
    expect(client.closed).toBeUndefined();
    expect(client.takeAll()).toEqual([]);
    client.link.destroy();
  });

  it.each([
    ["another path", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a request above 1024 bytes", `GET /msg_server HTTP/1.1\r\nHost: x\r\nX-Y: ${"x".repeat(1024)}\r\n\r\n`],
    ["a path above 1024 bytes", `GET /msg_server?${"x".repeat(5000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])("closes without a response for %s (LSV-03)", async (_, request) => {
    await start({ deviates: deviatingIn(["LSV-03"]) });
    expect(await http(request)).toEqual({ status: "", headers: "", body: "" });
    expect(await askByHttp()).toEqual({ code: 1, msg: "no msg_server is known" });
  });
});
