import { describe, expect, it } from "vitest";
import type { AnalysedPdu } from "../../../src/codec/analysis/analysed-pdu.js";
import { RequirementChecker, rules } from "../../../src/codec/analysis/requirement-checker.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import type { IMLoginRes, IMMsgData } from "../../../src/codec/generated/messages.js";
import { goldenCaptures } from "../../helpers/captured-bytes.js";
import { ClientLink, seenPdus } from "../../helpers/seen-pdus.js";

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
      (link) => [...login(link, 1), ...message(link, {}), link.s2c(CommandId.CID_MSG_DATA, { ...hello, msg_id: 5 })],
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

  it("has levels and requirements that docs/spec/behaviour.md has", () => {
    for (const { requirement } of rules) expect(requirement).toMatch(/^[A-Z]{3}-\d\d$/);
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

function login(link: ClientLink, clientType: 1 | 0x11): AnalysedPdu[] {
  return loginWith(link, clientType, welcome);
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
