import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { ClientFileRole, ClientFileState, TransferFileType } from "../../../src/codec/generated/enums.js";
import type { IMFilePullDataReq } from "../../../src/codec/generated/messages.js";
import type { Address } from "../../../src/net/address.js";
import { type FileServerOptions, startFileServer } from "../../../src/server/file/file-server.js";
import type { RunningRole } from "../../../src/server/running-role.js";
import { FakeClock } from "../../helpers/fake-clock.js";
import { ServerPeer } from "../../helpers/server-peer.js";
import { until } from "../../helpers/until.js";

const SENDER = 7;
const RECEIVER = 8;
const { FILE_TYPE_ONLINE, FILE_TYPE_OFFLINE } = TransferFileType;
const { CLIENT_REALTIME_SENDER, CLIENT_REALTIME_RECVER, CLIENT_OFFLINE_UPLOAD, CLIENT_OFFLINE_DOWNLOAD } =
  ClientFileRole;
const { CLIENT_FILE_DONE, CLIENT_FILE_PEER_READY, CLIENT_FILE_REFUSE } = ClientFileState;
const SEGMENT = 32_768;

const clock = new FakeClock();
let folder = "";
let server: RunningRole | undefined;
const peers: ServerPeer[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttk-file-"));
});
afterEach(async () => {
  vi.useRealTimers();
  for (const peer of peers.splice(0)) peer.link.destroy();
  await server?.stop(1000);
  await rm(folder, { recursive: true });
});

const at = { host: "127.0.0.1", port: 0 };

async function start(options: Partial<FileServerOptions> = {}): Promise<void> {
  server = await startFileServer({ listen: { clients: at, servers: at }, folder, clock, ...options });
}

/** As an original file_server writes it: fields of fixed size. */
function originalHeader(taskId: string, sizeBytes: number): Buffer {
  const field = (text: string, size: number) => text.padEnd(size, "\0");
  const texts = [
    field(taskId, 128),
    field(String(SENDER), 64),
    field(String(RECEIVER), 64),
    field(String(clock.nowSeconds), 128),
    field("", 512),
    field(String(sizeBytes), 64),
  ];
  return Buffer.from(texts.join(""));
}

async function dial(port: "clients" | "servers"): Promise<ServerPeer> {
  const peer = await ServerPeer.dial(server?.addresses[port] as Address);
  peers.push(peer);
  return peer;
}

async function announce(file_size: number, trans_mode: TransferFileType, from_user_id = SENDER) {
  const msgServer = await dial("servers");
  const attach_data = Buffer.from("000000010000000f00000000", "hex");
  const file = { from_user_id, to_user_id: RECEIVER, file_name: "../../a b.txt", file_size, trans_mode };
  msgServer.send(CommandId.CID_OTHER_FILE_TRANSFER_REQ, { ...file, attach_data }, 5);
  const answer = await msgServer.expect(CommandId.CID_OTHER_FILE_TRANSFER_RSP, 5);
  if (answer.result_code === 0) expect(answer).toMatchObject({ ...file, attach_data });
  return { result: answer.result_code, taskId: answer.task_id ?? "" };
}

async function enter(task_id: string, user_id: number, file_role: ClientFileRole) {
  const client = await dial("clients");
  client.send(CommandId.CID_FILE_LOGIN_REQ, { user_id, task_id, file_role }, 9);
  const { result_code } = await client.expect(CommandId.CID_FILE_LOGIN_RES, 9);
  return { client, result_code };
}

/** Answers what the server pulls until it says DONE. */
async function upload(client: ServerPeer, content: Buffer): Promise<number[]> {
  const offsets: number[] = [];
  for (;;) {
    const pdu = await client.peek();
    if (pdu.commandId === CommandId.CID_FILE_STATE) break;
    const pulled = await client.expect(CommandId.CID_FILE_PULL_DATA_REQ);
    offsets.push(pulled.offset);
    client.send(CommandId.CID_FILE_PULL_DATA_RSP, segmentFor(pulled, content));
  }
  expect((await client.expect(CommandId.CID_FILE_STATE)).state).toBe(CLIENT_FILE_DONE);
  return offsets;
}

function segmentFor({ task_id, user_id, offset, data_size }: IMFilePullDataReq, content: Buffer) {
  return { result_code: 0, task_id, user_id, offset, file_data: content.subarray(offset, offset + data_size) };
}

