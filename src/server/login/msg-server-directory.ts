import type { IMMsgServInfo } from "../../codec/generated/messages.js";
import { chooseMsgServer, type MsgServerChoice, type MsgServerEntry } from "./choose-msg-server.js";

/** user_action of 0x070b (LSV-01). */
const UserCountAction = { PLUS_ONE: 1, MINUS_ONE: 2 } as const;

/** The msg_servers that have registered, by the link that they registered on. */
export class MsgServerDirectory<Link> {
  readonly #servers = new Map<Link, MsgServerEntry>();

  get size(): number {
    return this.#servers.size;
  }

  get userCount(): number {
    let users = 0;
    for (const server of this.#servers.values()) users += server.users;
    return users;
  }

  /** LSV-01. A second registration on the same link replaces the first. */
  register(link: Link, info: IMMsgServInfo): MsgServerEntry {
    const server = {
      priorIp: info.ip1,
      backupIp: info.ip2,
      port: info.port,
      usersMax: info.max_conn_cnt,
      hostName: info.host_name,
      users: info.cur_conn_cnt,
    };
    this.#servers.set(link, server);
    return server;
  }

  /** LSV-01. False when the link has not registered or the action means nothing. */
  count(link: Link, userAction: number): boolean {
    const server = this.#servers.get(link);
    if (server === undefined) return false;
    if (userAction === UserCountAction.PLUS_ONE) server.users++;
    else if (userAction === UserCountAction.MINUS_ONE) server.users = Math.max(0, server.users - 1);
    else return false;
    return true;
  }

  /** LSV-04: a lost msg_server is no longer handed out. */
  remove(link: Link): MsgServerEntry | undefined {
    const server = this.#servers.get(link);
    this.#servers.delete(link);
    return server;
  }

  choose(): MsgServerChoice {
    return chooseMsgServer(this.#servers.values());
  }
}
