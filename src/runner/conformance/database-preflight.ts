import type { Account } from "../../client/account.js";
import { ExpectationError } from "../../client/expectation-error.js";
import { type Address, DialError, PduPeer } from "../../client/peer.js";
import { CommandId } from "../../codec/generated/commands.js";
import type { GroupInfo } from "../../codec/generated/messages.js";
import { loginPassword } from "../../codec/password.js";
import { expendableAmong } from "./account-pool.js";
import type { Findings } from "./findings.js";
import { isEnough, knownGroups, learnGroups } from "./known-groups.js";

export interface DatabasePreflightOptions {
  readonly target: Address;
  readonly accounts: readonly Account[];
  readonly answerMs: number;
  readonly needsGroups: boolean;
}

/** Accounts tried before logging in counts as impossible: some may be locked out by an earlier run. */
const LOGIN_ATTEMPTS = 3;
const SCANNED_MAX = 200;

/** Has a db_proxy_server validate an account, and looks up groups for the cases that need one. */
export async function databasePreflight(
  options: DatabasePreflightOptions,
): Promise<Pick<Findings, "loginProblem" | "isLoginBroken" | "groups">> {
  const found = { loginProblem: undefined, isLoginBroken: false, groups: [] };
  try {
    const link = await PduPeer.dial(options.target, {
      answerTimeoutMs: options.answerMs,
      connectTimeoutMs: options.answerMs,
    });
    const problem = await tryAccounts(link, options.accounts);
    if (problem !== undefined) return { ...found, loginProblem: problem };
    const groups = options.needsGroups ? await findGroups(link, options.accounts) : [];
    await link.close();
    return { ...found, groups };
  } catch (error) {
    if (error instanceof ExpectationError || error instanceof DialError) {
      return { ...found, loginProblem: `no account can be validated: ${error.message}`, isLoginBroken: true };
    }
    throw error;
  }
}

async function tryAccounts(link: PduPeer, accounts: readonly Account[]): Promise<string | undefined> {
  let problem: string | undefined;
  for (const account of accounts.slice(0, LOGIN_ATTEMPTS)) {
    const userId = await userIdOf(link, account);
    if (userId !== undefined) return undefined;
    problem = `${account.name} cannot be validated: wrong name or password`;
  }
  return problem;
}

async function userIdOf(link: PduPeer, { name, password }: Account): Promise<number | undefined> {
  const seqNum = link.send(CommandId.CID_OTHER_VALIDATE_REQ, { user_name: name, password: loginPassword(password) });
  const { body } = await link.expect(CommandId.CID_OTHER_VALIDATE_RSP, (_, pdu) => pdu.seqNum === seqNum);
  return body.user_info?.user_id;
}

async function findGroups(link: PduPeer, accounts: readonly Account[]): Promise<Findings["groups"]> {
  const spared = new Set(expendableAmong(accounts));
  const userIds = new Map<Account, number>();
  const infos = new Map<number, GroupInfo>();
  try {
    for (const account of accounts.filter((each) => !spared.has(each)).slice(0, SCANNED_MAX)) {
      if (isEnough(knownGroups(infos, userIds))) break;
      await scan(link, account, userIds, infos);
    }
  } catch (error) {
    // What is wrong with such an answer is for the cases to find, and accounts can be validated.
    if (!(error instanceof ExpectationError)) throw error;
  }
  return knownGroups(infos, userIds);
}

async function scan(
  link: PduPeer,
  account: Account,
  userIds: Map<Account, number>,
  infos: Map<number, GroupInfo>,
): Promise<void> {
  const user_id = await userIdOf(link, account);
  if (user_id === undefined) return;
  userIds.set(account, user_id);
  await learnGroups(link, user_id, infos);
}