/** Pulls from an offset to the announced end. */
async function download(client: ServerPeer, task_id: string, size: number, from = 0): Promise<Buffer> {
  const parts: Buffer[] = [];
  let offset = from;
  do {
    const pull = { task_id, user_id: RECEIVER, trans_mode: FILE_TYPE_OFFLINE, offset, data_size: SEGMENT };
    client.send(CommandId.CID_FILE_PULL_DATA_REQ, pull, 3);
    const { file_data, result_code } = await client.expect(CommandId.CID_FILE_PULL_DATA_RSP, 3);
    expect(result_code).toBe(0);
    parts.push(file_data);
    offset += file_data.length;
  } while (offset < size);
  expect((await client.expect(CommandId.CID_FILE_STATE)).state).toBe(CLIENT_FILE_DONE);
  return Buffer.concat(parts);
}

describe("file_server, offline (FIL-06)", () => {
  const content = Buffer.from(Array.from({ length: 2 * SEGMENT + 5 }, (_, index) => index * 7));

  it("gives out what an original file_server left in its folder, whole files alone, and leaves them as they are", async () => {
    const [whole, cut, other] = ["0b", "0c", "0d"].map((digits) => `${digits}7d3c9e-5a1f-4c62-9b8e-2f4a6c8e0d13`) as [
      string,
      string,
      string,
    ];
    const leave = async (taskId: string, bytes: Buffer) => {
      await mkdir(join(folder, taskId.slice(0, 2)));
      await writeFile(join(folder, taskId.slice(0, 2), taskId), bytes);
    };
    const stored = Buffer.concat([originalHeader(whole, content.length), content]);
    await leave(whole, stored);
    await leave(cut, Buffer.concat([originalHeader(cut, content.length), content.subarray(1)]));
    await leave(other, stored);
    // A second start finds it described already.
    for (let starts = 1; starts <= 2; starts++) {
      await start();
      expect(server?.counters()).toMatchObject({ offlineFiles: 1, offlineBytes: content.length });
      const { client } = await enter(whole, RECEIVER, CLIENT_OFFLINE_DOWNLOAD);
      expect((await download(client, whole, content.length)).equals(content)).toBe(true);
      for (const taskId of [cut, other]) {
        expect((await enter(taskId, RECEIVER, CLIENT_OFFLINE_DOWNLOAD)).result_code).toBe(1);
      }
      expect((await enter(whole, SENDER, CLIENT_OFFLINE_DOWNLOAD)).result_code).toBe(1);
      await server?.stop(1000);
    }
    expect((await readFile(join(folder, "0b", whole))).equals(stored)).toBe(true);
  });

  it("leaves files as an original file_server does that takes over its folder, none of them whole too early", async () => {
    await start();
    const stored = (taskId: string) => readFile(join(folder, taskId.slice(0, 2), taskId));
    const whole = await announce(content.length, FILE_TYPE_OFFLINE);
    await upload((await enter(whole.taskId, SENDER, CLIENT_OFFLINE_UPLOAD)).client, content);
    const header = originalHeader(whole.taskId, content.length);
    expect(header).toHaveLength(960);
    expect((await stored(whole.taskId)).equals(Buffer.concat([header, content]))).toBe(true);
    // An original compares the file's length with the size in its header.
    const begun = await announce(content.length, FILE_TYPE_OFFLINE);
    const { client } = await enter(begun.taskId, SENDER, CLIENT_OFFLINE_UPLOAD);
    client.send(
      CommandId.CID_FILE_PULL_DATA_RSP,
      segmentFor(await client.expect(CommandId.CID_FILE_PULL_DATA_REQ), content),
    );
    await client.expect(CommandId.CID_FILE_PULL_DATA_REQ);
    const part = Buffer.concat([originalHeader(begun.taskId, content.length), content.subarray(0, SEGMENT)]);
    expect((await stored(begun.taskId)).equals(part)).toBe(true);
  });

  it("goes on where no description is left beside a whole file", async () => {
    await start();
    const { taskId } = await announce(content.length, FILE_TYPE_OFFLINE);
    await upload((await enter(taskId, SENDER, CLIENT_OFFLINE_UPLOAD)).client, content);
    await server?.stop(1000);
    await rm(join(folder, taskId.slice(0, 2), `${taskId}.json`));
    await start();
    const { client } = await enter(taskId, RECEIVER, CLIENT_OFFLINE_DOWNLOAD);
    expect((await download(client, taskId, content.length)).equals(content)).toBe(true);
  });

  it("pulls the file from the uploader in segments and gives it out again, equal", async () => {
    await start();
    const { taskId } = await announce(content.length, FILE_TYPE_OFFLINE);
    const { client: uploader } = await enter(taskId, SENDER, CLIENT_OFFLINE_UPLOAD);
    expect(await upload(uploader, content)).toEqual([0, SEGMENT, 2 * SEGMENT]);
    const { client: downloader } = await enter(taskId, RECEIVER, CLIENT_OFFLINE_DOWNLOAD);
    expect((await download(downloader, taskId, content.length)).equals(content)).toBe(true);
  });

  it("goes on with an upload where it stopped, also after a restart, and with a download anywhere", async () => {
    await start();
    const { taskId } = await announce(content.length, FILE_TYPE_OFFLINE);
    const { client: first } = await enter(taskId, SENDER, CLIENT_OFFLINE_UPLOAD);
    const pulled = await first.expect(CommandId.CID_FILE_PULL_DATA_REQ);
    first.send(CommandId.CID_FILE_PULL_DATA_RSP, segmentFor(pulled, content));
    await first.expect(CommandId.CID_FILE_PULL_DATA_REQ);
    first.link.destroy();
    await server?.stop(1000);
    await start();
    expect((await enter(taskId, RECEIVER, CLIENT_OFFLINE_DOWNLOAD)).result_code).toBe(1);
    const { client: second } = await enter(taskId, SENDER, CLIENT_OFFLINE_UPLOAD);
    expect(await upload(second, content)).toEqual([SEGMENT, 2 * SEGMENT]);
    const { client: downloader } = await enter(taskId, RECEIVER, CLIENT_OFFLINE_DOWNLOAD);
    expect((await download(downloader, taskId, content.length, SEGMENT)).equals(content.subarray(SEGMENT))).toBe(true);
  });

  it("keeps an empty file", async () => {
    await start();
    const { taskId } = await announce(0, FILE_TYPE_OFFLINE);
    expect(await upload((await enter(taskId, SENDER, CLIENT_OFFLINE_UPLOAD)).client, content)).toEqual([]);
    const { client } = await enter(taskId, RECEIVER, CLIENT_OFFLINE_DOWNLOAD);
    expect(await download(client, taskId, 0)).toHaveLength(0);
  });

  it.each([
    ["more than was asked for", (segment: Buffer) => Buffer.concat([segment, Buffer.from("x")]), 0],
    ["another place", (segment: Buffer) => segment, 1],
    ["nothing", () => Buffer.alloc(0), 0],
  ])("closes an uploader that sends %s (FIL-07)", async (_, spoil, shift) => {
    await start();
    const { taskId } = await announce(10, FILE_TYPE_OFFLINE);
    const { client } = await enter(taskId, SENDER, CLIENT_OFFLINE_UPLOAD);
    const pulled = await client.expect(CommandId.CID_FILE_PULL_DATA_REQ);
    const segment = segmentFor(pulled, Buffer.alloc(10));
    client.send(CommandId.CID_FILE_PULL_DATA_RSP, {
      ...segment,
      offset: segment.offset + shift,
      file_data: spoil(segment.file_data),
    });
    await client.untilClosed();
  });

  it("closes an uploader that sends what nobody asked for, and one that floods", async () => {
    await start();
    const { taskId } = await announce(10, FILE_TYPE_OFFLINE);
    const { client } = await enter(taskId, SENDER, CLIENT_OFFLINE_UPLOAD);
    const pulled = await client.expect(CommandId.CID_FILE_PULL_DATA_REQ);
    for (let count = 0; count < 100; count++) {
      client.send(CommandId.CID_FILE_PULL_DATA_RSP, segmentFor(pulled, Buffer.alloc(10)));
    }
    await client.untilClosed();
  });

  it("writes nothing outside its folder, whatever the ids and names (FIL-07)", async () => {
    await start();
    await writeFile(join(folder, "secret.json"), JSON.stringify({ fromUserId: SENDER, toUserId: RECEIVER, mode: 2 }));
    for (const taskId of ["../secret", "secret", "..", "", "/etc/passwd", `${"../".repeat(9)}etc/passwd`, "a\0b"]) {
      const { client, result_code } = await enter(taskId, RECEIVER, CLIENT_OFFLINE_DOWNLOAD);
      expect(result_code).toBe(1);
      await client.untilClosed();
    }
    await announce(3, FILE_TYPE_OFFLINE);
    expect((await readdir(folder)).filter((name) => !/^[0-9a-f]{2}$/.test(name))).toEqual(["secret.json"]);
  });

  it("makes no task of a file above its limit", async () => {
    await start({ limits: { fileSizeMaxBytes: 10 } });
    expect((await announce(11, FILE_TYPE_OFFLINE)).result).toBe(1);
    expect((await announce(10, FILE_TYPE_OFFLINE)).result).toBe(0);
  });
});

