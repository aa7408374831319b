import type { CommandBody, CommandId } from "../../generated/commands.js";
import type { PduDirection } from "../../record/pdu-record.js";
import type { Party } from "../../registry.js";
import type { LinkFacts, WaitingRequest } from "../link-facts.js";
import type { MessageHistory } from "../message-history.js";

/** A request and the answer to it, both decoded. */
export interface AnsweredRequest {
  /** Position in the input. */
  readonly seq: number;
  readonly timeMs: number | undefined;
  readonly commandId: number;
  readonly body: Fields | undefined;
}

/** A decoded body whose message depends on the command. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a rule sees of one PDU. */
export interface CheckedPdu {
  readonly commandId: number;
  readonly seqNum: number;
  /** Position in the input, from 1. */
  readonly seq: number;
  readonly timeMs: number | undefined;
  /** Tells connections apart. */
  readonly linkId: number;
  /** Who listens on the link, where that is known. */
  readonly listener: Party | undefined;
  /** The sender is the side that dialled. */
  readonly towardsServer: boolean;
  readonly dir: PduDirection;
  /** `undefined` when it cannot be decoded: `lacks` may say why. */
  readonly body: Fields | undefined;
  /** The required field that is missing. */
  readonly lacks: string | undefined;
  /** What is known of the connection, before this PDU. */
  readonly link: LinkFacts;
  /** The request that this PDU answers. */
  readonly request: AnsweredRequest | undefined;
  /** On a link of which nothing is missing: a request that waits for such an answer, where this one answers none. */
  readonly unanswered: WaitingRequest | undefined;
  /** On such a link: the oldest request that has been due for too long. Each is told of once. */
  readonly overdue: WaitingRequest | undefined;
  /** A field with numbers that are packed (FRM-13). */
  readonly packedField: string | undefined;
  readonly messages: MessageHistory;
}

/** One requirement of docs/spec/behaviour.md, as far as a capture can show that it is not met. */
export interface Rule {
  readonly requirement: string;
  readonly level: "must" | "should";
  /** Only PDUs that go this way; any when left out. */
  readonly dir?: PduDirection;
  /** Only these commands; all when left out. */
  readonly commands?: readonly number[];
  /** Reported once for each connection: what follows is the same fault. */
  readonly oncePerLink?: boolean;
  /** What is wrong, in one sentence; `undefined` when nothing is. */
  readonly violatedBy: (pdu: CheckedPdu) => string | undefined;
}

/** A rule about one answer, with its body typed. */
export function answerRule<C extends CommandId>(
  requirement: string,
  level: Rule["level"],
  command: C,
  violatedBy: (body: CommandBody[C], pdu: CheckedPdu) => string | undefined,
): Rule {
  return {
    requirement,
    level,
    dir: "s2c",
    commands: [command],
    violatedBy: (pdu) => (pdu.body === undefined ? undefined : violatedBy(pdu.body as CommandBody[C], pdu)),
  };
}
