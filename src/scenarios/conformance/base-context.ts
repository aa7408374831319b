import type { Account } from "../../client/account.js";
import { ExpectationError } from "../../client/expectation-error.js";
import { Patience } from "../../client/patience.js";
import type { PduPeer } from "../../client/peer.js";
import { encryptText } from "../../codec/text-content.js";
import type { PortName } from "./case-role.js";
import type { CaseEnvironment, CaseTiming } from "./conformance-case.js";

/** Often at first, because most servers are only a moment behind. */
const POLL_INTERVAL_MS = { first: 5, longest: 100 };
/** Far beyond what automatic numbering reaches. */
const UNKNOWN_ID_MIN = 0x7000_0000;
const UNKNOWN_ID_SPAN = 0x0fff_ffff;

/** What the bodies of all cases use, whatever the role: the environment, and steps that have no protocol in them. */
export class BaseContext {
  constructor(protected readonly environment: CaseEnvironment) {}

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

  /** An account whose status is not 0, with its right password. */
  get leaver(): Account {
    const { leavers } = this.environment;
    return takeNth(leavers, Math.floor(this.random() * leavers.length));
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

  /** A connection on which nothing has been said. */
  connect(port: PortName, label: string): Promise<PduPeer> {
    return this.environment.dial(port, label);
  }

  /** A link of a msg_server to the server under test, with the heartbeats that servers send each other (RTE-09). */
  connectServer(label: string): Promise<PduPeer> {
    return this.environment.dial("target", label, true);
  }

  /** A step that the case takes for granted: where it fails, something else is to be judged first. */
  async precondition<T>(what: string, step: Promise<T>): Promise<T> {
    try {
      return await step;
    } catch (error) {
      if (error instanceof ExpectationError) return this.block(`${what}: ${error.message}`);
      throw error;
    }
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
    return UNKNOWN_ID_MIN + Math.floor(this.environment.random() * UNKNOWN_ID_SPAN);
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
    const patience = new Patience(withinMs);
    for (let pauseMs = POLL_INTERVAL_MS.first; ; pauseMs = Math.min(2 * pauseMs, POLL_INTERVAL_MS.longest)) {
      // The last attempt begins when all of the time is over, however long the one before it took.
      const isLast = patience.isOver;
      const value = await attempt();
      if (isWanted(value)) return value;
      if (isLast) {
        throw new ExpectationError(`${expected} within ${withinMs} ms`, JSON.stringify(value));
      }
      await this.pause(pauseMs);
    }
  }
}

function takeNth<T>(list: readonly T[], n: number): T {
  const item = list[n];
  if (item === undefined) throw new Error(`the case asked for ${list.length} accounts and wants number ${n + 1}`);
  return item;
}
