import type { Account } from "../../client/account.js";
import { type ClientTypeName, clientTypes } from "../../client/client-type.js";
import { ExpectationError } from "../../client/expectation-error.js";
import type { PduPeer } from "../../client/peer.js";
import { CommandId } from "../../codec/generated/commands.js";
import { ResultType, UserStatType } from "../../codec/generated/enums.js";
import type { IMLoginReq } from "../../codec/generated/messages.js";
import { loginPassword } from "../../codec/password.js";
import { BaseContext } from "./base-context.js";
import type { LeasedGroup, ServerName } from "./conformance-case.js";
import { LoggedInClient } from "./logged-in-client.js";

export interface LoginOptions {
  readonly clientType?: ClientTypeName;
  readonly server?: ServerName;
  readonly onlineStatus?: UserStatType;
}

/** What the bodies of a msg_server's cases use: the steps of clients that many of them share. */
export class CaseContext extends BaseContext {
  get group(): LeasedGroup {
    const { group } = this.environment;
    if (group === undefined) throw new Error("the case has not asked for a group");
    return group;
  }

  /** A connection that is not logged in. */
  dial(server: ServerName = "target"): Promise<PduPeer> {
    return this.environment.dial(server, "stranger");
  }

  /** Logs in; a case whose users cannot log in is blocked, because it judges something else. */
  async login(account: Account, options: LoginOptions = {}): Promise<LoggedInClient> {
    const client = await this.tryLogin(account, options);
    return typeof client === "string" ? this.block(`${account.name} cannot log in: ${client}`) : client;
  }

  /** The same with an account that an earlier run may have locked out (LGN-06): why it was refused, in place of a client. */
  async tryLogin(account: Account, options: LoginOptions = {}): Promise<LoggedInClient | string> {
    const { clientType = "windows", server = "target" } = options;
    const peer = await this.environment.dial(
      server,
      `${account.name} ${clientType}${server === "peer" ? " (peer)" : ""}`,
    );
    try {
      const answer = await peer.request(CommandId.CID_LOGIN_REQ_USERLOGIN, this.loginRequest(account, options));
      if (answer.result_code === ResultType.REFUSE_REASON_NONE && answer.user_info !== undefined) {
        return new LoggedInClient(this, peer, account, clientType, answer.user_info.user_id);
      }
      return `result_code ${answer.result_code} "${answer.result_string ?? ""}"`;
    } catch (error) {
      if (error instanceof ExpectationError) return error.message;
      throw error;
    }
  }

  /** Logs several users in on PCs, one after the other. */
  async loginAll<T extends readonly Account[]>(...accounts: T): Promise<{ [K in keyof T]: LoggedInClient }> {
    const clients: LoggedInClient[] = [];
    for (const account of accounts) clients.push(await this.login(account));
    return clients as { [K in keyof T]: LoggedInClient };
  }

  /** The body of a login request as the shipped clients send it. */
  loginRequest(account: Account, { clientType = "windows", onlineStatus }: LoginOptions = {}): IMLoginReq {
    return {
      user_name: account.name,
      password: loginPassword(account.password),
      online_status: onlineStatus ?? UserStatType.USER_STATUS_ONLINE,
      client_type: clientTypes[clientType],
      client_version: "ttk/1.0",
    };
  }
}
