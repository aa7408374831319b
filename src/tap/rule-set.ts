import type { StreamDirection } from "../codec/capture/tcp-connections.js";
import { readCommandId } from "../codec/pdu-header.js";
import type { FieldTextOptions } from "../codec/record/field-text.js";
import { hasFields, withFields, withoutFields } from "./alter-pdu.js";
import type { RuleAction, TapRule } from "./tap-rule.js";

/** What becomes of one PDU. */
export interface Verdict {
  /** What goes on: the PDU itself, or an altered one. */
  bytes: Buffer;
  dropped: boolean;
  copies: number;
  delayMs: number;
  pieceBytes: number;
  gapMs: number;
  /** 0: no limit. */
  bytesPerSecond: number;
  stall: { readonly durationMs: number; readonly scope: "connection" | "all"; readonly bothWays: boolean } | undefined;
  reorder: { readonly behind: number; readonly withinMs: number } | undefined;
  cut: { readonly passBytes: number; readonly how: "reset" | "close" } | undefined;
  /** Rules that did something, by their position from 0. */
  readonly rules: number[];
}

export interface RuleCounts {
  readonly rule: string;
  /** PDUs that the rule is for, before nth, after, every, times and probability choose among them. */
  readonly matched: number;
  /** Of these, how many it acted on. */
  readonly applied: number;
  /** Of these, how many it could not act on: the body cannot be decoded or has no such field. */
  readonly failed: number;
}

/** Counts of one rule over one scope: the tap, or a connection. */
interface Tally {
  matched: number;
  applied: number;
}

interface RuleState {
  readonly rule: TapRule;
  readonly total: Tally;
  failed: number;
  /** By connection, for rules that count so. */
  readonly perConnection: Map<number, Tally>;
}

/** The rules of a tap, in order; each sees what the ones before it left. */
export class RuleSet {
  readonly #states: readonly RuleState[];

  constructor(
    rules: readonly TapRule[],
    private readonly random: () => number,
    private readonly options: FieldTextOptions,
  ) {
    this.#states = rules.map((rule) => ({
      rule,
      total: { matched: 0, applied: 0 },
      failed: 0,
      perConnection: new Map(),
    }));
  }

  /** Whether any rule may be for PDUs of a direction; else they need not be held until they are whole. */
  concerns(direction: StreamDirection): boolean {
    return this.#states.some(({ rule }) => {
      const { conditions } = rule;
      return conditions.direction === undefined || conditions.direction === direction;
    });
  }

  judge(pdu: Buffer, direction: StreamDirection, connection: number): Verdict {
    const verdict: Verdict = {
      bytes: pdu,
      dropped: false,
      copies: 0,
      delayMs: 0,
      pieceBytes: 0,
      gapMs: 0,
      bytesPerSecond: 0,
      stall: undefined,
      reorder: undefined,
      cut: undefined,
      rules: [],
    };
    for (const [index, state] of this.#states.entries()) {
      if (!this.#isFor(state.rule, verdict.bytes, direction, connection)) continue;
      const tally = tallyOf(state, connection);
      if (!this.#isChosen(state, tally)) continue;
      if (!this.#apply(state.rule.action, verdict, state.rule)) {
        state.failed++;
        continue;
      }
      tally.applied++;
      if (tally !== state.total) state.total.applied++;
      verdict.rules.push(index);
      if (verdict.dropped) break;
    }
    return verdict;
  }

  forget(connection: number): void {
    for (const { perConnection } of this.#states) perConnection.delete(connection);
  }

  counts(): RuleCounts[] {
    return this.#states.map(({ rule, total, failed }) => ({ rule: rule.text, ...total, failed }));
  }

  #isFor({ conditions }: TapRule, pdu: Buffer, direction: StreamDirection, connection: number): boolean {
    if (conditions.direction !== undefined && conditions.direction !== direction) return false;
    if (conditions.connections?.has(connection) === false) return false;
    if (conditions.commandIds?.has(readCommandId(pdu)) === false) return false;
    return conditions.fields === undefined || hasFields(pdu, conditions.fields, this.options);
  }

  #isChosen(state: RuleState, tally: Tally): boolean {
    tally.matched++;
    if (tally !== state.total) state.total.matched++;
    const { nth, after = 0, every = 1, times, probability } = state.rule.conditions;
    const number = tally.matched - after;
    if (number < 1 || (number - 1) % every !== 0) return false;
    if (nth !== undefined && !nth.has(tally.matched)) return false;
    if (times !== undefined && tally.applied >= times) return false;
    return probability === undefined || this.random() < probability;
  }

  /** False when the action cannot be done to this PDU. */
  #apply(action: RuleAction, verdict: Verdict, { conditions }: TapRule): boolean {
    switch (action.kind) {
      case "drop":
        verdict.dropped = true;
        return true;
      case "delay":
        verdict.delayMs += action.minMs + (action.maxMs - action.minMs) * this.#share(action);
        return true;
      case "duplicate":
        verdict.copies += action.copies;
        return true;
      case "set":
        return replaced(verdict, withFields(verdict.bytes, action.assignments, this.options));
      case "unset":
        return replaced(verdict, withoutFields(verdict.bytes, action.paths));
      case "split":
        verdict.pieceBytes = action.pieceBytes;
        verdict.gapMs = action.gapMs;
        return true;
      case "throttle":
        verdict.bytesPerSecond = action.bytesPerSecond;
        return true;
      case "stall": {
        const { durationMs, scope } = action;
        verdict.stall = { durationMs, scope, bothWays: conditions.direction === undefined };
        return true;
      }
      case "reorder":
        verdict.reorder = { behind: action.behind, withinMs: action.withinMs };
        return true;
      case "cut":
        verdict.cut = { passBytes: action.passBytes, how: action.how };
        return true;
    }
  }

  /** A fixed delay takes no random number, so that it changes nothing about rules that do. */
  #share({ minMs, maxMs }: Extract<RuleAction, { kind: "delay" }>): number {
    return minMs === maxMs ? 0 : this.random();
  }
}

function tallyOf({ rule, total, perConnection }: RuleState, connection: number): Tally {
  if (rule.conditions.perConnection !== true) return total;
  const tally = perConnection.get(connection) ?? { matched: 0, applied: 0 };
  perConnection.set(connection, tally);
  return tally;
}

function replaced(verdict: Verdict, bytes: Buffer | undefined): boolean {
  if (bytes === undefined) return false;
  verdict.bytes = bytes;
  return true;
}
