import { encodeAudio } from "../../../codec/audio-content.js";
import { CommandId } from "../../../codec/generated/commands.js";
import { MsgType, SessionType } from "../../../codec/generated/enums.js";
import type { IMP2PCmdMsg, MsgInfo } from "../../../codec/generated/messages.js";
import type { CaseContext } from "../case-context.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";
import type { LoggedInClient } from "../logged-in-client.js";
import { oneToOneWith } from "../one-to-one.js";

const { SESSION_TYPE_SINGLE, SESSION_TYPE_GROUP } = SessionType;
const CONTENT_SIZE_MAX = 4096;
const BY_ID_MAX = 100;
const BATCH = 15;
const RATE_WINDOW_MS = 1100;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export const msgSessionCases: readonly ConformanceCase[] = [
  defineCase({
    id: "msg.by-id",
    requirements: ["MSG-18"],
    level: "must",
    title: "returns exactly those messages of a session that exist among the ids asked for, newest first",
    why: "clients fill the gaps of what they have",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const sent = [];
      for (let n = 0; n < 3; n++) sent.push(await sender.say(receiver.userId));
      const [first, , last] = sent;
      const ids = [first, last].map((each) => each?.ack.msg_id ?? 0);
      const session = { session_type: SESSION_TYPE_SINGLE, session_id: sender.userId };
      const answer = await receiver.request(CommandId.CID_MSG_GET_BY_MSG_ID_REQ, {
        user_id: receiver.userId,
        ...session,
        msg_id_list: [...ids, 0x7000_0000],
      });
      const { msg_list: found, attach_data: _, ...head } = answer;
      expectEqual("0x030e but for its messages", head, { user_id: receiver.userId, ...session });
      expectEqual(
        "ids",
        found.map(({ msg_id }) => msg_id),
        ids.toReversed(),
      );
      expectEqual("msg_data", found[0]?.msg_data, last?.content);
      expectEqual("from_session_id", found[0]?.from_session_id, sender.userId);
      expectEqual("msg_type", found[0]?.msg_type, MsgType.MSG_TYPE_SINGLE_TEXT);
      const [inHistory] = await receiver.history(sender.userId, { begin: ids[1] ?? 0, count: 1 });
      expectEqual("create_time, as in history:", found[0]?.create_time, inHistory?.create_time);
    },
  }),

  defineCase({
    id: "msg.by-id-at-most-100",
    requirements: ["MSG-18"],
    level: "must",
    title: "returns the newest 100 when more messages are asked for by id",
    why: "one request must not fetch a whole conversation",
    needs: { accounts: 2 },
    async run(context) {
      const [one, other] = await context.loginAll(context.account(0), context.account(1));
      const [onePhone, otherPhone] = [
        await context.login(context.account(0), { clientType: "ios" }),
        await context.login(context.account(1), { clientType: "ios" }),
      ];
      const ids: number[] = [];
      while (ids.length <= BY_ID_MAX) {
        // From each connection fewer than it may send in a second (MSG-08).
        if (ids.length > 0) await context.pause(RATE_WINDOW_MS);
        // One after the other: the original servers give them out in the order in which they were stored, which need not be
        // that of their ids for messages of several connections at the same time (MSG-09).
        for (const from of [one, onePhone, other, otherPhone]) {
          const to = from.userId === one.userId ? other.userId : one.userId;
          for (let n = 0; n < BATCH; n++) ids.push((await from.say(to)).ack.msg_id);
        }
      }
      ids.sort((a, b) => b - a);
      const found = await byId(other, one.userId, SESSION_TYPE_SINGLE, ids);
      expectEqual(
        "ids",
        found.map(({ msg_id }) => msg_id),
        ids.slice(0, BY_ID_MAX),
      );
    },
  }),

  defineCase({
    id: "msg.by-id-of-outsider",
    requirements: ["MSG-18"],
    level: "should",
    title: "gives a group's messages by id to its members only",
    why: "what is said in a group is the group's, however it is asked for",
    needs: { accounts: 2, groupMembers: 1 },
    async run(context) {
      const [member, outsider] = await context.loginAll(context.account(0), context.account(1));
      const { groupId } = context.group;
      const { ack, content } = await member.sayInGroup(groupId);
      const [own] = await byId(member, groupId, SESSION_TYPE_GROUP, [ack.msg_id]);
      expectEqual("msg_data for a member", own?.msg_data, content);
      const leaked = await byId(outsider, groupId, SESSION_TYPE_GROUP, [ack.msg_id]);
      expectEqual("messages for an outsider:", leaked.length, 0);
    },
  }),

  defineCase({
    id: "msg.audio",
    requirements: ["MSG-19"],
    level: "must",
    title: "returns an audio message from history as it was sent, and shows a placeholder text as latest message",
    why: "a list of sessions shows text, and the recording must still play",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const audio = Buffer.concat([Buffer.from("#!AMR\n\u0000\u00ff", "latin1"), context.uniqueText()]);
      const content = encodeAudio({ durationSeconds: 7, audio });
      const { ack } = await sender.say(receiver.userId, { msgType: MsgType.MSG_TYPE_SINGLE_AUDIO, content });
      await receiver.expectMessage(content);
      const [stored] = await receiver.history(sender.userId, { begin: ack.msg_id, count: 1 });
      expectEqual("msg_type", stored?.msg_type, MsgType.MSG_TYPE_SINGLE_AUDIO);
      expectEqual("msg_data", stored?.msg_data, content);
      const session = oneToOneWith(await receiver.sessions(), sender.userId);
      expectEqual("latest_msg_id", session?.latest_msg_id, ack.msg_id);
      const shown = session?.latest_msg_data.toString("latin1") ?? "";
      expectThat(BASE64.test(shown), "latest_msg_data that is an encrypted text", shown);
    },
  }),

  ...(["target", "peer"] as const).map((server) =>
    defineCase({
      id: server === "target" ? "msg.p2p-command" : "msg.p2p-command-across-servers",
      requirements: ["MSG-20"],
      level: "must",
      title: `passes a P2P command to all devices of the receiver${server === "target" ? " and the sender's other one" : " on another msg_server"} and to nobody else, and acknowledges nothing`,
      why: "`is typing` and window shakes travel so",
      needs: { accounts: 3, ...(server === "peer" ? { secondServer: true } : {}) },
      async run(context) {
        const stranger = await context.login(context.account(2), { server });
        const sender = await context.login(context.account(0));
        const senderPhone = await context.login(context.account(0), { clientType: "ios", server });
        const receiver = await context.login(context.account(1), { server });
        const receiverPhone = await context.login(context.account(1), { clientType: "android", server });
        const cmd_msg_data = `{"cmd_id":65537,"content":"${context.uniqueWord()} ✍"}`;
        const command = { from_user_id: sender.userId, to_user_id: receiver.userId, cmd_msg_data };
        const before = await sender.latestMsgId(receiver.userId);
        const seqNum = sender.peer.send(CommandId.CID_SWITCH_P2P_CMD, command);
        for (const { peer } of [senderPhone, receiver, receiverPhone]) {
          const { body } = await peer.expect(CommandId.CID_SWITCH_P2P_CMD, isOf(command));
          expectEqual("0x0601", body, command);
        }
        await sender.peer.expectNoAnswer(seqNum);
        await stranger.peer.expectNothing(CommandId.CID_SWITCH_P2P_CMD, isOf(command));
        expectEqual("latest_msg_id", await sender.latestMsgId(receiver.userId), before);
      },
    }),
  ),

  defineCase({
    id: "con.stranger-p2p-command",
    requirements: ["CON-06"],
    level: "should",
    title: "passes on no P2P command of a connection that has not logged in",
    why: "anybody could shake anybody's window, in anybody's name",
    needs: { accounts: 2 },
    async run(context) {
      const [receiver, sender] = await context.loginAll(context.account(0), context.account(1));
      const stranger = await context.dial();
      const users = { from_user_id: sender.userId, to_user_id: receiver.userId };
      const forged = context.uniqueWord();
      stranger.send(CommandId.CID_SWITCH_P2P_CMD, { ...users, cmd_msg_data: forged });
      await stranger.expectHeartbeat();
      await receiver.peer.expectNothing(CommandId.CID_SWITCH_P2P_CMD, ({ cmd_msg_data }) => cmd_msg_data === forged, {
        probe: () => expectCommand(context, sender, receiver),
      });
    },
  }),

  defineCase({
    id: "con.p2p-user-id-in-body",
    requirements: ["CON-07"],
    level: "should",
    title: "names in a P2P command the user who logged in, whatever from_user_id says",
    why: "a client shows who is typing",
    needs: { accounts: 3 },
    async run(context) {
      const [sender, receiver, victim] = await context.loginAll(
        context.account(0),
        context.account(1),
        context.account(2),
      );
      const cmd_msg_data = context.uniqueWord();
      const forged = { from_user_id: victim.userId, to_user_id: receiver.userId, cmd_msg_data };
      sender.peer.send(CommandId.CID_SWITCH_P2P_CMD, forged);
      const { body } = await receiver.peer.expect(CommandId.CID_SWITCH_P2P_CMD, isOf(forged));
      expectEqual("cmd_msg_data", body.cmd_msg_data, cmd_msg_data);
      expectEqual("from_user_id", body.from_user_id, sender.userId);
    },
  }),

  defineCase({
    id: "msg.remove-session",
    requirements: ["MSG-22"],
    level: "must",
    title:
      "removes a recent session, clears its unread count, tells the other device, and brings it back with a message",
    why: "people tidy their list, on one device for all",
    needs: { accounts: 2 },
    async run(context) {
      const user = await context.login(context.account(0));
      const phone = await context.login(context.account(0), { clientType: "ios" });
      const friend = await context.login(context.account(1));
      const session = { session_type: SESSION_TYPE_SINGLE, session_id: friend.userId };
      const hasSession = async () => oneToOneWith(await user.sessions(), friend.userId) !== undefined;
      const unread = () => user.unreadIn(friend.userId);
      await friend.say(user.userId);
      await context.eventually("an unread message", unread, (count) => count > 0);
      await context.eventually("a session with the friend", hasSession, (has) => has);
      const answer = await remove(user, friend.userId);
      expectEqual("0x0207", answer, { user_id: user.userId, result_code: 0, ...session });
      expectEqual("whether the session is still there", await hasSession(), false);
      await context.eventually("nothing unread", unread, (count) => count === 0);
      const { body, seqNum } = await phone.peer.expect(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY);
      expectEqual("0x020f", body, { user_id: user.userId, ...session });
      expectEqual("seq_num of 0x020f", seqNum, 0);
      for (const { peer } of [user, friend]) {
        await peer.expectNothing(
          CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY,
          ({ user_id }) => user_id === user.userId,
          { what: `of user ${user.userId}` },
        );
      }
      await friend.say(user.userId);
      await context.eventually("the session again", hasSession, (has) => has);
    },
  }),

  defineCase({
    id: "msg.remove-session-that-is-not",
    requirements: ["MSG-22"],
    level: "must",
    title: "answers with result 1 when there is no session to remove",
    why: "the client learns that its list is out of date",
    needs: { accounts: 1 },
    async run(context) {
      const user = await context.login(context.account(0));
      expectEqual("result_code", (await remove(user, context.unknownId())).result_code, 1);
    },
  }),

  defineCase({
    id: "msg.too-long",
    requirements: ["MSG-23"],
    level: "should",
    title: "refuses a message of more than 4096 bytes rather than cut it",
    why: "half a message may say the contrary of the whole",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const content = Buffer.from(context.uniqueWord().padEnd(CONTENT_SIZE_MAX + 1, "x"));
      const longest = await sender.say(receiver.userId, { content: content.subarray(0, CONTENT_SIZE_MAX) });
      expectThat(longest.ack.msg_id > 0, "an ack of 4096 bytes", longest.ack);
      const seqNum = sender.peer.send(CommandId.CID_MSG_DATA, sender.messageTo(receiver.userId, { content }));
      await sender.peer.expectNoAnswer(seqNum, async () => {
        for (let n = 0; n < 2; n++) await sender.say(receiver.userId);
      });
    },
  }),
];

