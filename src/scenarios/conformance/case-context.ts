import type { Account } from "../../client/account.js";
import { type ClientTypeName, clientTypes } from "../../client/client-type.js";
import { ExpectationError } from "../../client/expectation-error.js";
import type { PduPeer } from "../../client/peer.js";
import { CommandId } from "../../codec/generated/commands.js";
import { ResultType, UserStatType } from "../../codec/generated/enums.js";
import type { IMLoginReq } from "../../codec/generated/messages.js";
import { loginPassword } from "../../codec/password.js";
import { encryptText } from "../../codec/text-content.js";
import type { CaseEnvironment, CaseTiming, LeasedGroup, ServerName } from "./conformance-case.js";
import { LoggedInClient } from "./logged-in-client.js";

export interface LoginOptions {
  readonly clientType?: ClientTypeName;
  readonly server?: ServerName;
  readonly onlineStatus?: UserStatType;
}

const POLL_INTERVAL_MS = 100;

/** What the bodies of cases use: the environment, and the steps that many of them share. */
export class CaseContext {
  constructor(private readonly environment: CaseEnvironment) {}

  get timing(): CaseTiming {
    return this.environment.timing;
  }

  /** The nth of the users that the case asked for. */
  account(n: number): Account {
    return takeNth(this.environment.accounts, n);
  }

  get expendable(): readonly Account[] {
    return this.environment.expendable;
  }

  get group(): LeasedGroup {
    const { group } = this.environment;
    if (group === undefined) throw new Error("the case has not asked for a group");
    return group;
  }

  nowSeconds(): number {
    return this.environment.nowMs() / 1000;
  }

  random(): number {
    return this.environment.random();
  }

  pause(ms: number): Promise<void> {
    return this.environment.pause(ms);
  }

  block(reason: string): never {
    return this.environment.block(reason);
  }

  /** A connection that is not logged in. */
  dial(server: ServerName = "target"): Promise<PduPeer> {
    return this.environment.dial(server, "stranger");
  }

  /** Logs in; a case whose users cannot log in is blocked, because it judges something else. */
  async login(account: Account, options: LoginOptions = {}): Promise<LoggedInClient> {
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
      return this.block(
        `${account.name} cannot log in: result_code ${answer.result_code} "${answer.result_string ?? ""}"`,
      );
    } catch (error) {
      if (error instanceof ExpectationError) return this.block(`${account.name} cannot log in: ${error.message}`);
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

  /** Encrypted text that no other message has, as clients send it. */
  uniqueText(): Buffer {
    return encryptText(this.uniqueWord());
  }

  /** 16 hexadecimal digits. */
  uniqueWord(): string {
    const half = () =>
      Math.floor(this.environment.random() * 2 ** 32)
        .toString(16)
        .padStart(8, "0");
    return half() + half();
  }

  /** A user id that belongs to nobody: far beyond what automatic numbering reaches. */
  unknownId(): number {
    return 0x7000_0000 + Math.floor(this.environment.random() * 0x0fff_ffff);
  }

  /**
   * Asks again until the answer is as wanted: for what a server may do a moment after the answer that promised it.
   * @throws ExpectationError what the last attempt was short of
   */
  async eventually<T>(
    expected: string,
    attempt: () => Promise<T>,
    isWanted: (value: T) => boolean,
    withinMs = this.timing.answerMs,
  ): Promise<T> {
    const deadlineMs = performance.now() + withinMs;
    for (;;) {
      const value = await attempt();
      if (isWanted(value)) return value;
      if (performance.now() >= deadlineMs) {
        throw new ExpectationError(`${expected} within ${withinMs} ms`, JSON.stringify(value));
      }
      await this.pause(POLL_INTERVAL_MS);
    }
  }
}

function takeNth<T>(list: readonly T[], n: number): T {
  const item = list[n];
  if (item === undefined) throw new Error(`the case asked for ${list.length} accounts and wants number ${n + 1}`);
  return item;
}
