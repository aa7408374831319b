import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { CommandId } from "../../src/codec/generated/commands.js";
import { type ClientType, ResultType, type UserStatType } from "../../src/codec/generated/enums.js";
import { HEADER_SIZE } from "../../src/codec/pdu-header.js";
import type { Address } from "../../src/net/address.js";
import { PassingPdu } from "./passing-pdu.js";
import type { FaultyLine, InPlace, WireFault } from "./wire-fault.js";

/** A longer one is no PDU that a case sends on purpose: the bytes pass as they are. */
const PDU_SIZE_MAX_BYTES = 64 << 20;
const MOBILE = 0x10;

/** A port in front of a server, through which one fault shows. The server behind it runs the code that it always runs. */
export class FaultyWire {
  private constructor(
    private readonly server: Server,
    private readonly lines: Set<Line>,
  ) {}

  /** `lines` is shared by the wires of one cluster. */
  static async start(upstream: Address, fault: WireFault, lines: Set<Line>): Promise<FaultyWire> {
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const line = new Line(client, connect({ ...upstream, allowHalfOpen: true }), fault, lines);
      lines.add(line);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FaultyWire(server, lines);
  }

  get address(): Address {
    return { host: "127.0.0.1", port: (this.server.address() as AddressInfo).port };
  }

  async stop(): Promise<void> {
    for (const line of this.lines) line.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export class Line implements FaultyLine {
  userId = 0;
  clientType: ClientType | 0 = 0;
  onlineStatus: UserStatType | 0 = 0;
  isRefused = false;
  readonly #timers = new Set<NodeJS.Timeout>();
  #closes = 0;

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly fault: WireFault,
    private readonly others: Set<Line>,
  ) {
    const up = new PduCutter((bytes, isPdu) => this.#up(bytes, isPdu));
    const down = new PduCutter((bytes, isPdu) => this.#down(bytes, isPdu));
    client.on("data", (bytes: Buffer) => up.push(fault.read?.(bytes, this) ?? bytes));
    upstream.on("data", (bytes: Buffer) => down.push(bytes));
    client.on("end", () => {
      if (!fault.missesClose?.(this)) upstream.end();
      // Whoever hung up sees the end that it waits for, whether the server has noticed or not.
      else if (!fault.staysOpen?.(this)) client.end();
    });
    upstream.on("end", () => {
      if (!fault.staysOpen?.(this)) client.end();
    });
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on("error", () => {});
    }
    client.on("close", () => this.#closed(fault.missesClose?.(this) ? undefined : upstream));
    upstream.on("close", () => this.#closed(fault.staysOpen?.(this) ? undefined : client));
    fault.opened?.(this);
  }

  get isMobile(): boolean {
    return (this.clientType & MOBILE) !== 0;
  }

  get all(): readonly Line[] {
    return [...this.others];
  }

  toClient(pdu: Buffer): void {
    if (this.client.writable) this.client.write(pdu);
  }

  toServer(pdu: Buffer): void {
    if (this.upstream.writable) this.upstream.write(pdu);
  }

  close(): void {
    this.client.end();
    this.upstream.end();
  }

  destroy(): void {
    this.client.destroy();
    this.upstream.destroy();
  }

  later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  #up(bytes: Buffer, isPdu: boolean): void {
    if (!isPdu) return this.toServer(bytes);
    const pdu = new PassingPdu(bytes);
    const login = this.userId === 0 ? pdu.commandId === CommandId.CID_LOGIN_REQ_USERLOGIN : false;
    const request = login ? pdu.body(CommandId.CID_LOGIN_REQ_USERLOGIN) : undefined;
    if (request !== undefined) {
      this.clientType = request.client_type;
      this.onlineStatus = request.online_status;
    }
    for (const each of inPlaceOf(bytes, this.fault.received?.(pdu, this))) this.toServer(each);
  }

  #down(bytes: Buffer, isPdu: boolean): void {
    if (!isPdu) return this.toClient(this.fault.written?.(bytes) ?? bytes);
    const pdu = new PassingPdu(bytes);
    if (pdu.commandId === CommandId.CID_LOGIN_RES_USERLOGIN) {
      const answer = pdu.body(CommandId.CID_LOGIN_RES_USERLOGIN);
      if (answer?.result_code === ResultType.REFUSE_REASON_NONE) this.userId = answer.user_info?.user_id ?? 0;
      else this.isRefused = true;
    }
    for (const each of inPlaceOf(bytes, this.fault.sent?.(pdu, this))) this.toClient(each);
  }

  #closed(other: Socket | undefined): void {
    other?.end();
    this.#closes++;
    if (this.#closes < 2) return;
    for (const timer of this.#timers) clearTimeout(timer);
    this.others.delete(this);
  }
}

function inPlaceOf(bytes: Buffer, inPlace: InPlace): readonly Buffer[] {
  return inPlace ?? [bytes];
}

/** Cuts a stream into PDUs; from the first length on that makes no sense, bytes pass as they come. */
class PduCutter {
  #rest: Buffer = Buffer.alloc(0);
  #isLost = false;

  constructor(private readonly sink: (bytes: Buffer, isPdu: boolean) => void) {}

  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#isLost) return this.sink(bytes, false);
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 4) {
      const length = this.#rest.readUInt32BE(0);
      if (length < HEADER_SIZE || length > PDU_SIZE_MAX_BYTES) {
        this.#isLost = true;
        return this.sink(this.#rest, false);
      }
      if (this.#rest.length < length) return;
      const pdu = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      this.sink(pdu, true);
    }
  }
}
