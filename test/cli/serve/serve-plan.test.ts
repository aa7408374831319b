import { describe, expect, it } from "vitest";
import { addressWarning, type ServeChoice, servePlan } from "../../../src/cli/serve/serve-plan.js";

const at = (port: number) => ({ host: "127.0.0.1", port });
const plan = (choice: Partial<ServeChoice>) => servePlan({ roles: [], host: "127.0.0.1", ports: "default", ...choice });

describe("what `ttk serve` starts", () => {
  it("is a whole cluster on the default ports when no role is named", () => {
    expect(plan({})).toEqual({
      layout: {
        login: { clients: at(8008), http: at(8080), servers: at(8100) },
        route: [at(8200)],
        db: [],
        msg: [at(8000), at(8001)],
      },
      remote: { login: [], route: [], db: [], file: [], push: [] },
      needsStorage: true,
      needsFolder: false,
    });
  });

  it("leaves every port to the system with --ports auto", () => {
    const { layout } = plan({ ports: "auto", msgServers: 3, dbProxies: 2 });
    expect(layout).toEqual({
      login: { clients: at(0), http: at(0), servers: at(0) },
      route: [at(0)],
      db: [at(0), at(0)],
      msg: [at(0), at(0), at(0)],
    });
  });

  it("is a whole cluster with further roles beside it", () => {
    const { layout, needsFolder } = plan({ with: ["file,push", "http-msg"], routeServers: 2 });
    expect(layout).toMatchObject({
      route: [at(8200), at(8201)],
      file: { clients: at(8600), servers: at(8601) },
      push: at(8500),
      msg: [at(8000), at(8001)],
      httpMsg: at(8400),
    });
    expect(layout.msfs).toBeUndefined();
    expect(needsFolder).toBe(true);
  });

  it("is one msg_server that joins somebody's cluster and keeps nothing itself", () => {
    const { layout, remote, needsStorage } = plan({
      roles: ["msg"],
      listen: at(9000),
      login: [at(1)],
      route: [at(2), at(3)],
      dbProxy: [at(4)],
    });
    expect(layout).toEqual({ route: [], db: [], msg: [at(9000)] });
    expect(remote).toEqual({ login: [at(1)], route: [at(2), at(3)], db: [at(4)], file: [], push: [] });
    expect(needsStorage).toBe(false);
  });

  it.each([
    [["route"], { route: [at(8200)], db: [], msg: [] }, false],
    [["db"], { db: [at(10600)], msg: [] }, true],
    [["file"], { file: { clients: at(8600), servers: at(8601) } }, false],
    [["push"], { push: at(8500) }, false],
    [["msfs"], { msfs: at(8700) }, false],
    [["http-msg"], { httpMsg: at(8400) }, true],
  ])("is %s alone when asked for", (roles, layout, needsStorage) => {
    expect(plan({ roles })).toMatchObject({ layout, needsStorage });
  });

  it.each<[string, Partial<ServeChoice>, string]>([
    [
      "an unknown role",
      { roles: ["rout"] },
      'there is no role "rout" among login, route, db, file, push, msg, http-msg, msfs; did you mean "route"?',
    ],
    ["a role nothing like any", { roles: ["database_server"] }, "among login, route, db, file"],
    ["msg without a login_server", { roles: ["msg", "route"] }, "give --login host:port, or serve login here too"],
    ["msg without a route_server", { roles: ["msg"], login: [at(1)] }, "give --route host:port"],
    ["links without msg", { roles: ["route"], dbProxy: [at(1)] }, "--db-proxy needs the role msg"],
    ["a number of msg_servers without msg", { roles: ["route"], msgServers: 2 }, "--msg-servers needs the role msg"],
    ["a number of db_proxies without db", { roles: ["route"], dbProxies: 2 }, "--db-proxies needs the role db"],
    [
      "--listen for a cluster",
      { listen: at(1) },
      "--listen is for one route, db, msg, push, http-msg, msfs server alone",
    ],
    ["--listen for login's three ports", { roles: ["login"], listen: at(1) }, "--listen is for one"],
    ["--with beside named roles", { roles: ["db"], with: ["file"] }, "--with adds to the whole cluster"],
    [
      "a number of route_servers without route",
      { roles: ["db"], routeServers: 2 },
      "--route-servers needs the role route",
    ],
    ["--listen for file's two ports", { roles: ["file"], listen: at(1) }, "--listen is for one"],
    ["--listen for several", { roles: ["db"], dbProxies: 2, listen: at(1) }, "--listen is for one"],
  ])("is refused for %s", (_, choice, message) => {
    expect(() => plan(choice)).toThrow(message);
  });
});

describe("what clients would be told to dial", () => {
  it.each([
    [{ host: "0.0.0.0" }, undefined, "0.0.0.0"],
    [{ host: "::" }, undefined, "::"],
    [{ roles: ["file"], host: "0.0.0.0" }, undefined, "0.0.0.0"],
    [{ host: "0.0.0.0" }, "chat.example", undefined],
    [{ roles: ["login", "route"], host: "0.0.0.0" }, undefined, undefined],
    [{ host: "10.0.0.1" }, undefined, undefined],
  ])("is warned about when it names no machine: %o, advertised %s", (choice, advertise, told) => {
    const warning = told && `clients are told to dial ${told}, which is no machine: name it by --advertise HOST`;
    expect(addressWarning(plan(choice), advertise)).toBe(warning);
  });

  it("is what fileserver.conf names, not what file_server listens on", () => {
    const file = plan({ roles: ["file"], host: "0.0.0.0" });
    expect(addressWarning(file, undefined, ["10.0.0.8"])).toBeUndefined();
    expect(addressWarning(file, undefined, ["10.0.0.8", "0.0.0.0"])).toContain("clients are told to dial 0.0.0.0");
    expect(addressWarning(plan({ host: "0.0.0.0" }), undefined, ["10.0.0.8"])).toContain("0.0.0.0");
  });
});
