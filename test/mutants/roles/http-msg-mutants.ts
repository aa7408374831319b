import { CommandId } from "../../../src/codec/generated/commands.js";
import { GroupType } from "../../../src/codec/generated/enums.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { ignores, sends, takes } from "../fault-words.js";
import type { FaultyLine, WireFault } from "../wire-fault.js";
import { answering, asking, readingInTurn, readingOnce, stuckByHangUps } from "./http-faults.js";
import { hearingHeartbeats } from "./port-faults.js";
import type { RoleMutant } from "./role-mutant.js";

const CREATE = CommandId.CID_GROUP_CREATE_REQUEST;
const CREATED = CommandId.CID_GROUP_CREATE_RESPONSE;
const CHANGE = CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST;
const CHANGED = CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE;
const NOTICE = CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY;

/** A query of its own making, carried out for whoever sends such a request. */
const wholeQuery = JSON.stringify({
  app_key: "k",
  req_user_id: 1,
  group_name: "made for nobody",
  group_type: 1,
  group_avatar: "",
  user_id_list: [1, 2],
});

function makingAGroupFor(pattern: RegExp): WireFault {
  const query = `POST /query/CreateGroup HTTP/1.1\r\nHost: x\r\nContent-Length: ${wholeQuery.length}\r\n\r\n${wholeQuery}`;
  return asking((text) => (pattern.test(text) ? query : text));
}

/** An answer of the database is taken for that to the oldest question. */
function answeringInOrder(): WireFault {
  const asked: Buffer[] = [];
  return {
    received(pdu) {
      const attach_data = pdu.commandId === CREATE ? pdu.body(CREATE)?.attach_data : undefined;
      if (attach_data !== undefined) asked.push(attach_data);
      return undefined;
    },
    sent(pdu) {
      const oldest = pdu.commandId === CREATED ? asked.shift() : undefined;
      const body = pdu.body(CREATED);
      if (oldest === undefined || body === undefined) return undefined;
      return [encodePdu(CREATED, { ...body, attach_data: oldest }, { seqNum: oldest.readUInt32BE(4) & 0xffff })];
    },
  };
}

/** Nothing is asked any more after an answer that nobody waits for. */
function dyingOfStrayAnswers(): WireFault {
  const seen = new Set<string>();
  let isDead = false;
  return {
    received: ({ commandId }) => (isDead && commandId !== CommandId.CID_OTHER_HEARTBEAT ? [] : undefined),
    sent(pdu) {
      const attached = pdu.commandId === CREATED ? pdu.body(CREATED)?.attach_data?.toString("hex") : undefined;
      if (attached === undefined) return undefined;
      isDead ||= seen.has(attached);
      seen.add(attached);
      return undefined;
    },
  };
}

/** Nothing is told on a line that was dialled again. */
function tellingOnFirstLinks(): WireFault {
  const first = new WeakSet<FaultyLine>();
  let opened = 0;
  return {
    opened(line) {
      opened++;
      if (opened === 1) first.add(line);
    },
    received: ({ commandId }, line) => (commandId === NOTICE && !first.has(line) ? [] : undefined),
  };
}

const inAscii = (text: string) => text.replaceAll(/[^ -~]/g, "?");

