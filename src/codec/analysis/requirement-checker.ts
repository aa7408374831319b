import { decodeBody } from "../body-codec.js";
import { peekBytes } from "../body-peek.js";
import { CappedMap } from "../capped-map.js";
import { CommandId } from "../generated/commands.js";
import { GroupType } from "../generated/enums.js";
import type { IMGroupChangeMemberRsp, IMGroupInfoListRsp, IMLoginReq, IMMsgData } from "../generated/messages.js";
import { HEADER_SIZE, readCommandId, readSeqNum } from "../pdu-header.js";
import { ProtocolError } from "../protocol-error.js";
import { commandById, commands, type Party } from "../registry.js";
import { messageType } from "../schema.js";
import type { AnalysedPdu } from "./analysed-pdu.js";
import { answerCommand } from "./answer-command.js";
import { type LinkFacts, newLinkFacts, type WaitingRequest } from "./link-facts.js";
import { digestOf, MessageHistory, sessionOf } from "./message-history.js";
import { Pairing, type PendingRequest } from "./pairing.js";
import { ANSWER_DUE_MS, answerDueBy, answerRules } from "./rules/answer-rules.js";
import { conRules } from "./rules/con-rules.js";
import type { AnsweredRequest, CheckedPdu, Fields, Rule } from "./rules/define-rule.js";
import { filRules } from "./rules/fil-rules.js";
import { frmRules } from "./rules/frm-rules.js";
import { grpRules, memberNews } from "./rules/grp-rules.js";
import { lgnRules } from "./rules/lgn-rules.js";
import { ACCEPTED_IN_A_SECOND_MAX, messageKey, msgRules } from "./rules/msg-rules.js";
import { preRules } from "./rules/pre-rules.js";
import { pulRules } from "./rules/pul-rules.js";
import { serverRules } from "./rules/server-rules.js";

