import { CommandId } from "../../../codec/generated/commands.js";
import { GroupModifyType, GroupType, SessionType } from "../../../codec/generated/enums.js";
import type { CaseContext } from "../case-context.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";
import type { LoggedInClient } from "../logged-in-client.js";

const { SESSION_TYPE_SINGLE, SESSION_TYPE_GROUP } = SessionType;
const CONTENT_SIZE_MAX = 4096;
/** Times of messages and of joining are whole seconds: after so long they differ, whatever the server's clock says. */
const JOIN_TIME_RESOLUTION_MS = 1100;
const DAY_S = 24 * 3600;

export const msgHistoryCases: readonly ConformanceCase[] = [
  defineCase({
    id: "msg.stored-before-ack",
    requirements: ["MSG-10"],
    level: "must",
    title: "returns an acknowledged message from history at once",
    why: "the ack is a promise: the client forgets the message",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      for (let n = 0; n < 5; n++) {
        const { ack, content } = await sender.say(receiver.userId);
        const [newest] = await receiver.history(sender.userId, { begin: ack.msg_id, count: 1 });
        expectEqual("newest message", newest, {
          msg_id: ack.msg_id,
          from_session_id: sender.userId,
          create_time: newest?.create_time,
          msg_type: 1,
          msg_data: content,
        });
        const delivered = (await receiver.expectMessage(content)).body.create_time;
        const stored = newest?.create_time ?? 0;
        // The clocks of a msg_server and its database may differ, but not so that it is another day.
        expectThat(Math.abs(stored - delivered) < DAY_S, `a create_time near the ${delivered} delivered`, stored);
      }
    },
  }),

  defineCase({
    id: "msg.history-pages",
    requirements: ["MSG-15"],
    level: "must",
    title: "pages through history, newest first, from any message id",
    why: "clients scroll back page by page",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const ids: number[] = [];
      for (let n = 0; n < 6; n++)
        ids.push((await (n % 2 === 0 ? sender.say(receiver.userId) : receiver.say(sender.userId))).ack.msg_id);
      const newestFirst = [...ids].reverse();
      const idsOf = async (begin: number, count: number) => {
        const asked = {
          user_id: receiver.userId,
          session_type: SESSION_TYPE_SINGLE,
          session_id: sender.userId,
          msg_id_begin: begin,
        };
        const answer = await receiver.request(CommandId.CID_MSG_LIST_REQUEST, { ...asked, msg_cnt: count });
        const { msg_list, attach_data: _, ...head } = answer;
        expectEqual("0x030a but for its messages", head, asked);
        return msg_list.map(({ msg_id }) => msg_id);
      };
      expectEqual("the newest three, from 0:", await idsOf(0, 3), newestFirst.slice(0, 3));
      expectEqual("from the newest id:", await idsOf(ids[5] ?? 0, 3), newestFirst.slice(0, 3));
      expectEqual("the next three:", await idsOf(ids[2] ?? 0, 3), newestFirst.slice(3));
      expectEqual("one:", await idsOf(ids[1] ?? 0, 1), [ids[1]]);
      expectEqual("from beyond the newest:", await idsOf((ids[5] ?? 0) + 1000, 2), newestFirst.slice(0, 2));
      expectEqual("none asked for:", await idsOf(0, 0), []);
    },
  }),

  defineCase({
    id: "msg.history-names-senders",
    requirements: ["MSG-15"],
    level: "must",
    title: "names each message's sender in history, to both sides alike",
    why: "it decides on which side of the screen a message stands",
    needs: { accounts: 2 },
    async run(context) {
      const [one, other] = await context.loginAll(context.account(0), context.account(1));
      await one.say(other.userId);
      await other.say(one.userId);
      for (const [reader, peer] of [
        [one, other],
        [other, one],
      ] as const) {
        const senders = (await reader.history(peer.userId, { count: 2 })).map(({ from_session_id }) => from_session_id);
        expectEqual("senders, newest first:", senders, [other.userId, one.userId]);
      }
    },
  }),

  defineCase({
    id: "msg.history-keeps-sessions-apart",
    requirements: ["MSG-15"],
    level: "must",
    title: "returns no message of another session",
    why: "a message shown in the wrong conversation is a breach of confidence",
    needs: { accounts: 3 },
    async run(context) {
      const [user, friend, stranger] = await context.loginAll(
        context.account(0),
        context.account(1),
        context.account(2),
      );
      const secret = await user.say(friend.userId);
      const other = await user.say(stranger.userId);
      const history = await stranger.history(user.userId, { count: 100 });
      expectThat(
        history.some(({ msg_data }) => msg_data.equals(other.content)),
        "the own conversation's message",
        history.length,
      );
      const leaked = history.filter(({ msg_data }) => msg_data.equals(secret.content));
      expectEqual("messages of the other conversation:", leaked.length, 0);
    },
  }),

  defineCase({
    id: "msg.history-of-strangers",
    requirements: ["MSG-15"],
    level: "must",
    title: "answers with an empty history for users who never wrote to each other",
    why: "a client opens the conversation before anything is said",
    needs: { accounts: 2 },
    async run(context) {
      const [user, other] = await context.loginAll(context.account(0), context.account(1));
      await user.say(other.userId);
      expectThat((await user.history(other.userId)).length > 0, "a history with the other user", "an empty one");
      expectEqual("history with nobody:", (await user.history(context.unknownId())).length, 0);
    },
  }),

  ...[
    {
      id: "latin",
      text: (word: string) => `${word} \\'"%_;-- \t\r\n`.padEnd(CONTENT_SIZE_MAX, "x"),
      words: "4,096 letters, quotes and backslashes among them,",
    },
    {
      id: "chinese",
      text: (word: string) => word + "汉字テスト".repeat(200),
      words: "1,000 Chinese and Japanese characters",
    },
    { id: "emoji", text: (word: string) => word + "🦊👩‍👩‍👧‍👦".repeat(50), words: "emoji of several code points" },
  ].map(({ id, text, words }) =>
    defineCase({
      id: `msg.history-text.${id}`,
      requirements: ["MSG-05"],
      level: "must",
      title: `returns ${words} from history byte for byte`,
      why: "what was read once must read the same for ever",
      needs: { accounts: 2 },
      async run(context) {
        const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
        const content = Buffer.from(text(context.uniqueWord()), "utf8");
        expectThat(content.length <= CONTENT_SIZE_MAX, `at most ${CONTENT_SIZE_MAX} bytes`, content.length);
        const { ack } = await sender.say(receiver.userId, { content });
        await receiver.expectMessage(content);
        const [stored] = await receiver.history(sender.userId, { begin: ack.msg_id, count: 1 });
        expectEqual("msg_data", stored?.msg_data, content);
      },
    }),
  ),

  defineCase({
    id: "msg.history-any-bytes",
    requirements: ["MSG-05"],
    level: "should",
    title: "returns any bytes from history as they were sent, NUL and what is no UTF-8 included",
    why: "other clients encrypt to raw bytes",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const content = Buffer.concat([Buffer.from(context.uniqueWord()), Buffer.from("ff00fec3280041", "hex")]);
      const { ack } = await sender.say(receiver.userId, { content });
      // A database that refuses such bytes has spent an id on them: with one more message last id and history agree again.
      await sender.say(receiver.userId);
      const [stored] = await receiver.history(sender.userId, { begin: ack.msg_id, count: 1 });
      expectEqual("msg_data", stored?.msg_data, content);
    },
  }),

  defineCase({
    id: "msg.offline",
    requirements: ["MSG-11", "MSG-10"],
    level: "must",
    title: "acknowledges and stores a message to an offline user and raises his unread count",
    why: "people write to those who are away",
    needs: { accounts: 2 },
    async run(context) {
      const sender = await context.login(context.account(0));
      const away = await context.login(context.account(1));
      const before = await away.unreadIn(sender.userId);
      await away.close();
      await context.eventually(
        "the receiver OFFLINE",
        () => sender.statusOf(away.userId),
        ([status]) => status === 2,
      );
      const { ack, content } = await sender.say(away.userId);
      const back = await context.login(context.account(1));
      await context.eventually(
        "one more unread message",
        () => back.unreadIn(sender.userId),
        (count) => count === before + 1,
      );
      const [stored] = await back.history(sender.userId, { begin: ack.msg_id, count: 1 });
      expectEqual("msg_data", stored?.msg_data, content);
    },
  }),

  defineCase({
    id: "msg.unknown-receiver",
    requirements: ["MSG-12"],
    level: "should",
    title: "acknowledges no message to a user who does not exist",
    why: "the sender should learn that nobody will ever read it",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const nobody = context.unknownId();
      const seqNum = sender.peer.send(CommandId.CID_MSG_DATA, sender.messageTo(nobody));
      await sender.peer.expectNoAnswer(seqNum, async () => {
        for (let n = 0; n < 2; n++) await sender.say(receiver.userId);
        await sender.peer.expectHeartbeat();
      });
      expectEqual("latest_msg_id with nobody", await sender.latestMsgId(nobody), 0);
    },
  }),

  defineCase({
    id: "msg.read-clears-unread",
    requirements: ["MSG-14"],
    level: "must",
    title: "clears the unread count of a session that has been read, and of no other",
    why: "the badge on the icon must go away, and only where it should",
    needs: { accounts: 3 },
    async run(context) {
      const [reader, first, second] = await context.loginAll(
        context.account(0),
        context.account(1),
        context.account(2),
      );
      const { ack } = await first.say(reader.userId);
      await second.say(reader.userId);
      for (const { userId } of [first, second]) {
        await context.eventually(
          `an unread message of user ${userId}`,
          () => reader.unreadIn(userId),
          (count) => count > 0,
        );
      }
      reader.readUpTo(ack.msg_id, first.userId);
      await context.eventually(
        "no unread message in the session read",
        () => reader.unreadIn(first.userId),
        (count) => count === 0,
      );
      expectThat((await reader.unreadIn(second.userId)) > 0, "the other session still unread", "nothing unread");
    },
  }),

  defineCase({
    id: "msg.read-notify",
    requirements: ["MSG-14"],
    level: "must",
    title: "tells the user's other device what was read, and not the one that read it",
    why: "what was read on the phone need not be read again on the PC",
    needs: { accounts: 2 },
    async run(context) {
      const pc = await context.login(context.account(0));
      const phone = await context.login(context.account(0), { clientType: "ios" });
      const friend = await context.login(context.account(1));
      const { ack, content } = await friend.say(pc.userId);
      await pc.expectMessage(content);
      await phone.expectMessage(content);
      phone.readUpTo(ack.msg_id, friend.userId);
      const { body, seqNum } = await pc.peer.expect(CommandId.CID_MSG_READ_NOTIFY);
      expectEqual("0x0304", body, {
        user_id: pc.userId,
        session_id: friend.userId,
        msg_id: ack.msg_id,
        session_type: SESSION_TYPE_SINGLE,
      });
      expectEqual("seq_num", seqNum, 0);
      await phone.peer.expectNothing(CommandId.CID_MSG_READ_NOTIFY);
      await friend.peer.expectNothing(CommandId.CID_MSG_READ_NOTIFY, ({ user_id }) => user_id === pc.userId);
    },
  }),

  defineCase({
    id: "msg.read-notify-across-servers",
    requirements: ["MSG-14"],
    level: "must",
    title: "tells the user's device on another msg_server what was read",
    why: "the two devices rarely end up on the same server",
    needs: { accounts: 2, secondServer: true },
    async run(context) {
      const pc = await context.login(context.account(0));
      const phone = await context.login(context.account(0), { clientType: "android", server: "peer" });
      const friend = await context.login(context.account(1));
      const { ack, content } = await friend.say(pc.userId);
      await phone.expectMessage(content);
      phone.readUpTo(ack.msg_id, friend.userId);
      const { body } = await pc.peer.expect(CommandId.CID_MSG_READ_NOTIFY);
      expectEqual("0x0304", body, {
        user_id: pc.userId,
        session_id: friend.userId,
        msg_id: ack.msg_id,
        session_type: SESSION_TYPE_SINGLE,
      });
    },
  }),

  defineCase({
    id: "msg.group-history-of-outsider",
    requirements: ["MSG-16"],
    level: "must",
    title: "gives a group's history to its members only",
    why: "what is said in a group is the group's",
    needs: { accounts: 2, groupMembers: 1 },
    async run(context) {
      const [member, outsider] = await context.loginAll(context.account(0), context.account(1));
      const { groupId } = context.group;
      const { ack, content } = await member.sayInGroup(groupId);
      const [newest] = await member.history(groupId, { begin: ack.msg_id, count: 1, type: SESSION_TYPE_GROUP });
      expectEqual("msg_data for a member", newest?.msg_data, content);
      const leaked = await outsider.history(groupId, { begin: ack.msg_id, type: SESSION_TYPE_GROUP });
      expectEqual("messages for an outsider:", leaked.length, 0);
    },
  }),

  defineCase({
    id: "msg.group-history-since-joining",
    requirements: ["MSG-16"],
    level: "must",
    title: "gives a group's history to a new member from his joining on",
    why: "who speaks in a room knows who hears it",
    needs: { accounts: 2 },
    async run(context) {
      const [creator, joiner] = await context.loginAll(context.account(0), context.account(1));
      const groupId = await newGroup(context, creator);
      const before = await creator.sayInGroup(groupId);
      await context.pause(JOIN_TIME_RESOLUTION_MS);
      const { result_code } = await creator.request(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, {
        user_id: creator.userId,
        change_type: GroupModifyType.GROUP_MODIFY_TYPE_ADD,
        group_id: groupId,
        member_id_list: [joiner.userId],
      });
      expectEqual("result_code", result_code, 0);
      const after = await creator.sayInGroup(groupId);
      for (const [who, expected] of [
        [creator, [after.ack.msg_id, before.ack.msg_id]],
        [joiner, [after.ack.msg_id]],
      ] as const) {
        const history = await who.history(groupId, { type: SESSION_TYPE_GROUP });
        expectEqual(
          `messages for user ${who.userId}:`,
          history.map(({ msg_id }) => msg_id),
          expected,
        );
      }
    },
  }),
];

/** A temporary group of its creator alone. */
async function newGroup(context: CaseContext, creator: LoggedInClient): Promise<number> {
  const { group_id = 0 } = await creator.request(CommandId.CID_GROUP_CREATE_REQUEST, {
    user_id: creator.userId,
    group_type: GroupType.GROUP_TYPE_TMP,
    group_name: `group ${context.uniqueWord()}`,
    group_avatar: "",
    member_id_list: [creator.userId],
  });
  expectThat(group_id > 0, "a temporary group", group_id);
  return group_id;
}