describe("file_server, online (FIL-05)", () => {
  async function both() {
    await start();
    const { taskId } = await announce(100, FILE_TYPE_ONLINE);
    const { client: receiver } = await enter(taskId, RECEIVER, CLIENT_REALTIME_RECVER);
    const { client: sender } = await enter(taskId, SENDER, CLIENT_REALTIME_SENDER);
    return { taskId, sender, receiver };
  }

  it("tells the receiver that the sender is ready, and passes pulls and data between them", async () => {
    const { taskId, sender, receiver } = await both();
    expect(await receiver.expect(CommandId.CID_FILE_STATE)).toEqual(
      expect.objectContaining({ state: CLIENT_FILE_PEER_READY, task_id: taskId, user_id: SENDER }),
    );
    const pull = { task_id: taskId, user_id: RECEIVER, trans_mode: FILE_TYPE_ONLINE, offset: 0, data_size: SEGMENT };
    receiver.send(CommandId.CID_FILE_PULL_DATA_REQ, pull, 77);
    expect(await sender.expect(CommandId.CID_FILE_PULL_DATA_REQ, 77)).toMatchObject(pull);
    const data = { result_code: 0, task_id: taskId, user_id: SENDER, offset: 0, file_data: Buffer.alloc(100, 3) };
    sender.send(CommandId.CID_FILE_PULL_DATA_RSP, data, 1);
    expect(await receiver.expect(CommandId.CID_FILE_PULL_DATA_RSP, 77)).toMatchObject(data);
    receiver.send(CommandId.CID_FILE_STATE, { state: CLIENT_FILE_DONE, task_id: taskId, user_id: RECEIVER });
    expect((await sender.expect(CommandId.CID_FILE_STATE)).state).toBe(CLIENT_FILE_DONE);
    await Promise.all([sender.untilClosed(), receiver.untilClosed()]);
    expect((await enter(taskId, SENDER, CLIENT_REALTIME_SENDER)).result_code).toBe(1);
  });

  it("closes a receiver that asks on and on where the sender answers nothing", async () => {
    const { taskId, sender, receiver } = await both();
    await receiver.expect(CommandId.CID_FILE_STATE);
    const pull = { task_id: taskId, user_id: RECEIVER, trans_mode: FILE_TYPE_ONLINE, offset: 0, data_size: SEGMENT };
    for (let asked = 1; asked <= 64; asked++) {
      receiver.send(CommandId.CID_FILE_PULL_DATA_REQ, pull, asked);
      await sender.expect(CommandId.CID_FILE_PULL_DATA_REQ, asked);
    }
    receiver.send(CommandId.CID_FILE_PULL_DATA_REQ, pull, 65);
    expect((await receiver.expect(CommandId.CID_FILE_PULL_DATA_RSP, 65)).result_code).toBe(1);
    await receiver.untilClosed();
  });

  it("passes a refusal on and closes both", async () => {
    const { taskId, sender, receiver } = await both();
    await receiver.expect(CommandId.CID_FILE_STATE);
    receiver.send(CommandId.CID_FILE_STATE, { state: CLIENT_FILE_REFUSE, task_id: taskId, user_id: RECEIVER });
    expect((await sender.expect(CommandId.CID_FILE_STATE)).state).toBe(CLIENT_FILE_REFUSE);
    await Promise.all([sender.untilClosed(), receiver.untilClosed()]);
  });

  it.each<[string, number, ClientFileRole]>([
    ["a stranger", 9, CLIENT_REALTIME_SENDER],
    ["the receiver as sender", RECEIVER, CLIENT_REALTIME_SENDER],
    ["the sender in an offline role", SENDER, CLIENT_OFFLINE_UPLOAD],
  ])("refuses %s and closes (FIL-04)", async (_, userId, role) => {
    await start();
    const { taskId } = await announce(100, FILE_TYPE_ONLINE);
    const { client, result_code } = await enter(taskId, userId, role);
    expect(result_code).toBe(1);
    await client.untilClosed();
  });
});

