import { CommandId } from "../../../codec/generated/commands.js";
import { ClientType, KickReasonType } from "../../../codec/generated/enums.js";
import type { CaseContext } from "../case-context.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual } from "../expect-that.js";
import type { LoggedInClient } from "../logged-in-client.js";
import { expectTokenAnswered } from "../token-answer.js";

const { KICK_REASON_MOBILE_KICK } = KickReasonType;

export const lgnAccountCases: readonly ConformanceCase[] = [
  defineCase({
    id: "lgn.logout",
    requirements: ["LGN-13"],
    level: "must",
    title: "answers a logout with result 0 and then closes the connection",
    why: "a client waits for the answer before it forgets the account",
    needs: { accounts: 1 },
    async run(context) {
      const user = await context.login(context.account(0));
      const answer = await user.request(CommandId.CID_LOGIN_REQ_LOGINOUT, {});
      expectEqual("0x0106", answer, { result_code: 0 });
      await user.peer.expectClosed();
    },
  }),

  ...(["target", "peer"] as const).map((server) =>
    defineCase({
      id: server === "target" ? "lgn.kick-pc" : "lgn.kick-pc-across-servers",
      requirements: ["LGN-14"],
      level: "must",
      title: `lets a phone kick the user's PC${server === "target" ? "" : " on another msg_server"}, with reason 2`,
      why: "who left the office logged in wants to end it from the train",
      needs: { accounts: 1, ...(server === "peer" ? { secondServer: true } : {}) },
      async run(context) {
        const phone = await context.login(context.account(0), { clientType: "ios" });
        const pc = await context.login(context.account(0), { server });
        const answer = await phone.request(CommandId.CID_LOGIN_REQ_KICKPCCLIENT, { user_id: phone.userId });
        expectEqual("0x010b", answer, { user_id: phone.userId, result_code: 0 });
        const { body, seqNum } = await pc.peer.expect(CommandId.CID_LOGIN_KICK_USER);
        expectEqual("0x0107", body, { user_id: pc.userId, kick_reason: KICK_REASON_MOBILE_KICK });
        expectEqual("seq_num of 0x0107", seqNum, 0);
        await phone.peer.expectNothing(CommandId.CID_LOGIN_KICK_USER);
      },
    }),
  ),

  defineCase({
    id: "lgn.kick-pc-from-pc",
    requirements: ["LGN-14"],
    level: "must",
    title: "ignores a PC's request to kick the PC",
    why: "only the phone has that button",
    needs: { accounts: 2 },
    async run(context) {
      const pc = await context.login(context.account(0));
      const seqNum = pc.peer.send(CommandId.CID_LOGIN_REQ_KICKPCCLIENT, { user_id: pc.userId });
      await pc.peer.expectNoAnswer(seqNum);
      await pc.peer.expectNothing(CommandId.CID_LOGIN_KICK_USER);
      // The same request of a phone is one that this server knows.
      const phone = await context.login(context.account(1), { clientType: "android" });
      await phone.request(CommandId.CID_LOGIN_REQ_KICKPCCLIENT, { user_id: phone.userId });
    },
  }),

  defineCase({
    id: "lgn.device-token",
    requirements: ["LGN-15"],
    level: "must",
    title: "answers a phone that registers its token for pushes",
    why: "without it nobody is woken by a message",
    needs: { accounts: 1 },
    async run(context) {
      const phone = await context.login(context.account(0), { clientType: "ios" });
      sendToken(context, phone);
      await expectTokenAnswered(context, phone.peer);
    },
  }),

  defineCase({
    id: "lgn.device-token-of-pc",
    requirements: ["LGN-15"],
    level: "must",
    title: "ignores a PC that registers a token for pushes",
    why: "pushes go to phones",
    needs: { accounts: 2 },
    async run(context) {
      const phone = await context.login(context.account(0), { clientType: "android" });
      const pc = await context.login(context.account(1));
      const seqNum = sendToken(context, pc);
      // A phone's token that was sent later is answered.
      sendToken(context, phone);
      await expectTokenAnswered(context, phone.peer);
      await pc.peer.expectNoAnswer(seqNum);
    },
  }),

  defineCase({
    id: "lgn.device-token-answer",
    requirements: ["LGN-17", "LGN-15"],
    level: "should",
    title: "names the user in its answer to a token",
    why: "the field is required: clients with strict decoders drop an answer without it",
    needs: { accounts: 1 },
    async run(context) {
      const phone = await context.login(context.account(0), { clientType: "ios" });
      const seqNum = sendToken(context, phone);
      const { body } = await phone.peer.expectAnswer(CommandId.CID_LOGIN_REQ_DEVICETOKEN, seqNum);
      expectEqual("user_id", body.user_id, phone.userId);
    },
  }),

  defineCase({
    id: "lgn.push-shield",
    requirements: ["LGN-16"],
    level: "must",
    title: "sets do-not-disturb for one user, and tells what was set",
    why: "people sleep",
    needs: { accounts: 2 },
    async run(context) {
      const phone = await context.login(context.account(0), { clientType: "ios" });
      const other = await context.login(context.account(1), { clientType: "ios" });
      const statusOfOther = async () =>
        (await other.request(CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, { user_id: other.userId })).shield_status;
      const before = await statusOfOther();
      const user_id = phone.userId;
      for (const shield_status of [1, 0]) {
        const set = await phone.request(CommandId.CID_LOGIN_REQ_PUSH_SHIELD, { user_id, shield_status });
        expectEqual("0x010d", facts(set), { user_id, result_code: 0, shield_status });
        const told = await phone.request(CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, { user_id });
        expectEqual("0x010f", facts(told), { user_id, result_code: 0, shield_status });
        expectEqual("shield_status of another user", await statusOfOther(), before);
      }
    },
  }),
];

function sendToken(context: CaseContext, { peer, userId, clientType }: LoggedInClient): number {
  const client_type = clientType === "android" ? ClientType.CLIENT_TYPE_ANDROID : ClientType.CLIENT_TYPE_IOS;
  const device_token = `ttk-${context.uniqueWord()}`;
  return peer.send(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id: userId, device_token, client_type });
}

function facts({
  user_id,
  result_code,
  shield_status,
}: {
  user_id: number;
  result_code: number;
  shield_status?: number;
}) {
  return { user_id, result_code, shield_status };
}