export const httpMsgMutants: readonly RoleMutant[] = [
  {
    id: "errors-read-as-success",
    breaks: ["HMS-01", "HMS-02", "HMS-03"],
    ports: { target: () => answering((text) => text.replace(/"error_code": 1/, '"error_code": 0')) },
  },
  {
    id: "another-error-code",
    breaks: ["HMS-01"],
    ports: { target: () => answering((text) => text.replace(/"error_code": 1/, '"error_code": 2')) },
  },
  {
    id: "success-without-a-text",
    breaks: ["HMS-01"],
    ports: { target: () => answering((text) => text.replace(/"error_msg"/, '"error_txt"')) },
  },
  {
    id: "id-of-another-group",
    breaks: ["HMS-01"],
    ports: { db: () => sends(CREATED, (body) => ({ ...body, group_id: (body.group_id ?? 0) ^ 1 })) },
  },
  {
    id: "every-group-temporary",
    breaks: ["HMS-01"],
    ports: { db: () => takes(CREATE, (body) => ({ ...body, group_type: GroupType.GROUP_TYPE_TMP })) },
  },
  {
    id: "every-group-normal",
    breaks: ["HMS-01"],
    ports: { db: () => takes(CREATE, (body) => ({ ...body, group_type: GroupType.GROUP_TYPE_NORMAL })) },
  },
  {
    id: "groups-without-avatar",
    breaks: ["HMS-01"],
    ports: { db: () => takes(CREATE, (body) => ({ ...body, group_avatar: "" })) },
  },
  {
    id: "last-member-left-out",
    breaks: ["HMS-01"],
    ports: { db: () => takes(CREATE, (body) => ({ ...body, member_id_list: body.member_id_list.slice(0, -1) })) },
  },
  {
    id: "names-in-ascii",
    breaks: ["HMS-01"],
    ports: { db: () => takes(CREATE, (body) => ({ ...body, group_name: inAscii(body.group_name) })) },
  },
  { id: "answers-in-the-order-asked", breaks: ["HMS-01"], ports: { db: answeringInOrder } },
  { id: "stray-answers-kill", breaks: ["HMS-01"], ports: { db: dyingOfStrayAnswers } },
  { id: "hang-ups-kill", breaks: ["HMS-01"], ports: { target: stuckByHangUps } },
  {
    id: "mute-without-database",
    breaks: ["HMS-01"],
    ports: { target: () => ({ written: (bytes) => (bytes.includes("database") ? Buffer.alloc(0) : bytes) }) },
  },
  {
    id: "any-path-makes-a-group",
    breaks: ["HMS-01"],
    ports: {
      target: () => asking((text) => text.replace(/^POST (?!\/query\/ChangeMembers )[^ ]+/, "POST /query/CreateGroup")),
    },
  },
  {
    id: "get-makes-a-group",
    breaks: ["HMS-01"],
    ports: { target: () => makingAGroupFor(/^GET \/query\/CreateGroup/) },
  },
  { id: "reads-once", breaks: ["HMS-01"], ports: { target: readingOnce } },
  { id: "reads-in-turn", breaks: ["HMS-01"], ports: { target: readingInTurn } },

  {
    id: "adds-for-removes",
    breaks: ["HMS-02"],
    ports: { db: () => takes(CHANGE, (body) => ({ ...body, change_type: body.change_type === 1 ? 2 : 1 })) },
  },
  {
    id: "changes-the-first-alone",
    breaks: ["HMS-02"],
    ports: { db: () => takes(CHANGE, (body) => ({ ...body, member_id_list: body.member_id_list.slice(0, 1) })) },
  },
  {
    id: "refusals-told-as-changes",
    breaks: ["HMS-02"],
    ports: { db: () => sends(CHANGED, (body) => ({ ...body, result_code: 0 })) },
  },
  { id: "changes-not-told", breaks: ["HMS-02"], ports: { route: () => ignores(NOTICE) } },
  {
    id: "changes-told-twice",
    breaks: ["GRP-05"],
    ports: {
      route: () => ({ received: ({ commandId, bytes }) => (commandId === NOTICE ? [bytes, bytes] : undefined) }),
    },
  },
  {
    id: "changes-told-of-all-who-are-left",
    breaks: ["HMS-02"],
    ports: { route: () => takes(NOTICE, (body) => ({ ...body, chg_user_id_list: body.cur_user_id_list })) },
  },
  {
    id: "changes-told-without-who-is-left",
    breaks: ["HMS-02"],
    ports: { route: () => takes(NOTICE, (body) => ({ ...body, cur_user_id_list: [] })) },
  },
  {
    id: "changes-told-with-a-number",
    breaks: ["FRM-14"],
    ports: {
      route: () => ({
        received: (pdu) => (pdu.commandId === NOTICE ? [pdu.withHeader({ seqNum: 7 })] : undefined),
      }),
    },
  },
  { id: "changes-told-on-the-first-link-alone", breaks: ["HMS-02"], ports: { route: tellingOnFirstLinks } },

  ...(["db", "route"] as const).flatMap((role): RoleMutant[] => [
    {
      id: `no-heartbeats-to-${role}`,
      breaks: ["RTE-09"],
      ports: { [role]: () => ignores(CommandId.CID_OTHER_HEARTBEAT) },
    },
    { id: `silence-of-${role}-not-noticed`, breaks: ["RTE-09"], ports: { [role]: hearingHeartbeats } },
  ]),
];
