import { describe, expect, it } from "vitest";
import { FollowUser } from "../../../src/codec/analysis/follow-user.js";
import { TrafficStats } from "../../../src/codec/analysis/traffic-stats.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import type { IMLoginRes, IMMsgData } from "../../../src/codec/generated/messages.js";
import { Histogram } from "../../../src/runner/load/metrics/histogram.js";
import { ClientLink, seenPdus } from "../../helpers/seen-pdus.js";

describe("TrafficStats", () => {
  it("counts what the cluster's capture holds", async () => {
    const pdus = await seenPdus("cluster-session.pcap");
    const stats = new TrafficStats(() => new Histogram());
    for (const pdu of pdus) stats.take(pdu);
    const report = stats.report();
    expect(report).toMatchObject({ pdus: 1135, bytes: 36104, connectionsTotal: 41, usersTotal: 5, unansweredTotal: 8 });
    expect(report.users[0]).toMatchObject({ id: 30, name: "user30", connections: 2, pdus: 87 });
    expect(report.kicks.map(({ seq, packet }) => [seq, packet])).toContainEqual([57, 119]);
    expect(report.commands.reduce((sum, each) => sum + each.bytes, 0)).toBe(36104);
    expect(report.commands.find(({ id }) => id === "0x0301")?.clientLatency?.count).toBe(12);
    expect(report.repeatedIds).toEqual([]);
    expect(report.missingIds).toEqual([]);
  });

  it("finds message ids that are there twice, and those that are not there", () => {
    const stats = new TrafficStats(() => new Histogram());
    const link = new ClientLink();
    for (const msg_id of [1, 2, 2, 5]) {
      stats.take(link.s2c(CommandId.CID_MSG_DATA_ACK, { user_id: 1, session_id: 2, msg_id, session_type: 1 }));
    }
    const report = stats.report();
    expect(report.repeatedIds).toEqual([{ session: "1-2", msgId: 2, what: "acknowledged twice", seq: 3 }]);
    expect(report.missingIds).toEqual([{ session: "1-2", msgIds: [3, 4] }]);
  });
});

it("counts each connection once, also those beyond what it lists", () => {
  const stats = new TrafficStats(() => new Histogram());
  const pdu = new ClientLink().c2s(CommandId.CID_OTHER_HEARTBEAT, {});
  const links = Array.from({ length: 65_540 }, (_, index) => index + 1);
  for (const link of [...links, ...links.slice(-8), ...links.slice(-8)]) stats.take({ ...pdu, link });
  expect(stats.report().connectionsTotal).toBe(65_540);
});

describe("FollowUser", () => {
  it("picks one person's connections, and what servers say about the person, by name or id alike", async () => {
    const pdus = await seenPdus("cluster-session.pcap");
    const byName = new FollowUser("user32");
    const seqs = pdus.flatMap((pdu) => byName.take(pdu)).map(({ seq }) => seq);
    expect(byName.id).toBe(32);
    // The login through both servers, the route's kick, the news, the group that the user is in.
    expect(seqs.slice(0, 8)).toEqual([586, 587, 596, 597, 598, 599, 600, 601]);
    expect(seqs).toEqual(expect.arrayContaining([628, 668, 730, 733]));
    const byId = new FollowUser("32");
    expect(pdus.flatMap((pdu) => byId.take(pdu)).map(({ seq }) => seq)).toEqual(seqs);
    expect([...byName.end(), ...byId.end()]).toEqual([]);
  });

  it("holds a login back until its answer tells whose it is, and what follows it too", () => {
    const [theirs, other] = [new ClientLink(1), new ClientLink(2)];
    const person = new FollowUser("1");
    const request = (user_name: string) => ({ user_name, password: "", online_status: 1, client_type: 1 }) as const;
    const taken = [
      theirs.c2s(CommandId.CID_LOGIN_REQ_USERLOGIN, request("user1")),
      other.c2s(CommandId.CID_LOGIN_REQ_USERLOGIN, request("user2")),
      other.s2c(CommandId.CID_MSG_DATA, { ...hello, to_session_id: 1 }),
      other.s2c(CommandId.CID_LOGIN_RES_USERLOGIN, { server_time: 1, result_code: 6 }),
      theirs.s2c(CommandId.CID_LOGIN_RES_USERLOGIN, loginAnswer(1)),
      theirs.s2c(CommandId.CID_MSG_DATA, hello),
    ].map((pdu) => person.take(pdu).map(({ link, seq }) => `${link}/${seq}`));
    expect(taken).toEqual([[], [], [], [], ["1/1", "2/2", "1/2"], ["1/3"]]);
  });

  it("gives up logins that nobody answers", () => {
    const person = new FollowUser("1");
    const link = new ClientLink(1);
    const request = { user_name: "nobody", password: "", online_status: 1, client_type: 1 } as const;
    expect(person.take(link.c2s(CommandId.CID_LOGIN_REQ_USERLOGIN, request))).toEqual([]);
    const message = new ClientLink(2).s2c(CommandId.CID_MSG_DATA, { ...hello, to_session_id: 1 });
    expect(person.take(message)).toEqual([]);
    expect(person.end()).toEqual([message]);
  });
});

const hello: IMMsgData = {
  from_user_id: 3,
  to_session_id: 1,
  msg_id: 1,
  create_time: 1,
  msg_type: 1,
  msg_data: Buffer.from("hi"),
};

function loginAnswer(user_id: number): IMLoginRes {
  const texts = { user_nick_name: "", avatar_url: "", email: "", user_real_name: "", user_tel: "", user_domain: "" };
  const user_info = { user_id, user_gender: 1, department_id: 1, status: 0, sign_info: "", ...texts };
  return { server_time: 1, result_code: 0, result_string: "ok", online_status: 1, user_info };
}
