import { type ClientTypeName, clientTypes } from "../../client/client-type.js";
import { ExpectationError } from "../../client/expectation-error.js";
import type { PduPeer } from "../../client/peer.js";
import type { PlayedLink, PlayedPdu, PlayedServer } from "../../client/played-server.js";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { MsgType, UserStatType } from "../../codec/generated/enums.js";
import type { IMLoginReq, IMMsgData, UserInfo } from "../../codec/generated/messages.js";
import { loginPassword } from "../../codec/password.js";
import { definer } from "./define-case.js";
import { expectEqual } from "./expect-that.js";
import { answer, SurroundedContext } from "./surrounded-context.js";

/** Somebody whom the database that is played knows. */
export interface InventedUser {
  readonly userId: number;
  readonly name: string;
}

const PASSWORD = "secret";
/** Of the addresses at which a server is played, by its place. */
const SECOND = 1;

/**
 * What the bodies of the cases for a msg_server in isolation use. The suite plays the database, too, so users are invented
 * and each request of the msg_server is answered by the case, or not.
 */
export class IsolatedContext extends SurroundedContext {
  get login(): PlayedServer {
    return this.server("login");
  }

  get file(): PlayedServer {
    return this.server("file");
  }

  get push(): PlayedServer {
    return this.server("push");
  }

  newUser(): InventedUser {
    return { userId: this.unknownId(), name: `user-${this.uniqueWord()}` };
  }

  /** A connection of a client that has not logged in. */
  dial(label = "client"): Promise<PduPeer> {
    return this.connect("target", label);
  }

  loginRequest({ name }: InventedUser, clientType: ClientTypeName = "windows"): IMLoginReq {
    return {
      user_name: name,
      password: loginPassword(PASSWORD),
      online_status: UserStatType.USER_STATUS_ONLINE,
      client_type: clientTypes[clientType],
      client_version: "ttk/1.0",
    };
  }

  /** Takes the question of that user's login (0x0703). */
  expectValidation({ name }: InventedUser): Promise<PlayedPdu<typeof CommandId.CID_OTHER_VALIDATE_REQ>> {
    return this.db.expect(CommandId.CID_OTHER_VALIDATE_REQ, ({ user_name }) => user_name === name, {
      what: `of ${name}`,
    });
  }

  /** Logs a user in, as the database lets it; where that does not work, the case is blocked. */
  async logIn(user: InventedUser = this.newUser(), clientType: ClientTypeName = "windows"): Promise<IsolatedClient> {
    const peer = await this.dial(`user ${user.userId} ${clientType}`);
    const login = async () => {
      const seqNum = peer.send(CommandId.CID_LOGIN_REQ_USERLOGIN, this.loginRequest(user, clientType));
      answer(await this.expectValidation(user), CommandId.CID_OTHER_VALIDATE_RSP, {
        user_name: user.name,
        result_code: 0,
        result_string: "ok",
        user_info: userInfo(user),
      });
      const { body } = await peer.expectAnswer(CommandId.CID_LOGIN_REQ_USERLOGIN, seqNum);
      expectEqual("result_code of a login that the database accepts:", body.result_code, 0);
    };
    await this.precondition("no user can log in", login());
    return new IsolatedClient(this, peer, user, clientTypes[clientType]);
  }

  /** From now on, whoever asks route_server about these users learns that they are ONLINE or OFFLINE; nobody has to. */
  answerStatus(status: UserStatType): void {
    const next = (): void => {
      this.route
        .expect(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST)
        .then((asked) => {
          const { user_id, user_id_list } = asked.body;
          const user_stat_list = user_id_list.map((id) => ({ user_id: id, status }));
          answer(asked, CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, { user_id, user_stat_list });
          next();
        })
        .catch((error: unknown) => {
          // Nobody asked for so long that the case is over.
          if (!(error instanceof ExpectationError)) throw error;
        });
    };
    next();
  }

  /** A PDU that a msg_server elsewhere would have sent, by way of route_server. */
  fromRoute<C extends CommandId>(commandId: C, body: CommandBody[C], seqNum = 0): void {
    const [link] = this.route.links;
    if (link === undefined) this.block("the msg_server has lost its link to the route_server");
    link.send(commandId, body, { seqNum });
  }

  /** All of its links but one are lost, and it takes no new one, until the body is over. */
  async whileOnlyOneIsLeft(server: PlayedServer, left: PlayedLink, body: () => Promise<void>): Promise<void> {
    const links = server.links.length;
    server.goAway({ keep: [left] });
    try {
      await body();
    } finally {
      await server.comeBack();
      await this.untilBack(server, links);
    }
  }

