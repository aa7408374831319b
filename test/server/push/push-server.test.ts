import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { ClientType } from "../../../src/codec/generated/enums.js";
import type { Address } from "../../../src/net/address.js";
import { FileOutlet } from "../../../src/server/push/file-outlet.js";
import type { PushOutlet } from "../../../src/server/push/push-outlet.js";
import { startPushServer } from "../../../src/server/push/push-server.js";
import { WebhookOutlet } from "../../../src/server/push/webhook-outlet.js";
import type { RunningRole } from "../../../src/server/running-role.js";
import { type ServerLog, silentLog } from "../../../src/server/server-log.js";
import { FakeClock } from "../../helpers/fake-clock.js";
import { ServerPeer } from "../../helpers/server-peer.js";
import { until } from "../../helpers/until.js";

let server: RunningRole | undefined;
let hook: Server | undefined;
afterEach(async () => {
  await server?.stop(1000);
  hook?.close();
});

async function start(outlet?: PushOutlet, pendingMax?: number, log?: ServerLog): Promise<ServerPeer> {
  server = await startPushServer({
    listen: { host: "127.0.0.1", port: 0 },
    clock: new FakeClock(),
    ...(outlet === undefined ? {} : { outlet }),
    ...(pendingMax === undefined ? {} : { pendingMax }),
    ...(log === undefined ? {} : { log }),
  });
  return ServerPeer.dial(server.addresses.servers as Address);
}

const request = {
  flash: "hello",
  data: '{"msg_type":1,"from_id":7}',
  user_token_list: [
    { user_id: 8, user_type: ClientType.CLIENT_TYPE_IOS, token: "ios:abc", push_count: 3, push_type: 1 },
    { user_id: 9, user_type: ClientType.CLIENT_TYPE_ANDROID, token: "android:d", push_count: 1, push_type: 2 },
  ],
};
const pushes = [
  {
    time: 1_800_000_000_000,
    flash: "hello",
    data: request.data,
    userId: 8,
    clientType: 0x11,
    token: "ios:abc",
    unread: 3,
    isSilent: false,
  },
  {
    time: 1_800_000_000_000,
    flash: "hello",
    data: request.data,
    userId: 9,
    clientType: 0x12,
    token: "android:d",
    unread: 1,
    isSilent: true,
  },
];

async function push(msgServer: ServerPeer): Promise<Record<string, number>> {
  msgServer.send(CommandId.CID_OTHER_PUSH_TO_USER_REQ, request, 21);
  const { push_result_list } = await msgServer.expect(CommandId.CID_OTHER_PUSH_TO_USER_RSP, 21);
  return Object.fromEntries(push_result_list.map(({ user_token, result_code }) => [user_token, result_code]));
}

