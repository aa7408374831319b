/**
 * A virtual device against what a client of the original servers sent in fixtures/captures/client-session.pcap: it gets the
 * recorded answers, and must say what the recorded client said, but for the differences that are listed. Neither capture has
 * a client's heartbeat: for those behaviour.md stands (CON-01).
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Device } from "../../../src/client/device.js";
import { decodeBody } from "../../../src/codec/body-codec.js";
import { type CommandBody, CommandId } from "../../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../../src/codec/generated/enums.js";
import { clientLimits, HEADER_SIZE, readCommandId, readSeqNum } from "../../../src/codec/pdu-header.js";
import { listen, type PduListener } from "../../../src/net/listen.js";
import type { PduLink } from "../../../src/net/pdu-link.js";
import { type MessageTaker, VirtualDevice } from "../../../src/runner/load/devices/virtual-device.js";
import { ShippedStartUp } from "../../../src/scenarios/load/start-up.js";
import { type CapturedPdu, capturePdus } from "../../helpers/capture-pdus.js";

const MSG_SERVER_PORT = 8000;
const SEQ_NUM_AT = 12;
const captured = capturePdus("client-session.pcap", MSG_SERVER_PORT);
/** By the order in which they logged in: user1 starts up, user2 receives. */
const [first = 0, second = 0] = [
  ...new Set(captured.filter(({ to }) => to === MSG_SERVER_PORT).map(({ from }) => from)),
];

const idOf = ({ bytes }: CapturedPdu) => readCommandId(bytes, 0);
const saidBy = (port: number) => captured.filter(({ from }) => from === port);
const answersTo = (port: number) => captured.filter(({ to }) => to === port);
const bodyOf = <C extends CommandId>(commandId: C, bytes: Buffer): CommandBody[C] =>
  decodeBody(commandId, bytes, HEADER_SIZE);
const withSeqNum = (bytes: Buffer, seqNum: number) => {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(seqNum, SEQ_NUM_AT);
  return copy;
};
function recorded(port: number, commandId: CommandId, place = 0): Buffer {
  const pdu = saidBy(port).filter((one) => idOf(one) === commandId)[place];
  if (pdu === undefined) throw new Error("the capture has no such PDU");
  return pdu.bytes;
}

/** Answers each request as the original server answered the same one in the capture. */
class RecordedServer {
  readonly said: Buffer[] = [];
  #listener: PduListener | undefined;
  #link: PduLink | undefined;
  #heard: (() => void)[] = [];

  constructor(private readonly port: number) {}

