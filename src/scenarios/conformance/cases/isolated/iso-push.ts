import { clientTypes } from "../../../../client/client-type.js";
import { CommandId } from "../../../../codec/generated/commands.js";
import { MsgType, UserStatType } from "../../../../codec/generated/enums.js";
import { encryptText } from "../../../../codec/text-content.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { defineIsolatedCase, type IsolatedContext } from "../../isolated-context.js";
import { answer } from "../../surrounded-context.js";

const { USER_STATUS_ONLINE: ONLINE, USER_STATUS_OFFLINE: OFFLINE } = UserStatType;
const played = ["push"] as const;
const PushType = { normal: 1, silent: 2 } as const;
const PREVIEW = "see you at eight";

export const isoPushCases = [
  defineIsolatedCase({
    id: "iso.psh.asks-for-the-token",
    requirements: ["PSH-01", "DBP-03"],
    level: "must",
    title: "asks the database for the receiver's token after a message, and pushes nothing when there is none",
    sends: "two messages; the database answers 0x0706 without a token to the first, with one to the second",
    why: "people who do not want pushes have no token",
    needs: { played },
    async run(context) {
      context.answerStatus(OFFLINE);
      const sender = await context.logIn();
      const [without, having] = [context.unknownId(), context.unknownId()];
      await sender.say(sender.messageTo(without), 1);
      answer(await expectTokenRequest(context, without), CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP, {
        user_token_info: [],
      });
      await sender.say(sender.messageTo(having), 1);
      answer(await expectTokenRequest(context, having), CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP, {
        user_token_info: [tokenOf(having)],
      });
      const isFor = (userId: number) => (body: { user_token_list: { user_id: number }[] }) =>
        body.user_token_list.some(({ user_id }) => user_id === userId);
      await context.push.expectNothing(CommandId.CID_OTHER_PUSH_TO_USER_REQ, isFor(without), () =>
        context.push.expect(CommandId.CID_OTHER_PUSH_TO_USER_REQ, isFor(having)),
      );
    },
  }),

  ...[
    { id: "offline", status: OFFLINE, pushType: PushType.normal, words: "normally when the receiver is on no PC" },
    {
      id: "on-pc-elsewhere",
      status: ONLINE,
      pushType: PushType.silent,
      words: "silently when the receiver is on a PC at another msg_server",
    },
  ].map(({ id, status, pushType, words }) =>
    defineIsolatedCase({
      id: `iso.psh.push.${id}`,
      requirements: ["PSH-01"],
      level: "must",
      title: `pushes a message ${words}, with its decrypted text, its data and the token`,
      sends: "0x0301 with encrypted text; the database has a token; the route_server knows where the receiver is",
      why: "a phone shows the text and opens the right talk by the data",
      needs: { played },
      async run(context) {
        context.answerStatus(status);
        const sender = await context.logIn();
        const receiver = context.unknownId();
        await sender.say({ ...sender.messageTo(receiver), msg_data: encryptText(`${receiver} ${PREVIEW}`) }, 1);
        answer(await expectTokenRequest(context, receiver), CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP, {
          user_token_info: [tokenOf(receiver)],
        });
        const { body } = await context.push.expect(CommandId.CID_OTHER_PUSH_TO_USER_REQ, ({ user_token_list }) =>
          user_token_list.some(({ user_id }) => user_id === receiver),
        );
        // The original puts the sender's name before it, and cuts it after 37 bytes in all.
        expectThat(body.flash.includes(`${receiver}`), `a flash with the text ${receiver} …`, body.flash);
        const { msg_type, from_id } = JSON.parse(body.data) as Record<string, unknown>;
        expectEqual("data", [Number(msg_type), Number(from_id)], [MsgType.MSG_TYPE_SINGLE_TEXT, sender.userId]);
        const [info] = body.user_token_list;
        expectEqual("token", [info?.token, info?.push_count, info?.push_type], [`token-${receiver}`, 3, pushType]);
      },
    }),
  ),

  defineIsolatedCase({
    id: "iso.psh.push.on-pc-here",
    requirements: ["PSH-01"],
    level: "must",
    title: "pushes a message silently when the receiver is on a PC at this msg_server",
    sends: "0x0301 to a user who is logged in here on a PC",
    why: "the phone beside the PC must not ring for every message",
    needs: { played },
    async run(context) {
      context.answerStatus(ONLINE);
      const [sender, receiver] = [await context.logIn(), await context.logIn()];
      // As route_server does once the receiver is there; the original goes by it.
      context.fromRoute(CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY, { user_id: receiver.userId, login_status: 1 });
      await receiver.expectMarkerFromRoute();
      await sender.say(sender.messageTo(receiver.userId), 1);
      answer(await expectTokenRequest(context, receiver.userId), CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP, {
        user_token_info: [tokenOf(receiver.userId)],
      });
      const { body } = await context.push.expect(CommandId.CID_OTHER_PUSH_TO_USER_REQ, ({ user_token_list }) =>
        user_token_list.some(({ user_id }) => user_id === receiver.userId),
      );
      expectEqual("push_type", body.user_token_list[0]?.push_type, PushType.silent);
    },
  }),

  defineIsolatedCase({
    id: "iso.psh.group",
    requirements: ["PSH-02", "DBP-03"],
    level: "must",
    title: "pushes a group message neither to its sender nor to members who shielded the group",
    sends: "0x0301 of type 0x11; the database answers the members, and that one of them has shielded the group",
    why: "a busy group at night is why people shield it",
    needs: { played },
    async run(context) {
      context.answerStatus(OFFLINE);
      const sender = await context.logIn();
      const [groupId, open, shielded] = [context.unknownId(), context.unknownId(), context.unknownId()];
      const members = [sender.userId, open, shielded];
      const message = sender.messageTo(groupId, MsgType.MSG_TYPE_GROUP_TEXT);
      sender.peer.send(CommandId.CID_MSG_DATA, message);
      const asked = await sender.expectStoring(message);
      answer(asked, CommandId.CID_MSG_DATA, { ...asked.body, msg_id: 2 });
      const info = await context.db.expect(CommandId.CID_GROUP_INFO_REQUEST, ({ group_version_list }) =>
        group_version_list.some(({ group_id }) => group_id === groupId),
      );
      answer(info, CommandId.CID_GROUP_INFO_RESPONSE, {
        user_id: info.body.user_id,
        group_info_list: [
          {
            group_id: groupId,
            version: 1,
            group_name: "a group",
            group_avatar: "",
            group_creator_id: sender.userId,
            group_type: 2,
            shield_status: 0,
            group_member_list: members,
          },
        ],
      });
      const shields = await context.db.expect(
        CommandId.CID_OTHER_GET_SHIELD_REQ,
        ({ group_id }) => group_id === groupId,
      );
      answer(shields, CommandId.CID_OTHER_GET_SHIELD_RSP, {
        group_id: groupId,
        shield_status_list: shields.body.user_id.map((user_id) => ({
          user_id,
          group_id: groupId,
          shield_status: user_id === shielded ? 1 : 0,
        })),
      });
      const tokens = await expectTokenRequest(context, open);
      // The original asks for the sender's token, too, and leaves him out when it pushes.
      answer(tokens, CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP, { user_token_info: tokens.body.user_id.map(tokenOf) });
      const { body } = await context.push.expect(CommandId.CID_OTHER_PUSH_TO_USER_REQ, ({ user_token_list }) =>
        user_token_list.some(({ user_id }) => user_id === open),
      );
      expectEqual(
        "users who are pushed to",
        body.user_token_list.map(({ user_id }) => user_id),
        [open],
      );
      const { group_id } = JSON.parse(body.data) as Record<string, unknown>;
      expectEqual("group_id of the data", Number(group_id), groupId);
    },
  }),
];

function expectTokenRequest({ db }: IsolatedContext, userId: number) {
  return db.expect(CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ, ({ user_id }) => user_id.includes(userId), {
    what: `for user ${userId}`,
  });
}

function tokenOf(user_id: number) {
  return { user_id, user_type: clientTypes.ios, token: `token-${user_id}`, push_count: 3, push_type: PushType.normal };
}
