import { ExpectationError } from "../../client/expectation-error.js";
import type { HttpAnswer } from "../../client/http-exchange.js";
import type { PduPeer } from "../../client/peer.js";
import { CommandId } from "../../codec/generated/commands.js";
import type { IMMsgServInfo, IMMsgServRsp } from "../../codec/generated/messages.js";
import { BaseContext } from "./base-context.js";
import { definer } from "./define-case.js";
import { expectThat } from "./expect-that.js";

/** What `GET /msg_server` answers, whatever the server made of it. */
export type DiscoveryJson = Readonly<Record<string, unknown>>;

/** protocol.md: `code` of the JSON. */
export const DiscoveryCode = { ok: 0, nobodyKnown: 1, allFull: 2 } as const;
/** user_action of 0x070b (LSV-01). */
const UserAction = { plusOne: 1, minusOne: 2 } as const;

export const usualRequest = (path: string) => `GET ${path} HTTP/1.1\r\nHost: login_server\r\nConnection: close\r\n\r\n`;

/** What the bodies of a login_server's cases use: the suite plays msg_servers that register, and clients that ask. */
export class LoginContext extends BaseContext {
  /** Nobody is registered. Cases run one after the other, so somebody who stays is no msg_server of the suite's. */
  async untilNobody(): Promise<void> {
    try {
      await this.untilCode(DiscoveryCode.nobodyKnown);
    } catch (error) {
      if (!(error instanceof ExpectationError)) throw error;
      this.block(`the login_server must know no msg_server before the case: ${error.message}`);
    }
  }

  /** Nobody is handed out, whatever the server says of the reason: for a case that judges just that. */
  async untilNobodyIsOffered(): Promise<void> {
    const offered = this.eventually(
      "no msg_server is handed out",
      () => this.ask(),
      ({ code }) => code !== DiscoveryCode.ok,
    );
    await this.precondition("the login_server must know no msg_server before the case", offered);
  }

  /** A msg_server that has sent its registration (0x0709). */
  async register(info: Partial<IMMsgServInfo> = {}): Promise<RegisteredServer> {
    return this.#registered(await this.connectServer(`msg_server ${info.ip1 ?? ordinary.ip1}`), info);
  }

  /** One that says nothing more, not even heartbeats. */
  async registerSilent(): Promise<RegisteredServer> {
    return this.#registered(await this.connect("target", "silent msg_server"), {});
  }

  #registered(link: PduPeer, info: Partial<IMMsgServInfo>): RegisteredServer {
    const server = new RegisteredServer(link, { ...ordinary, ...info });
    server.register();
    return server;
  }

  /** @throws ExpectationError when the answer is no JSON */
  async ask(path = "/msg_server"): Promise<DiscoveryJson> {
    return jsonOf(await this.exchange(usualRequest(path)));
  }

  exchange(request: string): Promise<HttpAnswer> {
    return this.environment.exchangeHttp("http", request);
  }

  /** Asks until the answer names that msg_server. @throws ExpectationError */
  untilOffered({ info }: RegisteredServer): Promise<DiscoveryJson> {
    return this.eventually(
      `GET /msg_server names ${info.ip1}`,
      () => this.ask(),
      ({ code, priorIP }) => code === DiscoveryCode.ok && priorIP === info.ip1,
    );
  }

  untilCode(code: number): Promise<DiscoveryJson> {
    return this.eventually(
      `code ${code} in the answer to GET /msg_server`,
      () => this.ask(),
      (answer) => answer.code === code,
    );
  }

  /** 0x0101 → 0x0102 on a connection of its own, which the server then closes. */
  async askByPdu(): Promise<IMMsgServRsp> {
    const client = await this.connect("clients", "client");
    return client.request(CommandId.CID_LOGIN_REQ_MSGSERVER, {});
  }
}

export const defineLoginCase = definer("login", LoginContext);

const ordinary: IMMsgServInfo = {
  ip1: "10.1.1.1",
  ip2: "10.2.2.1",
  port: 8000,
  max_conn_cnt: 1000,
  cur_conn_cnt: 0,
  host_name: "ttk",
};

/** The suite's end of a msg_server's link to the login_server. */
export class RegisteredServer {
  constructor(
    readonly peer: PduPeer,
    readonly info: IMMsgServInfo,
  ) {}

  register(): void {
    this.peer.send(CommandId.CID_OTHER_MSG_SERV_INFO, this.info, { seqNum: 0 });
  }

  /** 0x070b: one user more. */
  userCame(user_id: number): void {
    this.peer.send(CommandId.CID_OTHER_USER_CNT_UPDATE, { user_action: UserAction.plusOne, user_id }, { seqNum: 0 });
  }

  userLeft(user_id: number): void {
    this.peer.send(CommandId.CID_OTHER_USER_CNT_UPDATE, { user_action: UserAction.minusOne, user_id }, { seqNum: 0 });
  }
}

/** @throws ExpectationError when it is no JSON of status 200 */
function jsonOf({ status, body: bytes, end }: HttpAnswer): DiscoveryJson {
  const body = bytes.toString("utf8");
  expectThat(status === 200, "status 200 to GET /msg_server", status ?? `no answer (${end})`);
  try {
    const value: unknown = JSON.parse(body);
    expectThat(typeof value === "object" && value !== null, "a JSON object", body);
    return value as DiscoveryJson;
  } catch (error) {
    if (error instanceof SyntaxError) throw new ExpectationError("a JSON object", body);
    throw error;
  }
}
