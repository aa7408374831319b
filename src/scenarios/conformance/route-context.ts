import type { PduPeer } from "../../client/peer.js";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { type ClientType, UserStatType } from "../../codec/generated/enums.js";
import type { ServerUserStat } from "../../codec/generated/messages.js";
import { BaseContext } from "./base-context.js";
import { definer } from "./define-case.js";
import { expectEqual } from "./expect-that.js";

const { USER_STATUS_ONLINE: ONLINE, USER_STATUS_OFFLINE: OFFLINE } = UserStatType;
/** login_status of 0x070e. */
export type PcLoginStatus = 0 | 1;

/** What the bodies of a route_server's cases use: the suite plays the msg_servers around it. */
export class RouteContext extends BaseContext {
  /** Links of several msg_servers, each of which has said that nobody is logged in there and is served. */
  async msgServers<T extends readonly string[]>(...names: T): Promise<{ [K in keyof T]: MsgServerLink }> {
    const links: MsgServerLink[] = [];
    for (const name of names) {
      const link = await this.unprovenMsgServer(name);
      link.peer.send(CommandId.CID_OTHER_ONLINE_USER_INFO, { user_stat_list: [] }, { seqNum: 0 });
      await this.precondition("the route_server does not serve a msg_server", link.settle());
      links.push(link);
    }
    return links as { [K in keyof T]: MsgServerLink };
  }

  /** A link on which nothing has been said, for a case that judges what the others take for granted. */
  async unprovenMsgServer(name: string): Promise<MsgServerLink> {
    return new MsgServerLink(this, await this.connectServer(`msg_server ${name}`));
  }

  /** The same without heartbeats: only what the case sends goes over it. */
  async silentMsgServer(name: string): Promise<MsgServerLink> {
    return new MsgServerLink(this, await this.connect("target", `msg_server ${name}`));
  }
}

export const defineRouteCase = definer("route", RouteContext);

/** The suite's end of a msg_server's link to the route_server. */
export class MsgServerLink {
  constructor(
    private readonly context: RouteContext,
    readonly peer: PduPeer,
  ) {}

  /** 0x0708. */
  tellAll(users: readonly ServerUserStat[]): void {
    this.peer.send(CommandId.CID_OTHER_ONLINE_USER_INFO, { user_stat_list: [...users] }, { seqNum: 0 });
  }

  /** 0x070a: a connection of that user has logged in here. */
  cameOnline(user_id: number, client_type: ClientType): void {
    this.peer.send(
      CommandId.CID_OTHER_USER_STATUS_UPDATE,
      { user_status: ONLINE, user_id, client_type },
      { seqNum: 0 },
    );
  }

  /** 0x070a: a connection of that user is gone. */
  wentOffline(user_id: number, client_type: ClientType): void {
    this.peer.send(
      CommandId.CID_OTHER_USER_STATUS_UPDATE,
      { user_status: OFFLINE, user_id, client_type },
      { seqNum: 0 },
    );
  }

  /** 0x020a. */
  async statusOf(...user_id_list: number[]): Promise<UserStatType[]> {
    const answer = await this.peer.request(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, { user_id: 1, user_id_list });
    return answer.user_stat_list.map(({ status }) => status);
  }

  /** Everything that was sent on this link has been handled. */
  async settle(): Promise<void> {
    await this.statusOf(this.context.unknownId());
  }

  async expectStatus(userId: number, status: typeof ONLINE | typeof OFFLINE): Promise<void> {
    expectEqual(`status of user ${userId} asked by ${this.peer.label}:`, await this.statusOf(userId), [status]);
  }

  /** Takes one 0x0203, which carries seq_num 0 (FRM-14). */
  async expectPresence(userId: number, status: UserStatType): Promise<void> {
    const { seqNum } = await this.peer.expect(
      CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
      ({ user_stat }) => user_stat.user_id === userId && user_stat.status === status,
      { what: `user ${userId} ${status === ONLINE ? "online" : "offline"}` },
    );
    expectEqual("seq_num of 0x0203", seqNum, 0);
  }

  /** Takes one 0x070e, in the same way. */
  async expectPcLogin(userId: number, loginStatus: PcLoginStatus): Promise<void> {
    const { seqNum } = await this.peer.expect(
      CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY,
      ({ user_id, login_status }) => user_id === userId && login_status === loginStatus,
      { what: `user ${userId} login_status ${loginStatus}` },
    );
    expectEqual("seq_num of 0x070e", seqNum, 0);
  }

  /** No 0x0203 about that user has come here, nor comes before something that is sent after it. */
  async expectNoPresence(userId: number, after: MsgServerLink): Promise<void> {
    await this.peer.expectNothing(
      CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
      ({ user_stat }) => user_stat.user_id === userId,
      { what: `about user ${userId}`, probe: () => this.expectMarkerFrom(after) },
    );
  }

  /** The same for 0x070e. */
  async expectNoPcLogin(userId: number, after: MsgServerLink, loginStatus?: PcLoginStatus): Promise<void> {
    await this.peer.expectNothing(
      CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY,
      ({ user_id, login_status }) => user_id === userId && (loginStatus === undefined || login_status === loginStatus),
      { what: `about user ${userId}`, probe: () => this.expectMarkerFrom(after) },
    );
  }

  /**
   * Something that must come here and was sent on another link (RTE-05) or this one (RTE-06), now: what was sent there
   * before it has been handled, too.
   */
  async expectMarkerFrom(from: MsgServerLink): Promise<void> {
    if (from === this) return this.settle();
    const cmd_data = this.context.uniqueWord();
    const marker = {
      from_user_id: this.context.unknownId(),
      to_user_id: this.context.unknownId(),
      cmd_msg_data: cmd_data,
    };
    from.peer.send(CommandId.CID_SWITCH_P2P_CMD, marker, { seqNum: 0 });
    await this.peer.expect(CommandId.CID_SWITCH_P2P_CMD, ({ cmd_msg_data }) => cmd_msg_data === cmd_data, {
      what: `that ${from.peer.label} sent`,
    });
  }

  /** The very PDU that another link sent has come here, once. */
  async expectRelayed<C extends CommandId>(
    commandId: C,
    sent: Buffer,
    isIt: (body: CommandBody[C]) => boolean,
    from: MsgServerLink,
  ): Promise<void> {
    const pdu = await this.peer.expect(commandId, isIt, { what: `that ${from.peer.label} sent` });
    expectEqual(`bytes on ${this.peer.label}:`, pdu.bytes, sent);
    await this.peer.expectNothing(commandId, isIt, {
      what: `a second time, that ${from.peer.label} sent`,
      probe: () => this.expectMarkerFrom(from),
    });
  }
}