export const rules: readonly Rule[] = [
  ...frmRules,
  ...answerRules,
  ...conRules,
  ...lgnRules,
  ...pulRules,
  ...msgRules,
  ...grpRules,
  ...preRules,
  ...filRules,
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

/** Requests of one link that wait; of more, nobody can tell any longer which an answer was meant for. */
const WAITING_MAX = 256;
const DELIVERED_SESSIONS_MAX = 1024;
const GROUPS_MAX = 1024;

interface Link {
  readonly facts: LinkFacts;
  readonly reported: Set<Rule>;
}

/** Holds a stream of PDUs to the requirements that a capture can show to be violated. Memory is bounded. */
export class RequirementChecker {
  readonly #links = new CappedMap<number, Link>(LINKS_MAX);
  #newestLink = -1;
  readonly #messages = new MessageHistory();
  readonly #pairing = new Pairing((request) => this.#gaveUp(request));
  /** Copies of requests that wait for an answer, by their position. */
  readonly #requests = new Map<number, Buffer>();

  /** What the PDU violates. */
  take(pdu: AnalysedPdu): Violation[] {
    const link = this.#linkOf(pdu);
    const checked = this.#checked(pdu, link.facts);
    if (checked === undefined) return [];
    const found = rules.flatMap((rule) => violationOf(rule, checked, link));
    this.#learn(checked);
    return found;
  }

  /** Bytes of a link are missing: what follows on it cannot be held against what came before. */
  lost(link: number | undefined): void {
    if (link === undefined) return;
    const known = this.#links.get(link);
    const facts = newLinkFacts(false, known?.facts.server ?? "", Number.POSITIVE_INFINITY, undefined);
    this.#links.set(link, { facts, reported: known?.reported ?? new Set() });
    this.#newestLink = Math.max(this.#newestLink, link);
  }

  #checked(pdu: AnalysedPdu, link: LinkFacts): CheckedPdu | undefined {
    const { dir, buffer, start, end, seq, timeMs, listener, towardsServer } = pdu;
    if (dir === null) return undefined;
    const commandId = readCommandId(buffer, start);
    const seqNum = readSeqNum(buffer, start);
    const pair = this.#pairing.take(pdu);
    const request = pair === undefined ? undefined : this.#answered(pair.request);
    if (pair === undefined && isRequest(commandId, pdu) && end - start <= KEPT_REQUEST_MAX_BYTES)
      this.#requests.set(seq, Buffer.from(buffer.subarray(start, end)));
    const { body, lacks } = decoded(commandId, buffer, start, end);
    let unanswered: WaitingRequest | undefined;
    if (pair !== undefined) link.waiting.delete(pair.request.seq);
    else if (towardsServer) awaitAnswer(link, pdu, commandId, seqNum, body);
    else unanswered = missedBy(link, commandId, dir !== "s2s", listener);
    const overdue = towardsServer || timeMs === undefined ? undefined : overdueAt(link, timeMs);
    const packedField = packedFieldOf(commandId, buffer, start + HEADER_SIZE, end);
    const messages = this.#messages;
    const where = { seq, timeMs, linkId: pdu.link, listener, towardsServer, dir };
    return { ...where, commandId, seqNum, body, lacks, link, request, unanswered, overdue, packedField, messages };
  }

  #answered({ seq, timeMs }: PendingRequest): AnsweredRequest | undefined {
    const bytes = this.#requests.get(seq);
    if (bytes === undefined) return undefined;
    this.#requests.delete(seq);
    const commandId = readCommandId(bytes);
    return { seq, timeMs, commandId, body: decoded(commandId, bytes, 0, bytes.length).body };
  }

  /** Should its answer come yet, it would look like one to nothing. */
  #gaveUp({ seq, link }: PendingRequest): void {
    this.#requests.delete(seq);
    const facts = this.#links.get(link)?.facts;
    if (facts?.waiting.delete(seq)) facts.isWhole = false;
  }

  #linkOf({ link: id, seq, timeMs, connection }: AnalysedPdu): Link {
    const known = this.#links.get(id);
    if (known !== undefined) return known;
    // One that was forgotten and is met again has a past that nobody knows.
    const isWhole = id > this.#newestLink && connection?.isOpeningSeen === true;
    this.#newestLink = Math.max(this.#newestLink, id);
    const facts = newLinkFacts(isWhole, connection?.server.address ?? "", seq, timeMs);
    const made = { facts, reported: new Set<Rule>() };
    this.#links.set(id, made);
    return made;
  }

  #learn(pdu: CheckedPdu): void {
    if (pdu.towardsServer) pdu.link.dialledMs = pdu.timeMs;
    if (pdu.dir === "s2c" && pdu.body !== undefined) learn(pdu, pdu.body);
  }
}

/** Notes a request that an answer is expected to. */
function awaitAnswer(
  link: LinkFacts,
  { seq, timeMs, dir, listener }: AnalysedPdu,
  commandId: number,
  seqNum: number,
  body: Fields | undefined,
): void {
  const answer = answerCommand(commandId, dir !== "s2s", listener);
  if (answer === 0) return;
  if (link.waiting.size >= WAITING_MAX) {
    link.isWhole = false;
    link.waiting.clear();
  }
  const dueBy = dir === "c2s" && link.isWhole && listener === "M" ? answerDueBy(commandId, body, link) : undefined;
  link.waiting.set(seq, { seq, commandId, seqNum, timeMs, answer, dueBy });
}

/** The request that an answer which answers none must have been meant for; where there is none either, the capture lacks it. */
function missedBy(
  link: LinkFacts,
  commandId: number,
  isClientLink: boolean,
  listener: Party | undefined,
): WaitingRequest | undefined {
  if (!link.isWhole || !isAnswer(commandId, isClientLink, listener)) return undefined;
  for (const request of link.waiting.values()) if (request.answer === commandId) return request;
  link.isWhole = false;
  return undefined;
}

/** The oldest request that is overdue, once. */
function overdueAt(link: LinkFacts, timeMs: number): WaitingRequest | undefined {
  for (const request of link.waiting.values()) {
    if (request.timeMs === undefined || request.timeMs >= timeMs - ANSWER_DUE_MS) return undefined;
    if (request.dueBy === undefined) continue;
    link.waiting.set(request.seq, { ...request, dueBy: undefined });
    return link.isWhole ? request : undefined;
  }
  return undefined;
}

