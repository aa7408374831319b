import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AnalysedPdu } from "../../../src/codec/analysis/analysed-pdu.js";
import { RequirementChecker, rules } from "../../../src/codec/analysis/requirement-checker.js";
import { uncheckedRequirements } from "../../../src/codec/analysis/unchecked-requirements.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import type { IMLoginRes, IMMsgData } from "../../../src/codec/generated/messages.js";
import { goldenCaptures } from "../../helpers/captured-bytes.js";
import { ClientLink, PduClock, seenPdus } from "../../helpers/seen-pdus.js";

describe("RequirementChecker", () => {
  it.each(goldenCaptures)("finds no MUST violated by the original servers in %s", async (name) => {
    expect(found(await seenPdus(name)).filter((line) => line.startsWith("must"))).toEqual([]);
  });

  it("finds where the original servers are known to differ, each checked against the bytes", async () => {
    const lines = found(await seenPdus("cluster-session.pcap"));
    expect(lines.filter((line) => !/MSG-03|MSG-24/.test(line))).toEqual([
      "should LGN-12 68",
      "should LGN-12 199",
      "should FRM-14 443",
      "should FRM-14 452",
      "should LGN-12 473",
      "should FRM-14 528",
      "should FRM-14 843",
      "should FRM-14 856",
      "should LGN-17 888",
      "should FRM-14 938",
      "should GRP-05 1111",
      "should GRP-05 1113",
    ]);
    expect(lines.filter((line) => line.includes("MSG-24"))).toHaveLength(8);
  });

  it.each<[string, (link: ClientLink) => AnalysedPdu[]]>([
    ["must LGN-13 3", (link) => [...logout(link), link.s2c(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, online)]],
    ["must FRM-14 3", (link) => [...login(link, 1), link.s2c(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, online, 7)]],
    ["must PRE-01 3", (link) => [...login(link, 0x11), link.s2c(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, online)]],
    ["must LGN-04 4", (link) => [...login(link, 1), ...login(link, 1)]],
    ["must LGN-02 2", (link) => loginWith(link, 1, { ...welcome, result_code: 6 })],
    ["must LGN-01 2", (link) => loginWith(link, 1, { server_time: 1, result_code: 0, online_status: 1 })],
    ["must LGN-15 4", (link) => [...login(link, 1), ...token(link)]],
    ["must MSG-07 4", (link) => [...login(link, 1), ...message(link, { to_session_id: 1 })]],
    ["must MSG-06 4", (link) => [...login(link, 1), ...message(link, { msg_data: Buffer.alloc(0) })]],
    [
      "must MSG-03 5",
      (link) => [...login(link, 1), ...message(link, {}), link.s2c(CommandId.CID_MSG_DATA, delivered(5))],
    ],
    [
      "must PUL-08 1",
      (link) => [link.s2c(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, { user_id: 1, total_cnt: 2, unreadinfo_list: [] })],
    ],
  ])("reports %s", (expected, pdus) => {
    expect(found(pdus(new ClientLink()))).toEqual([expected]);
  });

  it("holds nothing against a connection whose beginning was lost", () => {
    const link = new ClientLink();
    const checker = new RequirementChecker();
    for (const pdu of logout(link)) checker.take(pdu);
    checker.lost(1);
    expect(checker.take(link.s2c(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, online))).toEqual([]);
  });

  const heartbeat = CommandId.CID_OTHER_HEARTBEAT;
  const departments = CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST;

  it.each<[string, (link: ClientLink, other: ClientLink) => AnalysedPdu[]]>([
    [
      "must FRM-08 4",
      (link) => [
        ...login(link, 1),
        link.c2s(departments, { user_id: 1, latest_update_time: 0 }, 2),
        link.s2c(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, noDepartments, 3),
      ],
    ],
    [
      "must FRM-13 3",
      (link) => [
        ...login(link, 1),
        // user_id 1, change_type 1, group_id 4, then both lists as packed fields.
        link.raw("s2c", CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, Buffer.from("0801100118042a020102220103", "hex")),
      ],
    ],
    ["must CON-01 2", (link) => [link.c2s(heartbeat, {}, 1), ...later(link, 5001)]],
    [
      "must PUL-01 4",
      (link) => [
        ...login(link, 1),
        link.c2s(departments, { user_id: 1, latest_update_time: 0 }, 2),
        ...later(link, 5001),
      ],
    ],
    ["must CON-02 3", (link) => [...beat(link), ...later(link, 17_001)]],
    ["must CON-03 3", (link) => [...login(link, 1), ...later(link, 126_000)]],
    [
      "should CON-06 2",
      (link) => [
        link.c2s(departments, { user_id: 1, latest_update_time: 0 }, 2),
        link.s2c(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, noDepartments, 2),
      ],
    ],
    [
      "must CON-07 4",
      (link) => [
        ...login(link, 1),
        link.c2s(departments, { user_id: 9, latest_update_time: 0 }, 2),
        link.s2c(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, { ...noDepartments, user_id: 9 }, 2),
      ],
    ],
    ["must MSG-02 6", (link) => [...login(link, 1), ...sent(link, 5), ...sent(link, 5)]],
    ["must MSG-02 6", (link) => [...login(link, 1), ...sent(link, 5), ...sent(link, 4)]],
    ["should MSG-02 6", (link) => [...login(link, 1), ...pipelined(link, [5, 5])]],
    [
      "must MSG-04 7",
      (link, other) => [
        ...login(link, 1),
        ...login(other, 1, 2),
        ...sent(link, 5),
        other.s2c(CommandId.CID_MSG_DATA, { ...hello, msg_id: 5 }),
      ],
    ],
    [
      "must MSG-05 7",
      (link, other) => [
        ...login(link, 1),
        ...login(other, 1, 2),
        ...sent(link, 5),
        other.s2c(CommandId.CID_MSG_DATA, { ...delivered(5), msg_data: Buffer.from("ho") }),
      ],
    ],
    [
      "must MSG-08 84",
      (link) => [...login(link, 1), ...Array.from({ length: 41 }, (_, at) => sent(link, at + 1)).flat()],
    ],
    [
      "must MSG-09 10",
      (link, other) => [
        ...login(link, 1),
        ...login(other, 1, 2),
        ...sent(link, 5),
        ...sent(link, 6),
        other.s2c(CommandId.CID_MSG_DATA, delivered(6)),
        other.s2c(CommandId.CID_MSG_DATA, delivered(5)),
      ],
    ],
    [
      "should MSG-09 10",
      (link, other) => [
        ...login(link, 1),
        ...login(other, 1, 2),
        ...pipelined(link, [5, 6]),
        other.s2c(CommandId.CID_MSG_DATA, delivered(6)),
        other.s2c(CommandId.CID_MSG_DATA, delivered(5)),
      ],
    ],
    ["should MSG-09 6", (link) => [...login(link, 1), ...pipelined(link, [5, 6], [2, 1])]],
    [
      "must MSG-10 6",
      (link) => [
        ...login(link, 1),
        ...sent(link, 5),
        link.c2s(CommandId.CID_MSG_LIST_REQUEST, { ...session, msg_id_begin: 0, msg_cnt: 9 }, 7),
        link.s2c(CommandId.CID_MSG_LIST_RESPONSE, { ...session, msg_id_begin: 0, msg_list: [] }, 7),
      ],
    ],
    [
      "must MSG-17 6",
      (link) => [
        ...login(link, 1),
        ...sent(link, 5),
        link.c2s(CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ, session, 7),
        link.s2c(CommandId.CID_MSG_GET_LATEST_MSG_ID_RSP, { ...session, latest_msg_id: 4 }, 7),
      ],
    ],
    [
      "must MSG-22 4",
      (link) => [
        ...login(link, 1),
        link.c2s(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ, session, 7),
        link.s2c(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_RES, { ...session, result_code: 3 }, 7),
      ],
    ],
    ["should MSG-23 4", (link) => [...login(link, 1), ...message(link, { msg_data: Buffer.alloc(4097, 1) })]],
    ["must GRP-03 4", (link) => [...login(link, 1), ...group(link, 1), ...changed(link, 1)]],
    ["must GRP-04 4", (link) => [...login(link, 1), ...group(link, 2), ...changed(link, 2)]],
    [
      "must GRP-05 4",
      (link) => [
        ...login(link, 1),
        ...changed(link, 1),
        link.s2c(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, { user_id: 1, ...change, change_type: 1 }),
      ],
    ],
    [
      "must FIL-01 3",
      (link) => [
        ...login(link, 1),
        link.s2c(CommandId.CID_FILE_RESPONSE, {
          result_code: 0,
          from_user_id: 1,
          to_user_id: 2,
          file_name: "a",
          task_id: "",
          ip_addr_list: [],
          trans_mode: 1,
        }),
      ],
    ],
  ])("reports %s, of connections that are there from their opening on", (expected, pdus) => {
    const clock = new PduClock();
    const [link, other] = [new ClientLink(1, clock, true), new ClientLink(2, clock, true)];
    const all = pdus(link, other);
    expect(found(all)).toEqual([expected]);
  });

  it("expects no answer to what may be ignored, nor where the beginning is not there", () => {
    const clock = new PduClock();
    const link = new ClientLink(1, clock, true);
    const mute = [
      ...login(link, 1),
      link.c2s(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id: 1, device_token: "" }, 2),
    ];
    expect(found([...mute, ...later(link, 5001)])).toEqual([]);
    const joined = new ClientLink(2, clock);
    const silent = [...login(joined, 1), joined.c2s(departments, { user_id: 1, latest_update_time: 0 }, 2)];
    const answered = joined.s2c(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, noDepartments, 3);
    expect(found([...silent, answered, ...later(joined, 500_000)])).toEqual([]);
  });

  it("lets ids begin anew where a server did", () => {
    const clock = new PduClock();
    const [before, after] = [new ClientLink(1, clock, true), new ClientLink(2, clock, true)];
    expect(found([...login(before, 1), ...sent(before, 7), ...login(after, 1), ...sent(after, 3)])).toEqual([]);
  });

  it.each(goldenCaptures)("finds no MUST violated in any part of %s, nor in one direction of it", async (name) => {
    const pdus = await seenPdus(name);
    const musts = (part: readonly AnalysedPdu[]) => found(part).filter((line) => line.startsWith("must"));
    for (let from = 0; from < pdus.length; from += 97) {
      // As in a file that begins in the middle: no opening of what was open already.
      const open = new Set(pdus.slice(0, from).map(({ link }) => link));
      const tail = pdus.slice(from).map((pdu) => (open.has(pdu.link) ? withoutOpening(pdu) : pdu));
      expect(musts(tail)).toEqual([]);
      expect(musts(pdus.slice(0, from))).toEqual([]);
    }
    for (const towardsServer of [true, false]) {
      expect(musts(pdus.filter((pdu) => pdu.towardsServer === towardsServer))).toEqual([]);
    }
  });

  it("has a rule for every requirement of docs/spec/behaviour.md, or a reason why not", () => {
    const spec = readFileSync(new URL("../../../docs/spec/behaviour.md", import.meta.url), "utf8");
    const all = [...spec.matchAll(/^- ([A-Z]{3}-\d\d) /gm)].map(([, id]) => id);
    const checked = new Set(rules.map(({ requirement }) => requirement));
    const unchecked = Object.keys(uncheckedRequirements);
    expect(unchecked.filter((id) => checked.has(id))).toEqual([]);
    expect([...checked, ...unchecked].toSorted()).toEqual(all.toSorted());
  });
});