it("tells msg_servers where clients find it (0x0733)", async () => {
  await start({ advertiseHosts: ["files.example", "10.0.0.8"] });
  const msgServer = await dial("servers");
  msgServer.send(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, {}, 2);
  expect((await msgServer.expect(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, 2)).ip_addr_list).toMatchObject([
    { ip: "files.example", port: server?.addresses.clients?.port },
    { ip: "10.0.0.8", port: server?.addresses.clients?.port },
  ]);
});

it("closes a client that names no task in time", async () => {
  await start({ limits: { loginTimeoutMs: 20 } });
  await (await dial("clients")).untilClosed();
});

it("lets a sender wait nearly two minutes, without a word, for a receiver who thinks about it, as the original", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  await start();
  const { taskId } = await announce(100, FILE_TYPE_ONLINE);
  const { client: sender } = await enter(taskId, SENDER, CLIENT_REALTIME_SENDER);
  await vi.advanceTimersByTimeAsync(115_000);
  const { client: receiver } = await enter(taskId, RECEIVER, CLIENT_REALTIME_RECVER);
  await receiver.expect(CommandId.CID_FILE_STATE);
  const pull = { task_id: taskId, user_id: RECEIVER, trans_mode: FILE_TYPE_ONLINE, offset: 0, data_size: SEGMENT };
  receiver.send(CommandId.CID_FILE_PULL_DATA_REQ, pull);
  expect(await sender.expect(CommandId.CID_FILE_PULL_DATA_REQ)).toMatchObject(pull);
});