async function webhook(status: number): Promise<{ url: string; got: unknown[]; authorizations: unknown[] }> {
  const got: unknown[] = [];
  const authorizations: unknown[] = [];
  const listening = createServer((asked, response) => {
    let text = "";
    authorizations.push(asked.headers.authorization);
    asked.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    asked.on("end", () => {
      got.push(JSON.parse(text));
      response.writeHead(status).end();
    });
  });
  hook = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/push`, got, authorizations };
}

describe("push_server", () => {
  it("appends each push to a file as a line of JSON, and answers 0x0710", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ttk-push-"));
    const path = join(folder, "pushes.jsonl");
    const msgServer = await start(new FileOutlet(path));
    expect(await push(msgServer)).toEqual({ "ios:abc": 0, "android:d": 0 });
    expect(await push(msgServer)).toEqual({ "ios:abc": 0, "android:d": 0 });
    const lines = (await readFile(path, "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([...pushes, ...pushes]);
    await rm(folder, { recursive: true });
  });

  it("posts each push to a webhook", async () => {
    const { url, got } = await webhook(204);
    expect(await push(await start(new WebhookOutlet(url)))).toEqual({ "ios:abc": 0, "android:d": 0 });
    expect(got).toHaveLength(2);
    expect(got).toEqual(expect.arrayContaining(pushes));
  });

  it("gives a webhook the name and password of its URL, and the log none of them", async () => {
    const { url, got, authorizations } = await webhook(204);
    const withSecret = (to: string) => to.replace("://", "://me%40x:p%3Ass@");
    expect(await push(await start(new WebhookOutlet(withSecret(url))))).toEqual({ "ios:abc": 0, "android:d": 0 });
    expect(got).toHaveLength(2);
    expect(authorizations[0]).toBe(`Basic ${Buffer.from("me@x:p:ss").toString("base64")}`);
    await server?.stop(1000);
    const said: string[] = [];
    const log = { ...silentLog, trouble: (...line: unknown[]) => void said.push(JSON.stringify(line)) };
    const nobody = new WebhookOutlet(withSecret("http://127.0.0.1:1/"));
    expect(await push(await start(nobody, undefined, log))).toEqual({ "ios:abc": 1, "android:d": 1 });
    expect(said.filter((line) => line.includes("not delivered"))).toHaveLength(1);
    expect(said.join()).not.toContain("p%3Ass");
  });

  it.each([
    ["that fails", async () => new WebhookOutlet((await webhook(500)).url)],
    ["that nobody serves", async () => new WebhookOutlet("http://127.0.0.1:1/")],
    ["into a folder that is not there", async () => new FileOutlet("/nowhere/at/all.jsonl")],
  ])("answers result 1 for an outlet %s, and goes on", async (_, outlet) => {
    const msgServer = await start(await outlet());
    expect(await push(msgServer)).toEqual({ "ios:abc": 1, "android:d": 1 });
    expect(server?.counters()).toMatchObject({ pushesDone: 0, pushesFailed: 2, pendingRequests: 0 });
  });

  it("answers as done, and counts, when nobody wants to know", async () => {
    expect(await push(await start())).toEqual({ "ios:abc": 0, "android:d": 0 });
    expect(server?.counters().pushesDone).toBe(2);
  });

  it("fails those beyond its limit, counts them and says so", async () => {
    const said: unknown[] = [];
    const log = { ...silentLog, trouble: (...[, text, detail]: unknown[]) => void said.push({ text, detail }) };
    expect(await push(await start(undefined, 1, log))).toEqual({ "ios:abc": 0, "android:d": 1 });
    expect(server?.counters()).toMatchObject({ pushesDone: 1, pushesFailed: 1, pushesOverPending: 1 });
    expect(said[0]).toEqual({ text: "not delivered", detail: { error: "more than 1 are under way" } });
  });

  it("posts to a slow webhook 64 at a time, and each in the end", async () => {
    const held: ServerResponse[] = [];
    let most = 0;
    let isSlow = true;
    const listening = createServer((_, response) => {
      if (isSlow) most = Math.max(most, held.push(response));
      else response.end();
    });
    hook = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const { port } = listening.address() as AddressInfo;
    const msgServer = await start(new WebhookOutlet(`http://127.0.0.1:${port}/`));
    const [one] = request.user_token_list;
    const user_token_list = Array.from({ length: 200 }, () => ({ ...(one as (typeof request.user_token_list)[0]) }));
    msgServer.send(CommandId.CID_OTHER_PUSH_TO_USER_REQ, { ...request, user_token_list }, 21);
    await until(() => held.length === 64, "as many as go at once");
    expect(server?.counters().pendingRequests).toBe(200);
    held.pop()?.end();
    await until(() => held.length === 64, "another one");
    isSlow = false;
    for (const response of held) response.end();
    const { push_result_list } = await msgServer.expect(CommandId.CID_OTHER_PUSH_TO_USER_RSP, 21);
    expect(push_result_list.filter(({ result_code }) => result_code === 0)).toHaveLength(200);
    expect(most).toBe(64);
  });

  it("gives up those that wait too long for a webhook that says nothing, counts them and says so", async () => {
    const held: ServerResponse[] = [];
    const listening = createServer((_, response) => void held.push(response));
    hook = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const said: unknown[] = [];
    const log = { ...silentLog, trouble: (...[, text, detail]: unknown[]) => void said.push({ text, detail }) };
    const { port } = listening.address() as AddressInfo;
    const msgServer = await start(new WebhookOutlet(`http://127.0.0.1:${port}/`, 60_000, 1), undefined, log);
    const [one] = request.user_token_list;
    const user_token_list = Array.from({ length: 70 }, () => ({ ...(one as (typeof request.user_token_list)[0]) }));
    msgServer.send(CommandId.CID_OTHER_PUSH_TO_USER_REQ, { ...request, user_token_list }, 21);
    await until(() => server?.counters().pushesTooOld === 6, "those beyond 64 given up");
    expect(said[0]).toEqual({ text: "not delivered", detail: { error: "it has waited for 0.001 s" } });
    await until(() => held.length === 64, "those that have a place");
    for (const response of held) response.end();
    const { push_result_list } = await msgServer.expect(CommandId.CID_OTHER_PUSH_TO_USER_RSP, 21);
    expect(push_result_list.map(({ result_code }) => result_code)).toEqual([...Array(64).fill(0), ...Array(6).fill(1)]);
    expect(server?.counters()).toMatchObject({ pushesDone: 64, pushesFailed: 6, pendingRequests: 0 });
  });
});
