import { CommandId } from "../../../codec/generated/commands.js";
import { MsgType, SessionType } from "../../../codec/generated/enums.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";

const { SESSION_TYPE_GROUP } = SessionType;

export const grpMessageCases: readonly ConformanceCase[] = [
  defineCase({
    id: "grp.message",
    requirements: ["GRP-06"],
    level: "must",
    title: "acknowledges a group message and delivers it to every device of its members but the sending one",
    why: "everybody in the room hears what is said in it",
    needs: { accounts: 2, groupMembers: 2 },
    async run(context) {
      const { groupId } = context.group;
      const sender = await context.login(context.account(0));
      const senderPhone = await context.login(context.account(0), { clientType: "ios" });
      const member = await context.login(context.account(1));
      const memberPhone = await context.login(context.account(1), { clientType: "android" });
      const { ack, content } = await sender.sayInGroup(groupId);
      expectEqual(
        "0x0302",
        { ...ack, msg_id: ack.msg_id > 0 },
        { user_id: sender.userId, session_id: groupId, msg_id: true, session_type: SESSION_TYPE_GROUP },
      );
      for (const device of [senderPhone, member, memberPhone]) {
        const { body, seqNum } = await device.expectMessage(content);
        expectEqual("from_user_id", body.from_user_id, sender.userId);
        expectEqual("to_session_id", body.to_session_id, groupId);
        expectEqual("msg_id", body.msg_id, ack.msg_id);
        expectEqual("msg_type", body.msg_type, MsgType.MSG_TYPE_GROUP_TEXT);
        expectEqual("seq_num", seqNum, 0);
      }
      const second = await member.sayInGroup(groupId);
      await sender.expectMessage(second.content);
      await sender.expectNoMessage(content);
    },
  }),

  defineCase({
    id: "grp.message-ids",
    requirements: ["GRP-06"],
    level: "must",
    title: "numbers a group's messages in one sequence, whoever sends them",
    why: "clients page through the group's history and find gaps by it",
    needs: { accounts: 2, groupMembers: 2 },
    async run(context) {
      const { groupId } = context.group;
      const [one, other] = await context.loginAll(context.account(0), context.account(1));
      const before = await one.latestMsgId(groupId, SESSION_TYPE_GROUP);
      // One-to-one messages in between belong to another sequence.
      const ids = [(await one.sayInGroup(groupId)).ack.msg_id];
      await one.say(other.userId);
      ids.push((await other.sayInGroup(groupId)).ack.msg_id);
      ids.push((await one.sayInGroup(groupId)).ack.msg_id);
      expectEqual("ids", ids, [before + 1, before + 2, before + 3]);
      expectEqual("0x030c", await other.latestMsgId(groupId, SESSION_TYPE_GROUP), before + 3);
    },
  }),

  defineCase({
    id: "grp.message-across-servers",
    requirements: ["GRP-06"],
    level: "must",
    title: "delivers a group message to members on another msg_server, with seq_num 0",
    why: "a group's members are spread over the cluster",
    needs: { accounts: 2, groupMembers: 2, secondServer: true },
    async run(context) {
      const { groupId } = context.group;
      const sender = await context.login(context.account(0));
      const member = await context.login(context.account(1), { server: "peer" });
      const { ack, content } = await sender.sayInGroup(groupId);
      const { body, seqNum } = await member.expectMessage(content);
      expectEqual("msg_id", body.msg_id, ack.msg_id);
      expectEqual("from_user_id", body.from_user_id, sender.userId);
      expectEqual("seq_num", seqNum, 0);
      const back = await member.sayInGroup(groupId);
      expectEqual("msg_id of the answer", back.ack.msg_id, ack.msg_id + 1);
      await sender.expectMessage(back.content);
    },
  }),

  defineCase({
    id: "grp.no-attach-data",
    requirements: ["MSG-24", "MSG-03"],
    level: "should",
    title: "delivers a group message without attach_data",
    why: "it shows the inside of the sender's server to every member",
    needs: { accounts: 2, groupMembers: 2 },
    async run(context) {
      const [sender, member] = await context.loginAll(context.account(0), context.account(1));
      const { content } = await sender.sayInGroup(context.group.groupId);
      const { body } = await member.expectMessage(content);
      expectThat(body.attach_data === undefined, "no attach_data", body.attach_data?.toString("hex"));
    },
  }),

  defineCase({
    id: "grp.message-of-outsider",
    requirements: ["GRP-07", "GRP-06"],
    level: "must",
    title: "ignores a message to a group from a user who is not a member, and delivers none of its messages to him",
    why: "rooms have doors",
    needs: { accounts: 3, groupMembers: 2 },
    async run(context) {
      const { groupId } = context.group;
      const [member, other, outsider] = await context.loginAll(
        context.account(0),
        context.account(1),
        context.account(2),
      );
      const before = await other.sayInGroup(groupId);
      const message = outsider.messageTo(groupId, { msgType: MsgType.MSG_TYPE_GROUP_TEXT });
      const seqNum = outsider.peer.send(CommandId.CID_MSG_DATA, message);
      const ids: number[] = [];
      await member.expectNoMessage(message.msg_data, async () => {
        for (let n = 0; n < 2; n++) {
          const after = await other.sayInGroup(groupId);
          ids.push(after.ack.msg_id);
          await member.expectMessage(after.content);
          await outsider.expectNoMessage(after.content);
        }
      });
      await outsider.peer.expectNoAnswer(seqNum, async () => {
        await outsider.say(member.userId);
      });
      expectEqual("ids of the next messages", ids, [before.ack.msg_id + 1, before.ack.msg_id + 2]);
    },
  }),

  defineCase({
    id: "grp.message-to-unknown-group",
    requirements: ["GRP-07"],
    level: "must",
    title: "ignores a message to a group that does not exist",
    why: "the sender should not believe that somebody reads it",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const message = sender.messageTo(context.unknownId(), { msgType: MsgType.MSG_TYPE_GROUP_TEXT });
      const seqNum = sender.peer.send(CommandId.CID_MSG_DATA, message);
      await sender.peer.expectNoAnswer(seqNum, async () => {
        for (let n = 0; n < 2; n++) await sender.say(receiver.userId);
      });
    },
  }),

  defineCase({
    id: "grp.unread",
    requirements: ["GRP-08"],
    level: "must",
    title: "raises a group's unread count for members other than the sender, and clears it when one has read",
    why: "the badge of a group works like any other",
    needs: { accounts: 2, groupMembers: 2 },
    async run(context) {
      const { groupId } = context.group;
      const [sender, member] = await context.loginAll(context.account(0), context.account(1));
      const { ack: first } = await sender.sayInGroup(groupId);
      member.readUpTo(first.msg_id, groupId, SESSION_TYPE_GROUP);
      const unreadOfMember = () => member.unreadIn(groupId, SESSION_TYPE_GROUP);
      await context.eventually("nothing unread in the group", unreadOfMember, (count) => count === 0);
      await sender.sayInGroup(groupId);
      const { ack: last } = await sender.sayInGroup(groupId);
      await context.eventually("two unread messages", unreadOfMember, (count) => count === 2);
      expectEqual("unread messages of the sender", await sender.unreadIn(groupId, SESSION_TYPE_GROUP), 0);
      member.readUpTo(last.msg_id, groupId, SESSION_TYPE_GROUP);
      await context.eventually("nothing unread after reading", unreadOfMember, (count) => count === 0);
    },
  }),
];
