import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { ClientType, ResultType, UserStatType } from "../../src/codec/generated/enums.js";
import { type Address, parseAddress } from "../../src/net/address.js";
import { ServerPeer } from "../helpers/server-peer.js";
import { TtkProcess } from "../helpers/ttk-process.js";

interface Ready {
  readonly ready: true;
  readonly roles: readonly Readonly<Record<string, string>>[];
}

// md5 of "secret", as the shipped clients send it (protocol.md).
const SECRET = "5ebe2294ecd0e0f08eab7690d2a6ee69";
const running: TtkProcess[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.kill();
});

function ttk(...args: string[]): TtkProcess {
  const started = new TtkProcess(args);
  running.push(started);
  return started;
}

async function ready(server: TtkProcess): Promise<Ready> {
  return JSON.parse(await server.line(() => true)) as Ready;
}

function address(text: string | undefined): Address {
  const parsed = parseAddress(text ?? "");
  if (parsed === undefined) throw new Error(`no address: ${text}`);
  return parsed;
}

async function logIn(at: string | undefined, user_name: string) {
  const client = await ServerPeer.dial(address(at));
  client.send(
    CommandId.CID_LOGIN_REQ_USERLOGIN,
    {
      user_name,
      password: SECRET,
      online_status: UserStatType.USER_STATUS_ONLINE,
      client_type: ClientType.CLIENT_TYPE_WINDOWS,
    },
    17,
  );
  const answer = await client.expect(CommandId.CID_LOGIN_RES_USERLOGIN, 17);
  return { client, answer };
}