function violationOf(rule: Rule, pdu: CheckedPdu, link: Link): Violation[] {
  if ((rule.dir !== undefined && rule.dir !== pdu.dir) || rule.commands?.includes(pdu.commandId) === false) return [];
  if (rule.oncePerLink && link.reported.has(rule)) return [];
  const message = rule.violatedBy(pdu);
  if (message === undefined) return [];
  link.reported.add(rule);
  return [{ requirement: rule.requirement, level: rule.level, message }];
}

/** What the PDU teaches about its connection and its messages, for those that follow. */
function learn(pdu: CheckedPdu, body: Fields): void {
  const { commandId, link, request } = pdu;
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
      acknowledge(pdu, Number(body.msg_id));
      break;
    case CommandId.CID_MSG_DATA:
      delivered(link, body as unknown as IMMsgData);
      break;
    case CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY:
      link.lastMemberNews = JSON.stringify(body);
      break;
    case CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE:
      if (body.result_code === 0) link.ownMemberNews = memberNews(body as unknown as IMGroupChangeMemberRsp);
      break;
    case CommandId.CID_GROUP_INFO_RESPONSE:
      for (const { group_id, group_creator_id, group_type } of (body as unknown as IMGroupInfoListRsp)
        .group_info_list) {
        if (link.groups.size >= GROUPS_MAX) link.groups.clear();
        link.groups.set(group_id, {
          creator: group_creator_id,
          isNormal: group_type === GroupType.GROUP_TYPE_NORMAL,
        });
      }
      break;
    case CommandId.CID_GROUP_SHIELD_GROUP_RESPONSE:
      if (body.result_code !== 0) break;
      if (request?.body?.shield_status === 1) link.shieldedGroups.add(Number(body.group_id));
      else link.shieldedGroups.delete(Number(body.group_id));
      break;
  }
}

function acknowledge({ link, linkId, seq, request, messages }: CheckedPdu, msg_id: number): void {
  const message = request?.body as IMMsgData | undefined;
  if (message === undefined || request === undefined) return;
  if (request.timeMs !== undefined) link.acceptedMs.push(request.timeMs);
  if (link.acceptedMs.length > ACCEPTED_IN_A_SECOND_MAX) link.acceptedMs.shift();
  const { acknowledged, userId } = link;
  if (userId !== undefined) {
    const session = sessionOf(link.server, { ...message, from_user_id: userId });
    const [digest, createTime] = [digestOf(message.msg_data), message.create_time];
    messages.acknowledged(session, msg_id, { link: linkId, requestSeq: request.seq, ackSeq: seq, digest, createTime });
  }
  acknowledged.add(messageKey({ ...message, msg_id }));
  if (acknowledged.size <= ACKNOWLEDGED_MAX) return;
  for (const oldest of acknowledged) {
    acknowledged.delete(oldest);
    break;
  }
}

function delivered(link: LinkFacts, message: IMMsgData): void {
  if (link.delivered.size >= DELIVERED_SESSIONS_MAX) link.delivered.clear();
  link.delivered.set(sessionOf(link.server, message), message.msg_id);
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

/** Commands that are sent for no other reason than a request; a heartbeat may be. */
const answers = {
  client: new Set(
    commands.map(({ id }) => answerCommand(id, true, "M")).filter((id) => id !== CommandId.CID_OTHER_HEARTBEAT),
  ),
  server: new Set(commands.map(({ id }) => answerCommand(id, false, "D"))),
};

function isAnswer(commandId: number, isClientLink: boolean, listener: Party | undefined): boolean {
  if (isClientLink) return listener === "M" && answers.client.has(commandId);
  if (listener === "R") return commandId === CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE;
  return listener === "D" && answers.server.has(commandId);
}

/** Fields that are lists of numbers, at the top of each command's body. */
const numberLists = new Map<number, readonly { readonly id: number; readonly name: string }[]>(
  commands.map(({ id, messageName }) => [
    id,
    messageType(messageName).fieldsArray.filter(({ repeated, type }) => repeated && type === "uint32"),
  ]),
);

function packedFieldOf(commandId: number, buffer: Buffer, start: number, end: number): string | undefined {
  return numberLists.get(commandId)?.find(({ id }) => peekBytes(buffer, start, end, id) !== undefined)?.name;
}

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
