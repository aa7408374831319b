import { decodeBody } from "../body-codec.js";
import { CommandId } from "../generated/commands.js";
import type { IMLoginReq, IMMsgData } from "../generated/messages.js";
import { HEADER_SIZE, readCommandId, readSeqNum } from "../pdu-header.js";
import { ProtocolError } from "../protocol-error.js";
import { commandById } from "../registry.js";
import type { AnalysedPdu } from "./analysed-pdu.js";
import { answerCommand } from "./answer-command.js";
import { type LinkFacts, newLinkFacts } from "./link-facts.js";
import { Pairing } from "./pairing.js";
import type { AnsweredRequest, CheckedPdu, Fields, Rule } from "./rules/define-rule.js";
import { frmRules } from "./rules/frm-rules.js";
import { grpRules } from "./rules/grp-rules.js";
import { lgnRules } from "./rules/lgn-rules.js";
import { messageKey, msgRules } from "./rules/msg-rules.js";
import { preRules } from "./rules/pre-rules.js";
import { pulRules } from "./rules/pul-rules.js";
import { serverRules } from "./rules/server-rules.js";

export const rules: readonly Rule[] = [
  ...frmRules,
  ...lgnRules,
  ...pulRules,
  ...msgRules,
  ...grpRules,
  ...preRules,
  ...serverRules,
];

export interface Violation {
  readonly requirement: string;
  readonly level: Rule["level"];
  readonly message: string;
}

const LINKS_MAX = 65_536;
const KEPT_REQUEST_MAX_BYTES = 65_536;
const ACKNOWLEDGED_MAX = 256;

interface Link {
  readonly facts: LinkFacts;
  readonly reported: Set<Rule>;
}

/** Holds a stream of PDUs to the requirements that a capture can show to be violated. Memory is bounded. */
export class RequirementChecker {
  readonly #links = new Map<number, Link>();
  readonly #pairing = new Pairing((request) => this.#requests.delete(request.seq));
  /** Copies of requests that wait for an answer, by their position. */
  readonly #requests = new Map<number, Buffer>();

  /** What the PDU violates. */
  take(pdu: AnalysedPdu): Violation[] {
    const link = this.#linkOf(pdu.link);
    const checked = this.#checked(pdu, link.facts);
    if (checked === undefined) return [];
    const found = rules.flatMap((rule) => violationOf(rule, checked, link));
    learn(checked);
    return found;
  }

  /** Bytes of a link are missing: what follows on it cannot be held against what came before. */
  lost(link: number | undefined): void {
    if (link === undefined) return;
    this.#links.set(link, { facts: newLinkFacts(), reported: this.#links.get(link)?.reported ?? new Set() });
  }

  #checked(pdu: AnalysedPdu, link: LinkFacts): CheckedPdu | undefined {
    const { dir, buffer, start, end } = pdu;
    if (dir === null) return undefined;
    const commandId = readCommandId(buffer, start);
    const pair = this.#pairing.take(pdu);
    const request = pair === undefined ? undefined : this.#answered(pair.request.seq);
    if (pair === undefined && isRequest(commandId, pdu) && end - start <= KEPT_REQUEST_MAX_BYTES)
      this.#requests.set(pdu.seq, Buffer.from(buffer.subarray(start, end)));
    const { body, lacks } = decoded(commandId, buffer, start, end);
    return { commandId, seqNum: readSeqNum(buffer, start), dir, body, lacks, link, request };
  }

  #answered(seq: number): AnsweredRequest | undefined {
    const bytes = this.#requests.get(seq);
    if (bytes === undefined) return undefined;
    this.#requests.delete(seq);
    const commandId = readCommandId(bytes);
    return { commandId, body: decoded(commandId, bytes, 0, bytes.length).body };
  }

  #linkOf(id: number): Link {
    const known = this.#links.get(id);
    if (known !== undefined) return known;
    if (this.#links.size >= LINKS_MAX) {
      for (const oldest of this.#links.keys()) {
        this.#links.delete(oldest);
        break;
      }
    }
    const made = { facts: newLinkFacts(), reported: new Set<Rule>() };
    this.#links.set(id, made);
    return made;
  }
}

function violationOf(rule: Rule, pdu: CheckedPdu, link: Link): Violation[] {
  if (rule.dir !== pdu.dir || rule.commands?.includes(pdu.commandId) === false) return [];
  if (rule.oncePerLink && link.reported.has(rule)) return [];
  const message = rule.violatedBy(pdu);
  if (message === undefined) return [];
  link.reported.add(rule);
  return [{ requirement: rule.requirement, level: rule.level, message }];
}

/** What the PDU teaches about its connection, for those that follow. */
function learn({ commandId, dir, body, link, request }: CheckedPdu): void {
  if (dir !== "s2c" || body === undefined) return;
  switch (commandId) {
    case CommandId.CID_LOGIN_RES_USERLOGIN: {
      link.loginAnswers++;
      const info = body.user_info as { user_id: number } | undefined;
      if (body.result_code !== 0) link.saidGoodbye = "refused login";
      else if (info !== undefined) {
        link.userId = info.user_id;
        link.clientType = (request?.body as IMLoginReq | undefined)?.client_type;
      }
      break;
    }
    case CommandId.CID_LOGIN_KICK_USER:
      link.isKicked = true;
      break;
    case CommandId.CID_LOGIN_RES_LOGINOUT:
      link.saidGoodbye = "logout";
      break;
    case CommandId.CID_MSG_DATA_ACK:
      acknowledge(link, Number(body.msg_id), request);
      break;
    case CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY:
      link.lastMemberNews = JSON.stringify(body);
      break;
    case CommandId.CID_GROUP_SHIELD_GROUP_RESPONSE:
      if (body.result_code !== 0) break;
      if (request?.body?.shield_status === 1) link.shieldedGroups.add(Number(body.group_id));
      else link.shieldedGroups.delete(Number(body.group_id));
      break;
  }
}

function acknowledge({ acknowledged }: LinkFacts, msg_id: number, request: AnsweredRequest | undefined): void {
  const message = request?.body as IMMsgData | undefined;
  if (message === undefined) return;
  acknowledged.add(messageKey({ ...message, msg_id }));
  if (acknowledged.size <= ACKNOWLEDGED_MAX) return;
  for (const oldest of acknowledged) {
    acknowledged.delete(oldest);
    break;
  }
}

/** Whether rules may want to see it when its answer comes; what gets none would be kept for nothing. */
function isRequest(commandId: number, { dir, listener }: AnalysedPdu): boolean {
  if (dir === "c2s") return answerCommand(commandId, true, listener) !== 0;
  return dir === "s2s" && serverRequests.has(commandId);
}

const serverRequests: ReadonlySet<number> = new Set<number>([
  CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST,
  CommandId.CID_OTHER_GET_SHIELD_REQ,
]);

function decoded(
  commandId: number,
  buffer: Buffer,
  start: number,
  end: number,
): { body: Fields | undefined; lacks: string | undefined } {
  const command = commandById(commandId);
  if (command === undefined) return { body: undefined, lacks: undefined };
  try {
    return { body: decodeBody(command.id, buffer, start + HEADER_SIZE, end) as unknown as Fields, lacks: undefined };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { field } = error.detail;
    return { body: undefined, lacks: typeof field === "string" ? field : undefined };
  }
}