it("deletes an offline file once it has been kept long enough, also after a restart, and refuses it clearly", async () => {
  const limits = { offlineKeptMs: 60_000 };
  await start({ limits });
  const { taskId } = await announce(5, FILE_TYPE_OFFLINE);
  await upload((await enter(taskId, SENDER, CLIENT_OFFLINE_UPLOAD)).client, Buffer.from("12345"));
  await server?.stop(0);
  clock.turn(59);
  await start({ limits });
  expect(server?.counters()).toMatchObject({ offlineFiles: 1, offlineBytes: 5 });
  clock.turn(2);
  await until(() => server?.counters().offlineExpired === 1, "the file is deleted");
  expect(server?.counters()).toMatchObject({ offlineFiles: 0, offlineBytes: 0 });
  await until(async () => (await readdir(join(folder, taskId.slice(0, 2)))).length === 0, "nothing of it is left");
  expect((await enter(taskId, RECEIVER, CLIENT_OFFLINE_DOWNLOAD)).result_code).toBe(1);
});

it("gives the room of an offline file back that the disk did not take", async () => {
  await start();
  await rm(folder, { recursive: true });
  await writeFile(folder, "no folder");
  expect((await announce(100, FILE_TYPE_OFFLINE)).result).toBe(1);
  expect(server?.counters()).toMatchObject({ tasks: 0, offlineFiles: 0, offlineBytes: 0 });
  await rm(folder);
  await mkdir(folder);
  expect((await announce(100, FILE_TYPE_OFFLINE)).result).toBe(0);
});

it("refuses, and counts, an offline file for which there is no room", async () => {
  await start({ limits: { storedMaxBytes: 10 } });
  expect((await announce(6, FILE_TYPE_OFFLINE)).result).toBe(0);
  expect(await announce(5, FILE_TYPE_OFFLINE)).toEqual({ result: 1, taskId: "" });
  expect((await announce(11, FILE_TYPE_ONLINE)).result).toBe(0);
  expect((await announce(4, FILE_TYPE_OFFLINE)).result).toBe(0);
  expect(server?.counters()).toMatchObject({ tasksRefused: 1, offlineFiles: 2, offlineBytes: 10 });
});

it("leaves room, and tasks, for others than one user who announces one file after another", async () => {
  const limits = { storedMaxBytes: 100, storedPerSenderMaxBytes: 10, tasksMax: 20 };
  await start({ limits });
  expect((await announce(10, FILE_TYPE_OFFLINE)).result).toBe(0);
  expect((await announce(1, FILE_TYPE_OFFLINE)).result).toBe(1);
  expect((await announce(10, FILE_TYPE_OFFLINE, 9)).result).toBe(0);
  // The tasks of one user are a tenth of all.
  expect((await announce(1, FILE_TYPE_ONLINE)).result).toBe(0);
  expect((await announce(1, FILE_TYPE_ONLINE)).result).toBe(1);
  expect((await announce(1, FILE_TYPE_ONLINE, 9)).result).toBe(0);
  expect(server?.counters()).toMatchObject({ tasks: 4, tasksRefused: 2, offlineBytes: 20 });
  await server?.stop(1000);
  // What lies on disk counts after a restart, too.
  await start({ limits });
  expect((await announce(1, FILE_TYPE_OFFLINE)).result).toBe(1);
  expect((await announce(1, FILE_TYPE_OFFLINE, 10)).result).toBe(0);
});
