import { CommandId } from "../../../codec/generated/commands.js";
import { MsgType, SessionType, UserStatType } from "../../../codec/generated/enums.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";
import { oneToOneWith } from "../one-to-one.js";

const { USER_STATUS_ONLINE, USER_STATUS_OFFLINE } = UserStatType;
const { SESSION_TYPE_SINGLE, SESSION_TYPE_GROUP } = SessionType;
const SESSIONS_MAX = 100;
/** Times are whole seconds: after so long they differ, whatever the server's clock says. */
const TIME_RESOLUTION_MS = 1100;

export const pulStateCases: readonly ConformanceCase[] = [
  defineCase({
    id: "pul.sessions",
    requirements: ["PUL-06", "MSG-21"],
    level: "must",
    title: "shows a conversation to both users, with its last message",
    why: "it is the first screen of every client",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      await sender.say(receiver.userId);
      const { ack, content } = await sender.say(receiver.userId);
      for (const [user, other] of [
        [sender, receiver],
        [receiver, sender],
      ] as const) {
        const session = await context.eventually(
          `message ${ack.msg_id} as the last one of the session with user ${other.userId}`,
          async () =>
            (await user.sessions()).find(
              ({ session_id, session_type }) => session_id === other.userId && session_type === SESSION_TYPE_SINGLE,
            ),
          (found) => found?.latest_msg_id === ack.msg_id,
        );
        expectEqual("latest_msg_data", session?.latest_msg_data, content);
        expectEqual("latest_msg_type", session?.latest_msg_type, 1);
        expectEqual("session_status", session?.session_status, 0);
      }
    },
  }),

  defineCase({
    id: "pul.sessions-order",
    requirements: ["PUL-06"],
    level: "must",
    title: "lists sessions newest first, each once, at most 100",
    why: "clients show them in the order given",
    needs: { accounts: 3 },
    async run(context) {
      const [user, first, second] = await context.loginAll(context.account(0), context.account(1), context.account(2));
      await user.say(first.userId);
      await context.pause(TIME_RESOLUTION_MS);
      await user.say(second.userId);
      const sessions = await user.sessions();
      expectThat(sessions.length >= 2, "at least the two sessions just written in", sessions.length);
      expectThat(sessions.length <= SESSIONS_MAX, `at most ${SESSIONS_MAX} sessions`, sessions.length);
      const times = sessions.map(({ updated_time }) => updated_time);
      expectEqual(
        "times of change, newest first:",
        times,
        [...times].sort((a, b) => b - a),
      );
      const keys = sessions.map(({ session_id, session_type }) => `${session_type}/${session_id}`);
      expectEqual("sessions listed once:", new Set(keys).size, keys.length);
    },
  }),

  defineCase({
    id: "pul.sessions-since",
    requirements: ["PUL-06"],
    level: "must",
    title: "lists only sessions changed after the time asked with",
    why: "clients pull what is new, many times a day",
    needs: { accounts: 2 },
    async run(context) {
      const [user, other] = await context.loginAll(context.account(0), context.account(1));
      await user.say(other.userId);
      const all = await user.sessions();
      const own = oneToOneWith(all, other.userId);
      expectThat(own !== undefined, "the session just written in", all.length);
      const since = own.updated_time;
      const early = (await user.sessions(since)).filter(({ updated_time }) => updated_time <= since);
      expectEqual(`sessions not changed after ${since}:`, early.length, 0);
      const later = await user.sessions(since - 1);
      expectThat(
        oneToOneWith(later, other.userId) !== undefined,
        `the session changed at ${since}, asked from a second before`,
        later.map(({ session_id }) => session_id),
      );
    },
  }),

  defineCase({
    id: "pul.sessions-last-sender",
    requirements: ["PUL-06"],
    level: "should",
    title: "names in a session who sent its last message, also to that user himself",
    why: "a client shows `You: …` or the other's name by it",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const { ack } = await sender.say(receiver.userId);
      const session = oneToOneWith(await sender.sessions(), receiver.userId);
      expectEqual("latest_msg_id", session?.latest_msg_id, ack.msg_id);
      expectEqual("latest_msg_from_user_id", session?.latest_msg_from_user_id, sender.userId);
    },
  }),

  defineCase({
    id: "pul.status-order",
    requirements: ["PUL-07"],
    level: "must",
    title: "gives one status for each id asked, in the order asked, unknown ids as OFFLINE",
    why: "some clients pair the answers with their list by position",
    needs: { accounts: 2 },
    async run(context) {
      const [user, other] = await context.loginAll(context.account(0), context.account(1));
      await other.untilSeenOnline();
      await user.untilSeenOnline();
      const unknown = context.unknownId();
      for (const user_id_list of [
        [other.userId, unknown, user.userId],
        [user.userId, other.userId, unknown],
      ]) {
        const answer = await user.request(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, {
          user_id: user.userId,
          user_id_list,
        });
        expectEqual(
          "statuses",
          answer.user_stat_list.map(({ user_id, status }) => ({ user_id, status })),
          user_id_list.map((user_id) => ({
            user_id,
            status: user_id === unknown ? USER_STATUS_OFFLINE : USER_STATUS_ONLINE,
          })),
        );
      }
    },
  }),

  defineCase({
    id: "pul.status-of-nobody",
    requirements: ["PUL-07"],
    level: "must",
    title: "answers a request for nobody's status with an empty list",
    why: "the client waits for the answer, whatever it asked",
    needs: { accounts: 1 },
    async run(context) {
      const user = await context.login(context.account(0));
      expectEqual("statuses", await user.statusOf(), []);
    },
  }),

  defineCase({
    id: "pul.status-mobile-only",
    requirements: ["PUL-07"],
    level: "must",
    title: "shows a user with only a phone as OFFLINE",
    why: "the status tells whether somebody sits at a PC",
    needs: { accounts: 2 },
    async run(context) {
      const phone = await context.login(context.account(0), { clientType: "android" });
      // Seen online after the phone, by the same way: by then the server has counted the phone.
      const observer = await context.login(context.account(1));
      await observer.untilSeenOnline();
      // An earlier PC of that user may be seen to leave only now.
      await context.eventually(
        "OFFLINE with only a phone",
        () => observer.statusOf(phone.userId),
        ([status]) => status === USER_STATUS_OFFLINE,
      );
      await context.login(context.account(0), { clientType: "windows" });
      await context.eventually(
        "ONLINE once a PC has joined the phone",
        () => observer.statusOf(phone.userId),
        ([status]) => status === USER_STATUS_ONLINE,
      );
    },
  }),

  defineCase({
    id: "pul.status-across-servers",
    requirements: ["PUL-07"],
    level: "must",
    title: "shows a user whose PC is on another msg_server as ONLINE",
    why: "presence is of the cluster, not of one server",
    needs: { accounts: 2, secondServer: true },
    async run(context) {
      const observer = await context.login(context.account(0));
      const remote = await context.login(context.account(1), { server: "peer" });
      await context.eventually(
        "ONLINE in 0x020b",
        () => observer.statusOf(remote.userId),
        ([status]) => status === USER_STATUS_ONLINE,
      );
    },
  }),

  defineCase({
    id: "pul.unread",
    requirements: ["PUL-08"],
    level: "must",
    title: "lists each session with unread messages, with its last message; the total is their sum",
    why: "it is the badge on the icon",
    needs: { accounts: 3 },
    async run(context) {
      const [user, first, second] = await context.loginAll(context.account(0), context.account(1), context.account(2));
      const before = await user.unreadIn(first.userId);
      await first.say(user.userId);
      const last = await first.say(user.userId);
      await second.say(user.userId);
      const { total, list } = await context.eventually(
        "two more unread messages of one sender",
        () => user.unread(),
        ({ list }) => oneToOneWith(list, first.userId)?.unread_cnt === before + 2,
      );
      expectEqual(
        "total_cnt",
        total,
        list.reduce((sum, { unread_cnt }) => sum + unread_cnt, 0),
      );
      expectEqual("sessions without unread messages:", list.filter(({ unread_cnt }) => unread_cnt === 0).length, 0);
      const entry = oneToOneWith(list, first.userId);
      expectEqual("latest_msg_id", entry?.latest_msg_id, last.ack.msg_id);
      expectEqual("latest_msg_data", entry?.latest_msg_data, last.content);
      expectEqual("latest_msg_type", entry?.latest_msg_type, MsgType.MSG_TYPE_SINGLE_TEXT);
      expectEqual("latest_msg_from_user_id", entry?.latest_msg_from_user_id, first.userId);
      expectThat(
        oneToOneWith(list, second.userId) !== undefined,
        "the second sender's session",
        list.map(({ session_id }) => session_id),
      );
    },
  }),

  defineCase({
    id: "pul.unread-groups",
    requirements: ["PUL-08", "GRP-08"],
    level: "must",
    title: "lists groups with unread messages among the sessions",
    why: "most messages are in groups",
    needs: { accounts: 2, groupMembers: 2 },
    async run(context) {
      const [user, sender] = await context.loginAll(context.account(0), context.account(1));
      const { groupId } = context.group;
      const { ack, content } = await sender.sayInGroup(groupId);
      const isGroup = ({ session_id, session_type }: { session_id: number; session_type: SessionType }) =>
        session_id === groupId && session_type === SESSION_TYPE_GROUP;
      const { total, list } = await context.eventually(
        `group ${groupId} with last message ${ack.msg_id}`,
        () => user.unread(),
        ({ list }) => list.find(isGroup)?.latest_msg_id === ack.msg_id,
      );
      const entry = list.find(isGroup);
      expectEqual("latest_msg_data", entry?.latest_msg_data, content);
      expectEqual("latest_msg_type", entry?.latest_msg_type, MsgType.MSG_TYPE_GROUP_TEXT);
      expectEqual("latest_msg_from_user_id", entry?.latest_msg_from_user_id, sender.userId);
      expectEqual(
        "total_cnt",
        total,
        list.reduce((sum, { unread_cnt }) => sum + unread_cnt, 0),
      );
    },
  }),
];
