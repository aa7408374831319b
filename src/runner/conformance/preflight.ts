import type { Account } from "../../client/account.js";
import { ClientError } from "../../client/client-error.js";
import { Device } from "../../client/device.js";
import { type Address, DialError } from "../../client/peer.js";
import type { GroupInfo } from "../../codec/generated/messages.js";
import { expendableAmong, type KnownGroup } from "./account-pool.js";
import { isEnough, knownGroups, learnGroups } from "./known-groups.js";

export interface PreflightOptions {
  readonly target: Address;
  readonly peer: Address | undefined;
  readonly accounts: readonly Account[];
  readonly answerMs: number;
  /** Whether any case needs users, or a group. */
  readonly needsLogin: boolean;
  readonly needsGroups: boolean;
}

/** What a run found before its first case; each text says why cases that need the thing are blocked. */
export interface Preflight {
  readonly targetProblem: string | undefined;
  readonly peerProblem: string | undefined;
  readonly loginProblem: string | undefined;
  /** The server broke the rules of logging in, instead of refusing it: cases that judge the login can tell how. */
  readonly isLoginBroken: boolean;
  /** A login was tried, and a PDU came back, whatever it said. */
  readonly hasSpoken: boolean;
  readonly groups: readonly KnownGroup[];
}

/** Accounts tried before logging in counts as impossible: some may be locked out by an earlier run. */
const LOGIN_ATTEMPTS = 3;
const SCAN_BATCH = 8;
const SCANNED_MAX = 200;
/** Reaches the servers, logs in once, and looks up groups for the cases that need one. Never throws for a server's fault. */
export async function preflight(options: PreflightOptions): Promise<Preflight> {
  const found = {
    targetProblem: undefined,
    peerProblem: undefined,
    loginProblem: undefined,
    isLoginBroken: false,
    hasSpoken: false,
  };
  const targetProblem = await reach(options.target, options);
  if (targetProblem !== undefined) return { ...found, targetProblem, groups: [] };
  const peerProblem = options.peer === undefined ? undefined : await reach(options.peer, options);
  if (!options.needsLogin || options.accounts.length === 0) return { ...found, peerProblem, groups: [] };
  const login = await tryLogin(options);
  if (login !== undefined) return { ...found, peerProblem, ...login, groups: [] };
  const groups = options.needsGroups ? await findGroups(options) : [];
  return { ...found, peerProblem, hasSpoken: true, groups };
}

async function reach(address: Address, { answerMs }: PreflightOptions): Promise<string | undefined> {
  const device = newDevice(answerMs);
  try {
    await device.connect(address);
    device.close();
    return undefined;
  } catch (error) {
    if (error instanceof DialError) return error.message;
    throw error;
  }
}

type LoginFailure = Pick<Preflight, "loginProblem" | "isLoginBroken" | "hasSpoken">;

async function tryLogin(options: PreflightOptions): Promise<LoginFailure | undefined> {
  let problem: LoginFailure | undefined;
  for (const account of options.accounts.slice(0, LOGIN_ATTEMPTS)) {
    const device = newDevice(options.answerMs);
    let link: Device["link"];
    try {
      await device.connect(options.target);
      link = device.link;
      await device.login({ userName: account.name, password: account.password });
      device.close();
      return undefined;
    } catch (error) {
      device.destroy();
      const reason = `${account.name} cannot log in: ${reasonOf(error)}`;
      const isLoginBroken = !(error instanceof ClientError && error.code === "LOGIN_REFUSED");
      problem = { loginProblem: reason, isLoginBroken, hasSpoken: (link?.pdusIn ?? 0) > 0 };
      if (isLoginBroken) return problem;
    }
  }
  return problem;
}

/** Asks accounts, a few at a time, for their groups, until there are enough of them. */
async function findGroups(options: PreflightOptions): Promise<KnownGroup[]> {
  const spared = new Set(expendableAmong(options.accounts));
  const candidates = options.accounts.filter((account) => !spared.has(account)).slice(0, SCANNED_MAX);
  const userIds = new Map<Account, number>();
  const infos = new Map<number, GroupInfo>();
  for (let at = 0; at < candidates.length && !isEnough(knownGroups(infos, userIds)); at += SCAN_BATCH) {
    const batch = candidates.slice(at, at + SCAN_BATCH);
    const isAnswered = await Promise.all(batch.map((account) => scan(account, options, userIds, infos)));
    // A server that tells nothing of groups is not waited for once more for each user.
    if (isAnswered.includes(false)) break;
  }
  return knownGroups(infos, userIds);
}

/** `false` when the account logged in and what it asked about its groups was not answered. */
async function scan(
  account: Account,
  options: PreflightOptions,
  userIds: Map<Account, number>,
  infos: Map<number, GroupInfo>,
): Promise<boolean> {
  let device: Device | undefined;
  try {
    device = await loggedIn(account, options);
    userIds.set(account, device.userId);
    await learnGroups(device, device.userId, infos);
    return true;
  } catch (error) {
    // One account less to know groups by: what is wrong with it, or with the server, is for the cases to find.
    if (!(error instanceof ClientError || error instanceof DialError)) throw error;
    return device === undefined;
  } finally {
    device?.close();
  }
}

async function loggedIn(account: Account, { target, answerMs }: PreflightOptions): Promise<Device> {
  const device = newDevice(answerMs);
  await device.connect(target);
  try {
    await device.login({ userName: account.name, password: account.password });
    return device;
  } catch (error) {
    device.destroy();
    throw error;
  }
}

function newDevice(answerMs: number): Device {
  return new Device({ clientType: "windows", requestTimeoutMs: answerMs, connectTimeoutMs: answerMs });
}

function reasonOf(error: unknown): string {
  if (error instanceof ClientError || error instanceof DialError) return error.message;
  throw error;
}