const online = { user_stat: { user_id: 2, status: 1 } } as const;
const hello: IMMsgData = {
  from_user_id: 1,
  to_session_id: 2,
  msg_id: 0,
  create_time: 0,
  msg_type: 1,
  msg_data: Buffer.from("hi"),
};
const welcome: IMLoginRes = {
  server_time: 1,
  result_code: 0,
  result_string: "ok",
  online_status: 1,
  user_info: {
    user_id: 1,
    user_gender: 1,
    user_nick_name: "",
    avatar_url: "",
    department_id: 1,
    email: "",
    user_real_name: "user1",
    user_tel: "",
    user_domain: "",
    status: 0,
    sign_info: "",
  },
};

const noDepartments = { user_id: 1, latest_update_time: 0, dept_list: [] };
const session = { user_id: 1, session_type: 1, session_id: 2 } as const;
const change = { group_id: 4, cur_user_id_list: [1, 2], chg_user_id_list: [2] };

function login(link: ClientLink, clientType: 1 | 0x11, user_id = 1): AnalysedPdu[] {
  const { user_info } = welcome;
  return loginWith(link, clientType, { ...welcome, ...(user_info && { user_info: { ...user_info, user_id } }) });
}

/** Something that the server says, much later. */
function later(link: ClientLink, ms: number): AnalysedPdu[] {
  link.wait(ms);
  return [link.s2c(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY, { changed_user_id: 2, sign_info: "" })];
}