async function byId(who: LoggedInClient, session_id: number, session_type: SessionType, msg_id_list: number[]) {
  const body = { user_id: who.userId, session_type, session_id, msg_id_list };
  const { msg_list } = await who.request(CommandId.CID_MSG_GET_BY_MSG_ID_REQ, body);
  return msg_list satisfies MsgInfo[];
}

function remove(who: LoggedInClient, session_id: number) {
  const body = { user_id: who.userId, session_type: SESSION_TYPE_SINGLE, session_id };
  return who.request(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ, body);
}

/** Whether a P2P command is the one that was sent, whatever became of it on its way: others may send some, too. */
function isOf(sent: IMP2PCmdMsg): (body: IMP2PCmdMsg) => boolean {
  return ({ from_user_id, to_user_id, cmd_msg_data }) =>
    cmd_msg_data === sent.cmd_msg_data || (from_user_id === sent.from_user_id && to_user_id === sent.to_user_id);
}

/** A P2P command that must arrive. */
async function expectCommand(context: CaseContext, sender: LoggedInClient, receiver: LoggedInClient): Promise<void> {
  const text = context.uniqueWord();
  const command = { from_user_id: sender.userId, to_user_id: receiver.userId, cmd_msg_data: text };
  sender.peer.send(CommandId.CID_SWITCH_P2P_CMD, command);
  await receiver.peer.expect(CommandId.CID_SWITCH_P2P_CMD, ({ cmd_msg_data }) => cmd_msg_data === text);
}
