import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { GroupModifyType } from "../../../src/codec/generated/enums.js";
import { serverLimits } from "../../../src/codec/pdu-header.js";
import { type Address, formatAddress } from "../../../src/net/address.js";
import { listen } from "../../../src/net/listen.js";
import { EmbeddedDatabase } from "../../../src/server/db/embedded-database.js";
import { type DeviationId, deviatingIn } from "../../../src/server/deviations.js";
import { startHttpMsgServer } from "../../../src/server/http-msg/http-msg-server.js";
import type { RoleName } from "../../../src/server/role-name.js";
import { startRouteServer } from "../../../src/server/route/route-server.js";
import type { RunningRole } from "../../../src/server/running-role.js";
import { MemoryStorage } from "../../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";
import { FakeClock } from "../../helpers/fake-clock.js";
import { ServerPeer } from "../../helpers/server-peer.js";
import { until } from "../../helpers/until.js";

const at = { host: "127.0.0.1", port: 0 };
const running: RunningRole[] = [];
afterEach(async () => {
  for (const role of running.splice(0)) await role.stop(1000);
});

async function start(...deviations: DeviationId[]) {
  const clock = new FakeClock();
  const storage = new MemoryStorage(parseSeedFixture("users: ['user{1..9}']\npassword: x\n", "users.yaml"), clock);
  const route = await startRouteServer({ listen: at });
  const http = await startHttpMsgServer({
    listen: at,
    database: new EmbeddedDatabase({ storage, clock }),
    routeServers: [route.addresses.servers as Address],
    bodySizeMaxBytes: 4096,
    deviates: deviatingIn(deviations),
  });
  running.push(http, route);
  await until(() => route.counters().connections === 1, "http_msg_server at route_server");
  const site = `http://${formatAddress(http.addresses.http as Address)}`;
  const post = async (path: string, body: object | string) => {
    const answer = await fetch(site + path, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { post, route, storage, site };
}

const create = {
  app_key: "k",
  req_user_id: 1,
  group_name: "team",
  group_type: 1,
  group_avatar: "",
  user_id_list: [1, 2],
};
const change = { app_key: "k", req_user_id: 1, group_id: 1, modify_type: 1, user_id_list: [3] };

describe("http_msg_server", () => {
  it("makes a group of either type (HMS-01)", async () => {
    const { post, storage } = await start();
    expect(await post("/query/CreateGroup", create)).toEqual({
      status: 200,
      body: { error_code: 0, error_msg: "", group_id: 1 },
    });
    expect(await storage.groups.normalOf(2)).toEqual([{ id: 1, version: 1 }]);
    expect((await post("/query/CreateGroup", { ...create, group_type: 2 })).body).toMatchObject({ group_id: 2 });
    expect((await post("/query/CreateGroup", { ...create, group_type: 3 })).body.error_code).toBe(1);
    expect((await post("/query/CreateGroup", { ...create, group_name: "" })).body.error_code).toBe(1);
  });

  it("changes members and tells msg_servers (HMS-02, GRP-05)", async () => {
    const { post, route } = await start();
    await post("/query/CreateGroup", create);
    const msgServer = await ServerPeer.dial(route.addresses.servers as Address);
    await until(() => route.counters().connections === 2, "the msg_server at route_server");
    expect((await post("/query/ChangeMembers", change)).body).toEqual({ error_code: 0, error_msg: "" });
    expect(await msgServer.expect(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY)).toMatchObject({
      user_id: 1,
      change_type: GroupModifyType.GROUP_MODIFY_TYPE_ADD,
      group_id: 1,
      cur_user_id_list: [1, 2, 3],
      chg_user_id_list: [3],
    });
    expect((await post("/query/ChangeMembers", change)).body.error_code).toBe(1);
    expect((await post("/query/ChangeMembers", { ...change, modify_type: 7 })).body.error_code).toBe(1);
    msgServer.link.destroy();
  });

  it("changes a group whoever asks, as the original does, and names in the news who asked (HMS-02)", async () => {
    const { post, route, storage } = await start();
    await post("/query/CreateGroup", create);
    const msgServer = await ServerPeer.dial(route.addresses.servers as Address);
    await until(() => route.counters().connections === 2, "the msg_server at route_server");
    for (const modify_type of [GroupModifyType.GROUP_MODIFY_TYPE_ADD, GroupModifyType.GROUP_MODIFY_TYPE_DEL]) {
      const answer = await post("/query/ChangeMembers", { ...change, req_user_id: 9, modify_type });
      expect(answer.body).toEqual({ error_code: 0, error_msg: "" });
      expect(await msgServer.expect(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY)).toMatchObject({
        user_id: 9,
        change_type: modify_type,
        chg_user_id_list: [3],
      });
    }
    expect(await storage.groups.normalOf(2)).toEqual([{ id: 1, version: 3 }]);
    msgServer.link.destroy();
  });

  it.each(Object.keys(create))("answers error_code 1 for a missing %s", async (field) => {
    const { post } = await start();
    const { [field as keyof typeof create]: _, ...rest } = create;
    expect((await post("/query/CreateGroup", rest)).body).toEqual({ error_code: 1, error_msg: `missing: ${field}` });
  });

  it("answers bad JSON, other paths, other methods and large bodies in JSON (HMS-03)", async () => {
    const { post, site } = await start();
    expect(await post("/query/CreateGroup", "{")).toMatchObject({ status: 200, body: { error_code: 1 } });
    expect(await post("/query/CreateGroup", "null")).toMatchObject({ status: 200, body: { error_code: 1 } });
    expect(await post("/query/Nothing", create)).toMatchObject({ status: 404, body: { error_code: 1 } });
    expect((await post("/query/CreateGroup", "x".repeat(4097))).status).toBe(413);
    expect((await fetch(`${site}/query/CreateGroup`)).status).toBe(405);
  });

  it("closes the connection for bad JSON where it deviates (HMS-03)", async () => {
    const { post } = await start("HMS-03");
    await expect(post("/query/CreateGroup", "{")).rejects.toThrow();
    expect((await post("/query/CreateGroup", create)).body.error_code).toBe(0);
  });

  it("logs its links, those to db_proxy_servers too, as its own", async () => {
    const proxy = await listen(at, { limits: serverLimits }, () => ({ onPdu: () => {}, onClose: () => {} }));
    const notes: { role: RoleName; text: string }[] = [];
    const note = (role: RoleName, text: string) => void notes.push({ role, text });
    const http = await startHttpMsgServer({
      listen: at,
      database: { dbProxies: [proxy.address] },
      linksPerDbProxy: 1,
      routeServers: [],
      log: { command: undefined, note, trouble: note },
    });
    running.push(http);
    await until(() => notes.length === 1, "the link to open");
    proxy.close();
    for (const link of proxy.connections) link.destroy();
    await until(() => notes.length === 2, "the link to be lost");
    expect(notes).toEqual([
      { role: "http-msg", text: "db_proxy_server link open" },
      { role: "http-msg", text: "db_proxy_server link lost" },
    ]);
  });
});