function beat(link: ClientLink): AnalysedPdu[] {
  return [link.c2s(CommandId.CID_OTHER_HEARTBEAT, {}, 1), link.s2c(CommandId.CID_OTHER_HEARTBEAT, {}, 1)];
}

function sent(link: ClientLink, msg_id: number): AnalysedPdu[] {
  return [link.c2s(CommandId.CID_MSG_DATA, hello, 4), link.s2c(CommandId.CID_MSG_DATA_ACK, ack(msg_id), 4)];
}

/** Two messages, of which the second is sent before the first is acknowledged. */
function pipelined(link: ClientLink, ids: readonly [number, number], order: readonly number[] = [1, 2]): AnalysedPdu[] {
  const requests = [1, 2].map((seqNum) => link.c2s(CommandId.CID_MSG_DATA, hello, seqNum));
  return [...requests, ...order.map((seqNum, at) => link.s2c(CommandId.CID_MSG_DATA_ACK, ack(ids[at] ?? 0), seqNum))];
}

function ack(msg_id: number) {
  return { user_id: 1, session_id: 2, msg_id, session_type: 1 } as const;
}

/** As it should be: with the server's time, without the sender's bytes changed. */
function delivered(msg_id: number): IMMsgData {
  return { ...hello, msg_id, create_time: 1_767_225_600 };
}

