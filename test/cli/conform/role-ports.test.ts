import { describe, expect, it } from "vitest";
import { portsFor, rolePortWords } from "../../../src/cli/conform/role-ports.js";

const target = { host: "10.0.0.5", port: 8100 };
const elsewhere = { host: "10.0.0.6", port: 9000 };

describe("portsFor", () => {
  it("looks for a server's further ports on the same host, by the protocol's numbers", () => {
    expect(portsFor("login", target, {})).toEqual({
      clients: { host: "10.0.0.5", port: 8008 },
      http: { host: "10.0.0.5", port: 8080 },
    });
    expect(portsFor("file", target, { clients: elsewhere })).toEqual({ clients: elsewhere });
    expect(portsFor("route", target, {})).toEqual({});
  });

  it("listens as every server around a msg_server in isolation, on loopback unless told otherwise", () => {
    const { played } = portsFor("msg-isolated", target, { listenRoute: [elsewhere] });
    expect(played).toMatchObject({ db: [{ host: "127.0.0.1", port: 10600 }], route: [elsewhere] });
  });

  it("refuses what means nothing to the role", () => {
    expect(() => portsFor("file", target, { http: elsewhere })).toThrow("--http means nothing to --role file");
    expect(() => portsFor("db", target, { listenDb: [elsewhere] })).toThrow("--listen-db means nothing to --role db");
  });
});

it("repeats the choices for a rerun", () => {
  expect(rolePortWords("msg", {})).toEqual([]);
  expect(rolePortWords("login", { http: elsewhere })).toEqual(["--role login", "--http 10.0.0.6:9000"]);
  expect(rolePortWords("msg-isolated", { listenDb: [target, elsewhere] })).toEqual([
    "--role msg-isolated",
    "--listen-db 10.0.0.5:8100 10.0.0.6:9000",
  ]);
});