describe("ttk serve", () => {
  it("serves a whole cluster on free ports until SIGTERM, then exits 0", async () => {
    const server = ttk("serve", "--ports", "auto", "--json");
    const { roles } = await ready(server);
    expect(roles.map(({ role }) => role)).toEqual(["login", "route", "msg", "msg"]);

    const { client, answer } = await logIn(roles[2]?.address, "user1");
    expect(answer).toMatchObject({
      result_code: ResultType.REFUSE_REASON_NONE,
      user_info: { user_real_name: "user1" },
    });

    const found = await fetch(`http://${roles[0]?.http}/msg_server`);
    const { code, priorIP, port } = (await found.json()) as Record<string, unknown>;
    // The other one: user1 has made the first the busier of the two.
    expect({ code, at: `${priorIP}:${port}` }).toEqual({ code: 0, at: roles[3]?.address });

    const counters = (await (await fetch(`http://${roles[1]?.admin}/counters`)).json()) as Record<string, unknown>;
    expect(counters).toMatchObject({ role: "route", connections: 2, users: 1 });

    const logged = JSON.parse(await server.line((line) => line.includes('"0x0103"'))) as object;
    expect(logged).toMatchObject({ role: "msg", event: "command", command: "CID_LOGIN_REQ_USERLOGIN", seqNum: 17 });
    expect(server.stdout).not.toContain(SECRET);

    server.signal("SIGTERM");
    await client.untilClosed();
    expect(await server.end()).toBe(0);
    expect(server.stderr).toBe("");
  });

  it("says in words what listens where and what it is asked", async () => {
    const server = ttk("serve", "--ports", "auto", "--msg-servers", "1");
    const msg = await server.line((line) => line.startsWith("msg "));
    await logIn(/clients (\S+)/.exec(msg)?.[1], "user2");
    expect(await server.line((line) => line.includes("0x0103"))).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} msg 127\.0\.0\.1:\d+ user 0 0x0103 CID_LOGIN_REQ_USERLOGIN seq 17 length \d+$/,
    );
    server.signal("SIGINT");
    expect(await server.end()).toBe(0);
  });

  it("has msg_servers in one process use db_proxy_server, login_server and route_server of others", async () => {
    const store = await ready(ttk("serve", "login", "route", "db", "--ports", "auto", "--json", "--users", "20"));
    const [login, route, db] = store.roles;
    const links = ["--login", `${login?.servers}`, "--route", `${route?.address}`, "--db-proxy", `${db?.address}`];
    const servers = [
      ttk("serve", "msg", "--ports", "auto", "--json", ...links),
      ttk("serve", "msg", "--ports", "auto", "--json", ...links),
    ];
    const [a, b] = await Promise.all(servers.map(ready));
    const first = await logIn(a?.roles[0]?.address, "user20");
    expect(first.answer.result_code).toBe(0);
    // LGN-11: the same user on the same class of device elsewhere, which the first learns through route_server.
    const second = await logIn(b?.roles[0]?.address, "user20");
    expect(second.answer.result_code).toBe(0);
    for (;;) {
      const { commandId } = await first.client.next();
      if (commandId === CommandId.CID_LOGIN_KICK_USER) break;
    }
  });

  it("exits 3 with one line when a port is in use", async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, "127.0.0.1", () => resolve((taken.address() as { port: number }).port)),
    );
    const links = ["--login", "127.0.0.1:1", "--route", "127.0.0.1:1", "--db-proxy", "127.0.0.1:1"];
    for (const role of [["route"], ["db"], ["msg", ...links]]) {
      const server = ttk("serve", ...role, "--listen", `127.0.0.1:${port}`);
      expect(await server.end()).toBe(3);
      expect(server.stderr).toBe(`ttk: cannot listen on 127.0.0.1:${port}: the port is in use (EADDRINUSE)\n`);
    }
    taken.close();
  });

  it("exits 3 with one line when a server that it needs is not there", async () => {
    const server = ttk("serve", "msg", "login", "--ports", "auto", "--ready-timeout", "1", "--route", "127.0.0.1:1");
    expect(await server.end()).toBe(3);
    expect(server.stderr).toMatch(/^ttk: msg_server 127\.0\.0\.1:\d+ .*route_server 127\.0\.0\.1:1.*\n$/);
  });

  it("ends as ever when it is told to while it waits for such a server", async () => {
    const route = createServer((socket) => socket.on("error", () => {}));
    await new Promise<void>((resolve) => route.listen(0, "127.0.0.1", resolve));
    const dialled = new Promise((resolve) => route.once("connection", resolve));
    const links = ["--route", `127.0.0.1:${(route.address() as { port: number }).port}`, "--login", "127.0.0.1:1"];
    const server = ttk("serve", "msg", "--ports", "auto", "--ready-timeout", "600", ...links);
    await dialled;
    server.signal("SIGTERM");
    expect(await server.end()).toBe(0);
    route.close();
  });

  it.each([
    [["serve", "rout"], /^ttk: there is no role "rout"/],
    [["serve", "msg"], /^ttk: a msg_server refuses every login without a login_server/],
    [["serve", "--users", "many"], /--users/],
    [
      ["serve", "--fixture", "/nowhere/at/all.yaml"],
      /^ttk: cannot read the fixture \/nowhere\/at\/all\.yaml: no such file/,
    ],
    [["serve", "--ports", "some"], /--ports/],
  ])("exits 2 with one line for `ttk %s`", async (args, line) => {
    const server = ttk(...args);
    expect(await server.end()).toBe(2);
    expect(server.stderr).toMatch(line);
    expect(server.stderr.trim().split("\n")).toHaveLength(1);
  });

  it.each([
    ["a broken fixture", "users:\n  - name: [user1\n", /^ttk: stdin:\d+: /],
    ["a fixture of something else", "users: user1\nvoice: yes\n", /^ttk: stdin:2: .*voice/],
  ])("exits 2 with the line that is wrong for %s", async (_, fixture, line) => {
    const server = new TtkProcess(["serve", "--ports", "auto", "--fixture", "-"], { stdin: fixture });
    running.push(server);
    expect(await server.end()).toBe(2);
    expect(server.stderr).toMatch(line);
    expect(server.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("takes its users from a fixture", async () => {
    const fixture = JSON.stringify({ users: [{ name: "alice", password: "secret" }] });
    const server = new TtkProcess(["serve", "--ports", "auto", "--json", "--fixture", "-"], { stdin: fixture });
    running.push(server);
    const { roles } = await ready(server);
    expect((await logIn(roles[2]?.address, "alice")).answer.result_code).toBe(0);
    expect((await logIn(roles[2]?.address, "user1")).answer.result_code).toBe(6);
  });
});