  async start(): Promise<void> {
    this.#listener = await listen({ host: "127.0.0.1", port: 0 }, { limits: clientLimits }, (link) => {
      this.#link = link;
      return {
        onPdu: (_: PduLink, bytes: Buffer, start: number, end: number) =>
          this.#answer(Buffer.from(bytes.subarray(start, end))),
        onClose: () => {},
      };
    });
  }

  get address() {
    return (this.#listener as PduListener).address;
  }

  send(bytes: Buffer): void {
    this.#link?.sendBytes(bytes);
  }

  /** Resolves once so many PDUs have come. */
  async heard(count: number): Promise<void> {
    while (this.said.length < count) await new Promise<void>((resolve) => this.#heard.push(resolve));
  }

  stop(): void {
    this.#listener?.close();
    this.#link?.destroy();
  }

  #answer(request: Buffer): void {
    this.said.push(request);
    for (const resolve of this.#heard.splice(0)) resolve();
    const answer = answersTo(this.port).find((pdu) => idOf(pdu) === readCommandId(request, 0) + 1);
    // A confirmation has none, and its id is one below that of another command.
    if (answer === undefined || readCommandId(request, 0) === CommandId.CID_MSG_DATA_ACK) return;
    this.send(withSeqNum(answer.bytes, readSeqNum(request, 0)));
  }
}

/** Of a device that gets none. */
const noMessages: MessageTaker = {
  arrived: (_, { msgId }) => expect.unreachable(`message ${msgId}`),
  acked: (_, { msgId }) => expect.unreachable(`ack of ${msgId}`),
};

describe("a virtual device beside the recorded client", () => {
  const server = new RecordedServer(first);
  const startUp = new ShippedStartUp();
  const device = new Device(
    { clientType: "windows", clientVersion: "smoke/1.0", heartbeatIntervalMs: 0 },
    { onOther: (...other) => startUp.onOther(...other), onClose: (gone) => startUp.onClose(gone) },
  );
  const said = (commandId: CommandId): Buffer => {
    const pdu = server.said.find((bytes) => readCommandId(bytes, 0) === commandId);
    if (pdu === undefined) throw new Error("the device sent no such PDU");
    return pdu;
  };

  beforeAll(async () => {
    await server.start();
    await device.connect(server.address);
    await startUp.run(device, { userName: "user1", password: "secret" }, () => {});
    device.sendMessage(
      2,
      MsgType.MSG_TYPE_SINGLE_TEXT,
      bodyOf(CommandId.CID_MSG_DATA, recorded(first, CommandId.CID_MSG_DATA)).msg_data,
    );
    await server.heard(9);
  });
  afterAll(() => {
    device.destroy();
    server.stop();
  });

  it("sends the same commands in the same order, each numbered one higher", () => {
    const commands = saidBy(first).map(idOf);
    // The recorded client asks for users twice: for all, then for those that have changed since. A device of a load run has
    // just got all of them, so it asks once.
    const secondUsers = commands.lastIndexOf(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST);
    expect(commands.indexOf(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST)).toBe(secondUsers - 1);
    const once = commands.filter((_, place) => place !== secondUsers);
    // Of its two messages, the first.
    expect(server.said.map((bytes) => readCommandId(bytes, 0))).toEqual(
      once.slice(0, once.indexOf(CommandId.CID_MSG_DATA) + 1),
    );
    expect(server.said.map((bytes) => readSeqNum(bytes, 0))).toEqual(server.said.map((_, place) => place + 1));
    expect(saidBy(first).map(({ bytes }) => readSeqNum(bytes, 0))).toEqual(commands.map((_, place) => place + 1));
  });

  it.each([
    ["login", CommandId.CID_LOGIN_REQ_USERLOGIN],
    ["departments", CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST],
    ["users", CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST],
    ["groups", CommandId.CID_GROUP_NORMAL_LIST_REQUEST],
    ["sessions", CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST],
    ["unread counts", CommandId.CID_MSG_UNREAD_CNT_REQUEST],
    ["a message", CommandId.CID_MSG_DATA],
  ])("sends the same bytes for %s, but for the number", (_, commandId) => {
    const ours = said(commandId);
    expect(ours).toEqual(withSeqNum(recorded(first, commandId), readSeqNum(ours, 0)));
  });

  it("asks for each group that the server has named, whatever its version; the recorded client chose two", () => {
    const named = answersTo(first).find((pdu) => idOf(pdu) === CommandId.CID_GROUP_NORMAL_LIST_RESPONSE) as CapturedPdu;
    const { group_version_list } = bodyOf(CommandId.CID_GROUP_NORMAL_LIST_RESPONSE, named.bytes);
    const asked = group_version_list.map(({ group_id }) => ({ group_id, version: 0 }));
    expect(asked.length).toBeGreaterThan(0);
    const ours = bodyOf(CommandId.CID_GROUP_INFO_REQUEST, said(CommandId.CID_GROUP_INFO_REQUEST));
    const theirs = bodyOf(CommandId.CID_GROUP_INFO_REQUEST, recorded(first, CommandId.CID_GROUP_INFO_REQUEST));
    expect(ours).toEqual({ ...theirs, group_version_list: asked });
  });

  it("asks for the status of each user that the server has named; the recorded client chose three", () => {
    const named = answersTo(first).find(
      (pdu) => idOf(pdu) === CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE,
    ) as CapturedPdu;
    const { user_list } = bodyOf(CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE, named.bytes);
    expect(user_list.length).toBeGreaterThan(0);
    const ours = bodyOf(
      CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST,
      said(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST),
    );
    const theirs = bodyOf(
      CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST,
      recorded(first, CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST),
    );
    expect(ours).toEqual({ ...theirs, user_id_list: user_list.map(({ user_id }) => user_id) });
  });

  it("confirms a message with the bytes that the recorded receiver confirmed it with", async () => {
    const receiving = new RecordedServer(second);
    await receiving.start();
    const receiver = new Device({ clientType: "windows", clientVersion: "smoke/1.0", heartbeatIntervalMs: 0 });
    try {
      await receiver.connect(receiving.address);
      await receiver.login({ userName: "user2", password: "secret" });
      for (const pdu of answersTo(second).filter((one) => idOf(one) === CommandId.CID_MSG_DATA))
        receiving.send(pdu.bytes);
      await receiving.heard(3);
      const theirs = saidBy(second).slice(0, 3);
      expect(theirs.map(idOf)).toEqual([
        CommandId.CID_LOGIN_REQ_USERLOGIN,
        CommandId.CID_MSG_DATA_ACK,
        CommandId.CID_MSG_DATA_ACK,
      ]);
      expect(receiving.said).toEqual(theirs.map(({ bytes }) => bytes));
    } finally {
      receiver.destroy();
      receiving.stop();
    }
  });

  it("reads a session with the bytes that recorded clients read one with, a person's and a group's", async () => {
    const acks = capturePdus("cluster-session.pcap", MSG_SERVER_PORT).filter(
      (pdu) => pdu.to === MSG_SERVER_PORT && idOf(pdu) === CommandId.CID_MSG_READ_ACK,
    );
    const bodies = acks.map(({ bytes }) => bodyOf(CommandId.CID_MSG_READ_ACK, bytes));
    expect(new Set(bodies.map(({ session_type }) => session_type)).size).toBe(2);
    const hearing = new RecordedServer(second);
    await hearing.start();
    const reader = new VirtualDevice(0, { clientType: "windows", heartbeatIntervalMs: 0 }, {}, noMessages);
    try {
      await reader.connect(hearing.address);
      for (const { user_id, session_id, session_type, msg_id } of bodies) {
        reader.userId = user_id;
        reader.sendSessionReadAck(session_id, session_type === SessionType.SESSION_TYPE_GROUP, msg_id);
      }
      await hearing.heard(acks.length);
      const expected = acks.map(({ bytes }, place) => withSeqNum(bytes, place + 1));
      expect(hearing.said).toEqual(expected);
    } finally {
      reader.destroy();
      hearing.stop();
    }
  });
});