  /** A second route_server is there until the body is over; then the msg_server has the first one alone, as before. */
  async whileTwoRouteServers(body: (second: PlayedLink) => Promise<void>): Promise<void> {
    const { redialLongestMs, redialMs, answerMs } = this.timing;
    await this.route.comeBack({ only: SECOND });
    try {
      if (!(await this.route.hasLinks(2, redialLongestMs + answerMs))) {
        this.block("the msg_server has not dialled the second route_server, at the second address of --listen-route");
      }
      const second = this.route.links.find(({ at }) => at === SECOND);
      if (second === undefined) this.block("the msg_server has two links to the first route_server");
      await body(second);
    } finally {
      if (!this.route.links.some(({ at }) => at !== SECOND)) await this.route.expectLinks(2, redialMs + answerMs);
      this.route.goAway({ only: SECOND });
    }
  }
}

export const defineIsolatedCase = definer("msg-isolated", IsolatedContext);

export function userInfo({ userId, name }: InventedUser): UserInfo {
  return {
    user_id: userId,
    user_gender: 1,
    user_nick_name: name,
    avatar_url: "avatar",
    department_id: 1,
    email: "user@example.com",
    user_real_name: name,
    user_tel: "1",
    user_domain: "domain",
    status: 0,
    sign_info: "",
  };
}

/** A client that has logged in to the msg_server in isolation. */
export class IsolatedClient {
  constructor(
    private readonly context: IsolatedContext,
    readonly peer: PduPeer,
    readonly user: InventedUser,
    readonly clientType: number,
  ) {}

  get userId(): number {
    return this.user.userId;
  }

  messageTo(to_session_id: number, msg_type: MsgType = MsgType.MSG_TYPE_SINGLE_TEXT): IMMsgData {
    return {
      from_user_id: this.userId,
      to_session_id,
      msg_id: 0,
      create_time: 0,
      msg_type,
      msg_data: this.context.uniqueText(),
    };
  }

  /** Sends a message, which the database stores under that id; returns it as it was stored. */
  async say(message: IMMsgData, msg_id: number): Promise<IMMsgData> {
    const seqNum = this.peer.send(CommandId.CID_MSG_DATA, message);
    const asked = await this.expectStoring(message);
    const stored = { ...asked.body, msg_id };
    answer(asked, CommandId.CID_MSG_DATA, stored);
    const ack = await this.peer.expectAnswer(CommandId.CID_MSG_DATA, seqNum);
    expectEqual("msg_id of the ack", ack.body.msg_id, msg_id);
    return stored;
  }

  /** Takes the message at the database. */
  expectStoring({ msg_data }: IMMsgData): Promise<PlayedPdu<typeof CommandId.CID_MSG_DATA>> {
    return this.context.db.expect(CommandId.CID_MSG_DATA, (body) => body.msg_data.equals(msg_data), {
      what: `of user ${this.userId}`,
    });
  }

  /** Takes one delivery of a message. */
  async expectMessage({ msg_data }: IMMsgData): Promise<IMMsgData> {
    const { body } = await this.peer.expect(CommandId.CID_MSG_DATA, (each) => each.msg_data.equals(msg_data), {
      what: `with ${msg_data.toString("latin1", 0, 40)}`,
    });
    return body;
  }

  async expectNoMessage({ msg_data }: IMMsgData, probe: () => Promise<unknown>): Promise<void> {
    await this.peer.expectNothing(CommandId.CID_MSG_DATA, (each) => each.msg_data.equals(msg_data), {
      what: `with ${msg_data.toString("latin1", 0, 40)}`,
      probe,
    });
  }

  /**
   * Something that a server elsewhere sends to this connection, now: what was sent by way of route_server before it has
   * come, too.
   */
  async expectMarkerFromRoute(): Promise<void> {
    const command = {
      from_user_id: this.context.unknownId(),
      to_user_id: this.userId,
      cmd_msg_data: this.context.uniqueWord(),
    };
    this.context.fromRoute(CommandId.CID_SWITCH_P2P_CMD, command);
    await this.peer.expect(CommandId.CID_SWITCH_P2P_CMD, ({ cmd_msg_data }) => cmd_msg_data === command.cmd_msg_data);
  }

  /** Something that this connection sends to route_server, now: what it sent there before has come, too. */
  async expectMarkerAtRoute(): Promise<void> {
    const command = {
      from_user_id: this.userId,
      to_user_id: this.context.unknownId(),
      cmd_msg_data: this.context.uniqueWord(),
    };
    this.peer.send(CommandId.CID_SWITCH_P2P_CMD, command);
    await this.context.route.expect(
      CommandId.CID_SWITCH_P2P_CMD,
      ({ cmd_msg_data }) => cmd_msg_data === command.cmd_msg_data,
    );
  }

  /** Something that this connection asks the database, and that the database answers. */
  async expectDatabaseServes(): Promise<void> {
    const seqNum = this.peer.send(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, {
      user_id: this.userId,
      latest_update_time: 0,
    });
    const asked = await this.context.db.expect(
      CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST,
      ({ user_id }) => user_id === this.userId,
    );
    answer(asked, CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, {
      user_id: this.userId,
      latest_update_time: 0,
      dept_list: [],
    });
    await this.peer.expectAnswer(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, seqNum);
  }
}