/** The details of a group of user 9. */
function group(link: ClientLink, group_type: 1 | 2): AnalysedPdu[] {
  const texts = { group_name: "g", group_avatar: "", shield_status: 0 };
  const info = { group_id: 4, version: 1, group_creator_id: 9, group_type, group_member_list: [1, 9], ...texts };
  return [link.s2c(CommandId.CID_GROUP_INFO_RESPONSE, { user_id: 1, group_info_list: [info] })];
}

function changed(link: ClientLink, change_type: 1 | 2): AnalysedPdu[] {
  return [link.s2c(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, { user_id: 1, result_code: 0, ...change, change_type })];
}

function withoutOpening(pdu: AnalysedPdu): AnalysedPdu {
  const { seq, link, towardsServer, dir, listener, timeMs, buffer, start, end, packetNumber, connection } = pdu;
  const joined = connection && { client: connection.client, server: connection.server };
  return { seq, link, towardsServer, dir, listener, timeMs, buffer, start, end, packetNumber, connection: joined };
}

function loginWith(link: ClientLink, client_type: 1 | 0x11, answer: IMLoginRes): AnalysedPdu[] {
  const request = { user_name: "user1", password: "", online_status: 1, client_type } as const;
  return [
    link.c2s(CommandId.CID_LOGIN_REQ_USERLOGIN, request, 1),
    link.s2c(CommandId.CID_LOGIN_RES_USERLOGIN, answer, 1),
  ];
}

function logout(link: ClientLink): AnalysedPdu[] {
  return [
    link.c2s(CommandId.CID_LOGIN_REQ_LOGINOUT, {}, 2),
    link.s2c(CommandId.CID_LOGIN_RES_LOGINOUT, { result_code: 0 }, 2),
  ];
}

function token(link: ClientLink): AnalysedPdu[] {
  return [
    link.c2s(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id: 1, device_token: "x" }, 3),
    link.s2c(CommandId.CID_LOGIN_RES_DEVICETOKEN, { user_id: 1 }, 3),
  ];
}

function message(link: ClientLink, changes: Partial<IMMsgData>): AnalysedPdu[] {
  const body = { ...hello, ...changes };
  const ack = { user_id: 1, session_id: body.to_session_id, msg_id: 5, session_type: 1 } as const;
  return [link.c2s(CommandId.CID_MSG_DATA, body, 4), link.s2c(CommandId.CID_MSG_DATA_ACK, ack, 4)];
}

function found(pdus: readonly AnalysedPdu[]): string[] {
  const checker = new RequirementChecker();
  return pdus.flatMap((pdu) => checker.take(pdu).map(({ level, requirement }) => `${level} ${requirement} ${pdu.seq}`));
}
