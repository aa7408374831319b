/**
 * What bench/devices.c does with `messages`, over the project's own links and codec: no oracle, no metrics, no schedule. Between
 * it and the generator lies what these cost; between it and the client in C what Node.js does. Speaks as both do.
 *
 * bare-client PORT DEVICES IN_FLIGHT WARM_UP_MS MEASURED_MS
 */
import { CommandId } from "../src/codec/generated/commands.js";
import { ClientType, MsgType, SessionType, UserStatType } from "../src/codec/generated/enums.js";

const built = <Module>(path: string): Promise<Module> => import(new URL(`../dist/${path}`, import.meta.url).href);
const { dial } = await built<typeof import("../src/net/dial.js")>("net/dial.js");
const { AckFields, MessageFields, readAck, readMessage, sizeOfAck, sizeOfMessage, writeAck, writeMessageHead } =
  await built<typeof import("../src/codec/message-bytes.js")>("codec/message-bytes.js");
const { HEADER_SIZE, readCommandId, readSeqNum, serverLimits } =
  await built<typeof import("../src/codec/pdu-header.js")>("codec/pdu-header.js");
const { loginPassword } = await built<typeof import("../src/codec/password.js")>("codec/password.js");
type PduLink = import("../src/net/pdu-link.js").PduLink;

const [port = 0, devices = 0, inFlight = 1, warmUpMs = 0, measuredMs = 0] = process.argv.slice(2).map(Number);
/** As bench/echo-server.c numbers them: user1 is 1. */
const FIRST_USER_ID = 1;
const text = Buffer.from("0123456789abcdef".repeat(4));
const ack = new AckFields();
const message = new MessageFields();
let acked = 0;
let received = 0;

class BareDevice {
  #seqNum = 0;
  /** How far away the next one is that it writes to. */
  #distance = 0;
  /** Whether the message of each seq_num awaits its ack. */
  readonly #awaited = new Uint8Array(0x10000);

  constructor(private readonly index: number) {}

  send(link: PduLink): void {
    const seqNum = ++this.#seqNum & 0xffff;
    this.#awaited[seqNum] = 1;
    const peer = inFlight === 1 ? this.index ^ 1 : (this.index + 1 + this.#distance) % devices;
    this.#distance = (this.#distance + 1) % inFlight;
    const [from, to] = [FIRST_USER_ID + this.index, FIRST_USER_ID + peer];
    const start = link.reserve(sizeOfMessage(from, to, text.length));
    const at = writeMessageHead(link.outgoing, start, seqNum, from, to, MsgType.MSG_TYPE_SINGLE_TEXT, text.length);
    text.copy(link.outgoing, at);
    link.appended(CommandId.CID_MSG_DATA, start);
  }

  onPdu(link: PduLink, bytes: Buffer, start: number, end: number): void {
    const commandId = readCommandId(bytes, start);
    if (commandId === CommandId.CID_MSG_DATA && readMessage(bytes, start + HEADER_SIZE, end, message)) {
      received++;
      const { fromUserId, msgId } = message;
      const userId = FIRST_USER_ID + this.index;
      const at = link.reserve(sizeOfAck(userId, fromUserId, msgId));
      const seqNum = ++this.#seqNum & 0xffff;
      writeAck(link.outgoing, at, seqNum, userId, fromUserId, msgId, SessionType.SESSION_TYPE_SINGLE);
      link.appended(CommandId.CID_MSG_DATA_ACK, at);
    } else if (commandId === CommandId.CID_MSG_DATA_ACK && readAck(bytes, start + HEADER_SIZE, end, ack)) {
      const seqNum = readSeqNum(bytes, start);
      if (this.#awaited[seqNum] === 0) throw new Error("an ack for nothing");
      this.#awaited[seqNum] = 0;
      acked++;
      this.send(link);
    } else if (commandId === CommandId.CID_LOGIN_RES_USERLOGIN) loggedIn();
  }

  onClose(): void {
    if (!isOver) throw new Error("the server closed a connection");
  }
}

let isOver = false;
let waiting = devices;
let loggedIn = () => {};
const everybody = new Promise<void>((resolve) => {
  loggedIn = () => {
    if (--waiting === 0) resolve();
  };
});
const links: [PduLink, BareDevice][] = [];
for (let index = 0; index < devices; index++) {
  const device = new BareDevice(index);
  const link = await dial({ host: "127.0.0.1", port }, { limits: serverLimits }, device);
  link.send(CommandId.CID_LOGIN_REQ_USERLOGIN, {
    user_name: `user${index + 1}`,
    password: loginPassword("secret"),
    online_status: UserStatType.USER_STATUS_ONLINE,
    client_type: ClientType.CLIENT_TYPE_WINDOWS,
    client_version: "bench",
  });
  links.push([link, device]);
}
await everybody;
for (const [link, device] of links) for (let n = 0; n < inFlight; n++) device.send(link);
await new Promise((resolve) => setTimeout(resolve, warmUpMs));
const [before, cpuBefore] = [acked, process.cpuUsage()];
console.log("measuring");
await new Promise((resolve) => setTimeout(resolve, measuredMs));
const { user, system } = process.cpuUsage(cpuBefore);
console.log(`messages ${acked - before} ${(user + system) / 1000}`);
isOver = true;
if (received < acked - devices * inFlight) throw new Error(`${received} messages came, and ${acked} were acknowledged`);
for (const [link] of links) link.destroy();
