import { afterEach, describe, expect, it } from "vitest";
import type { ClientTypeName } from "../../src/client/client-type.js";
import { Device, type DeviceHandler } from "../../src/client/device.js";
import { pullAll } from "../../src/client/pull-all.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { KickReasonType, MsgType, SessionType, UserStatType } from "../../src/codec/generated/enums.js";
import { decryptText, encryptText } from "../../src/codec/text-content.js";
import { nobodyAt, OddServer } from "../helpers/odd-server.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";
import { until } from "../helpers/until.js";

const started: { stop(): unknown }[] = [];
const devices: Device[] = [];
afterEach(async () => {
  for (const device of devices.splice(0)) device.destroy();
  for (const one of started.splice(0)) await one.stop();
});

async function cluster(msgServers = 1): Promise<ReferenceCluster> {
  const running = await ReferenceCluster.start({ msgServers });
  started.push(running);
  return running;
}

async function connected(
  running: { msg(n: number): { host: string; port: number } },
  { clientType = "windows" as ClientTypeName, handler = {} as DeviceHandler, server = 0 } = {},
): Promise<Device> {
  const device = new Device({ clientType, requestTimeoutMs: 5000 }, handler);
  devices.push(device);
  await device.connect(running.msg(server));
  return device;
}

async function loggedIn(
  running: ReferenceCluster,
  userName: string,
  options: Parameters<typeof connected>[1] = {},
): Promise<Device> {
  const device = await connected(running, options);
  await device.login({ userName, password: "secret" });
  return device;
}

describe("Device", () => {
  it("logs in, and knows its user", async () => {
    const device = await connected(await cluster());
    expect(device.userId).toBe(0);
    const answer = await device.login({ userName: "user3", password: "secret" });
    expect(answer).toMatchObject({ result_code: 0, user_info: { user_real_name: "user3" } });
    expect(device.userId).toBe(answer.user_info.user_id);
  });

  it("says why a login was refused", async () => {
    const device = await connected(await cluster());
    await expect(device.login({ userName: "user3", password: "wrong" })).rejects.toMatchObject({
      code: "LOGIN_REFUSED",
      detail: { resultCode: 6, resultString: expect.stringMatching(/./) },
    });
    expect(device.userId).toBe(0);
    await until(() => !device.isOpen, "closed by the server (LGN-02)");
  });

  it("pulls everything in the order of the shipped clients", async () => {
    const device = await loggedIn(await cluster(), "user1");
    const order: string[] = [];
    const pulled = await pullAll(device, { onPull: (name) => order.push(name) });
    expect(order).toEqual(["departments", "users", "groups", "group_info", "sessions", "status", "unread"]);
    expect(pulled.users.user_list).toHaveLength(20);
    expect(pulled.status.user_stat_list).toHaveLength(20);
    const own = pulled.status.user_stat_list.find(({ user_id }) => user_id === device.userId);
    expect(own?.status).toBe(UserStatType.USER_STATUS_ONLINE);
    expect(pulled.groupInfo.group_info_list.map(({ group_id }) => group_id).sort()).toEqual(
      pulled.groups.group_version_list.map(({ group_id }) => group_id).sort(),
    );
  });

  it("sends messages, is acked, and hears of those of others and of its other devices", async () => {
    const running = await cluster(2);
    const heard: Record<string, string[]> = { phone: [], peer: [] };
    const listener = (name: string): DeviceHandler => ({
      onMessage: (_, { msg_data }) => heard[name]?.push(decryptText(Buffer.from(msg_data))),
    });
    const sender = await loggedIn(running, "user1");
    await loggedIn(running, "user1", { clientType: "ios", handler: listener("phone"), server: 1 });
    const peer = await loggedIn(running, "user2", { handler: listener("peer"), server: 1 });
    for (const [index, text] of ["one", "two"].entries()) {
      const ack = await sender.message(peer.userId, MsgType.MSG_TYPE_SINGLE_TEXT, encryptText(text));
      expect(ack).toMatchObject({ session_id: peer.userId, msg_id: index + 1, session_type: 1 });
    }
    await until(() => heard.phone?.length === 2 && heard.peer?.length === 2, "both messages at both");
    expect(heard).toEqual({ phone: ["one", "two"], peer: ["one", "two"] });
    // MSG-13: both acknowledged each; nobody answers that.
    await until(() => running.counters("msg", 1).dataAcks === 4, "four acks of deliveries");
  });

  it("gives the hot path's acks and heartbeats to its handler, under the seq_num that sending returned", async () => {
    const running = await cluster();
    const acks: number[] = [];
    const beats: number[] = [];
    const device = await loggedIn(running, "user1", {
      handler: { onAck: (_, seqNum) => acks.push(seqNum), onHeartbeat: (_, seqNum) => beats.push(seqNum) },
    });
    const sent = [1, 2, 3].map((n) => device.sendMessage(2, MsgType.MSG_TYPE_SINGLE_TEXT, encryptText(`${n}`)));
    const beat = device.sendHeartbeat();
    await until(() => acks.length === 3 && beats.length === 1, "three acks and an echo");
    expect(acks).toEqual(sent);
    expect(beats).toEqual([beat]);
  });

  it("tells of what another device has read, and of presence", async () => {
    const running = await cluster();
    const read: number[] = [];
    const present: Array<[number, UserStatType]> = [];
    const phone = await loggedIn(running, "user1", {
      clientType: "ios",
      handler: { onRead: (_, { msg_id }) => read.push(msg_id) },
    });
    const pc = await loggedIn(running, "user1", {
      handler: { onPresence: (_, userId, status) => present.push([userId, status]) },
    });
    const peer = await loggedIn(running, "user2");
    const { msg_id } = await peer.message(pc.userId, MsgType.MSG_TYPE_SINGLE_TEXT, encryptText("hello"));
    pc.sendReadAck(peer.userId, SessionType.SESSION_TYPE_SINGLE, msg_id);
    await until(() => read.length === 1, "the read notify at the phone");
    expect(read).toEqual([msg_id]);
    const peerId = peer.userId;
    peer.close();
    await until(
      () => present.some(([id, status]) => id === peerId && status === UserStatType.USER_STATUS_OFFLINE),
      "offline",
    );
    expect(present).toContainEqual([peerId, UserStatType.USER_STATUS_ONLINE]);
    expect(phone.isOpen).toBe(true);
  });

  it("closes when it is kicked, and says why (LGN-10)", async () => {
    const running = await cluster();
    const kicks: KickReasonType[] = [];
    const closes: string[] = [];
    const older = await loggedIn(running, "user1", {
      handler: { onKick: (_, reason) => kicks.push(reason), onClose: (_, reason) => closes.push(reason) },
    });
    const phone = await loggedIn(running, "user1", { clientType: "android" });
    const newer = await loggedIn(running, "user1", { clientType: "mac" });
    await until(() => closes.length === 1, "the older one closed");
    expect({ kicks, kickedFor: older.kickedFor, isOpen: older.isOpen }).toEqual({
      kicks: [KickReasonType.KICK_REASON_DUPLICATE_USER],
      kickedFor: KickReasonType.KICK_REASON_DUPLICATE_USER,
      isOpen: false,
    });
    expect([phone.isOpen, newer.isOpen]).toEqual([true, true]);
  });

  it("logs out, and can be used again", async () => {
    const running = await cluster();
    const device = await loggedIn(running, "user1");
    await device.logout();
    await until(() => !device.isOpen, "closed");
    await device.connect(running.msg(0));
    expect(device.userId).toBe(0);
    await device.login({ userName: "user2", password: "secret" });
    expect(running.counters("msg")).toMatchObject({ users: 1, logins: 2 });
  });

  it("fails what is awaited when the connection goes, and sends nothing after it", async () => {
    const mute = await OddServer.start("mute");
    started.push(mute);
    const device = await connected({ msg: () => mute.address });
    const login = device.login({ userName: "user1", password: "secret" });
    device.destroy();
    await expect(login).rejects.toMatchObject({ code: "CLOSED" });
    await until(() => !device.isOpen, "closed");
    expect(device.sendHeartbeat()).toBe(0);
    await expect(device.request(CommandId.CID_OTHER_HEARTBEAT, {})).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("gives up on an answer that does not come", async () => {
    const mute = await OddServer.start("mute");
    started.push(mute);
    const device = new Device({ clientType: "windows", requestTimeoutMs: 20 });
    devices.push(device);
    await device.connect(mute.address);
    await expect(device.login({ userName: "user1", password: "secret" })).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(device.isOpen).toBe(true);
  });

  it("says that nobody listens", async () => {
    const nobody = await nobodyAt();
    const device = new Device({ clientType: "windows" });
    await expect(device.connect(nobody)).rejects.toThrow(/nobody listens there \(ECONNREFUSED\)/);
  });
});
