import { type ClientTypeName, clientTypes, isMobile } from "../../../client/client-type.js";
import { encodeBody } from "../../../codec/body-codec.js";
import { CommandId } from "../../../codec/generated/commands.js";
import { SessionType, UserStatType } from "../../../codec/generated/enums.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";
import { oneToOneWith } from "../one-to-one.js";
import { requestSamples } from "./request-samples.js";

/** A server's own clock starts a moment later than ours and need not tick finely. */
const EARLY_SHARE = 0.9;
/** CON-02: checked each second, so within 2 s after the limit; and a second for a busy machine. */
const LOGIN_CHECK_MS = 3000;
const CLOCK_TOLERANCE_S = 2;
const DAY_S = 24 * 3600;
const HISTORY_COUNT = 10;

export const conLifeCases: readonly ConformanceCase[] = [
  defineCase({
    id: "con.heartbeat-before-login",
    requirements: ["CON-01"],
    level: "must",
    title: "answers a stranger's heartbeat with a heartbeat of the same seq_num",
    why: "clients tell a slow network from a dead one by it",
    async run(context) {
      const peer = await context.dial();
      for (const seqNum of [1, 0xffff]) {
        peer.send(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum });
        const { bytes } = await peer.expectAnswer(CommandId.CID_OTHER_HEARTBEAT, seqNum);
        expectEqual("bytes of the echo", bytes.length, 16);
      }
    },
  }),

  defineCase({
    id: "con.heartbeat-after-login",
    requirements: ["CON-01"],
    level: "must",
    title: "answers a user's heartbeat with a heartbeat of the same seq_num",
    why: "without the echo clients drop the connection and dial again",
    needs: { accounts: 1 },
    async run(context) {
      const { peer } = await context.login(context.account(0));
      for (const seqNum of [1, 0xffff]) {
        peer.send(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum });
        await peer.expectAnswer(CommandId.CID_OTHER_HEARTBEAT, seqNum);
      }
    },
  }),

  ...[
    { id: "con.login-timeout", beats: false, words: "that says nothing" },
    { id: "con.login-timeout-despite-heartbeats", beats: true, words: "that only sends heartbeats" },
  ].map(({ id, beats, words }) =>
    defineCase({
      id,
      requirements: ["CON-02"],
      level: "must",
      title: `closes a connection ${words} and has not logged in after 15 s`,
      why: "strangers would otherwise fill the server's connection table",
      waitsForTimeout: true,
      async run(context) {
        const { loginTimeoutMs } = context.timing;
        const startedMs = performance.now();
        const peer = await context.dial();
        await peer.expectHeartbeat();
        if (beats) {
          await context.pause(loginTimeoutMs / 2);
          await peer.expectHeartbeat();
        }
        await peer.expectClosed({ withinMs: startedMs + loginTimeoutMs + LOGIN_CHECK_MS - performance.now() });
        const afterMs = performance.now() - startedMs;
        expectThat(
          afterMs >= loginTimeoutMs * EARLY_SHARE,
          `a close ${loginTimeoutMs} ms after connecting, not before`,
          `a close after ${Math.round(afterMs)} ms`,
        );
      },
    }),
  ),

  ...(["windows", "ios"] as const).map((clientType) =>
    defineCase({
      id: isMobile(clientTypes[clientType]) ? "con.idle-mobile" : "con.idle-pc",
      requirements: ["CON-03"],
      level: "must",
      title: `closes a ${clientType} connection silent for ${isMobile(clientTypes[clientType]) ? 300 : 120} s, and not one that asked something meanwhile`,
      why: "dead devices keep their users online and take messages that nobody sees",
      needs: { accounts: 2 },
      waitsForTimeout: true,
      run: (context) => idleTimeout(context, clientType),
    }),
  ),

  defineCase({
    id: "con.close-is-logout",
    requirements: ["CON-04", "PRE-01"],
    level: "must",
    title: "takes the end of a PC connection for a logout: others see the user go offline",
    why: "clients rarely log out; they are closed, or lose the network",
    needs: { accounts: 2 },
    async run(context) {
      const [observer, user] = await context.loginAll(context.account(0), context.account(1));
      await observer.expectPresence(user.userId, UserStatType.USER_STATUS_ONLINE);
      await user.close();
      await observer.expectPresence(user.userId, UserStatType.USER_STATUS_OFFLINE);
      await context.eventually(
        "OFFLINE in 0x020b",
        () => observer.statusOf(user.userId),
        ([status]) => status === UserStatType.USER_STATUS_OFFLINE,
      );
    },
  }),

  defineCase({
    id: "con.half-closed",
    requirements: ["CON-08"],
    level: "should",
    title: "closes the connection of a user who half-closed it (FIN), after his pending answers or without them",
    why: "a connection that neither side ends keeps its user online for ever",
    needs: { accounts: 1 },
    async run(context) {
      const { peer, userId: user_id } = await context.login(context.account(0));
      await peer.expectHeartbeat();
      for (let n = 0; n < 3; n++) peer.send(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id });
      peer.endSending();
      await peer.expectClosed();
    },
  }),

  defineCase({
    id: "con.time",
    requirements: ["CON-05"],
    level: "must",
    title: "answers a time request with its unix time",
    why: "clients order messages by the server's time, not by their own clock",
    needs: { accounts: 1 },
    async run(context) {
      const peer = await context.dial();
      const login = await peer.request(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(context.account(0)));
      const { server_time } = await peer.request(CommandId.CID_MSG_TIME_REQUEST, {});
      expectThat(
        Math.abs(server_time - login.server_time) <= CLOCK_TOLERANCE_S,
        `a time within ${CLOCK_TOLERANCE_S} s of the login's ${login.server_time}`,
        server_time,
      );
      const ours = Math.floor(context.nowSeconds());
      // The two machines' clocks may differ, but not so that it is no unix time in seconds.
      expectThat(Math.abs(server_time - ours) < DAY_S, `unix seconds, near ${ours}`, server_time);
    },
  }),

  defineCase({
    id: "con.stranger-is-ignored",
    requirements: ["CON-06"],
    level: "should",
    title: "ignores requests of a connection that has not logged in",
    why: "users, groups and messages are nobody's business who has not said who he is",
    needs: { accounts: 1 },
    async run(context) {
      const user = await context.login(context.account(0));
      const stranger = await context.dial();
      const samples = requestSamples(user.userId, user.userId, context.uniqueText());
      const seqNums = samples.map(({ commandId, body }) => stranger.sendFramed(commandId, encodeBody(commandId, body)));
      // The same requests of a user go the same way; their answers show that the stranger's would be here by now.
      for (const { commandId, body } of samples) {
        if (commandId === CommandId.CID_MSG_DATA) continue;
        await user.peer.expectAnswer(commandId, user.peer.sendFramed(commandId, encodeBody(commandId, body)));
      }
      for (const seqNum of seqNums) await stranger.expectNoAnswer(seqNum);
    },
  }),

  defineCase({
    id: "con.stranger-cannot-write",
    requirements: ["CON-06"],
    level: "should",
    title: "delivers no message of a connection that has not logged in",
    why: "anybody could write in anybody's name",
    needs: { accounts: 2 },
    async run(context) {
      const [receiver, sender] = await context.loginAll(context.account(0), context.account(1));
      const stranger = await context.dial();
      const forged = sender.messageTo(receiver.userId);
      const seqNum = stranger.send(CommandId.CID_MSG_DATA, forged);
      await receiver.expectNoMessage(forged.msg_data, async () => {
        const { content } = await sender.say(receiver.userId);
        await receiver.expectMessage(content);
      });
      await stranger.expectNoAnswer(seqNum);
    },
  }),

  defineCase({
    id: "con.user-id-in-body",
    requirements: ["CON-07"],
    level: "must",
    title: "answers and acts for the user who logged in, whatever user_id a request's body names",
    why: "anybody could read anybody's messages, mark them as read, and sign for him",
    needs: { accounts: 3 },
    async run(context) {
      const [user, victim, friend] = await context.loginAll(context.account(0), context.account(1), context.account(2));
      const { ack, content } = await friend.say(victim.userId);
      const unreadOfVictim = () => victim.unreadIn(friend.userId);
      await context.eventually("an unread message of the other user", unreadOfVictim, (count) => count > 0);
      const own = await user.unreadIn(friend.userId);
      const asVictim = { user_id: victim.userId };
      const unread = await user.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, asVictim);
      expectEqual("user_id of 0x0308", unread.user_id, user.userId);
      const seen = oneToOneWith(unread.unreadinfo_list, friend.userId)?.unread_cnt ?? 0;
      expectEqual("own unread messages from that friend:", seen, own);
      const sessions = await user.request(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, {
        ...asVictim,
        latest_update_time: 0,
      });
      expectEqual("user_id of 0x0202", sessions.user_id, user.userId);
      const departments = await user.request(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, {
        ...asVictim,
        latest_update_time: 0,
      });
      expectEqual("user_id of 0x0211", departments.user_id, user.userId);
      const session = { session_type: SessionType.SESSION_TYPE_SINGLE, session_id: friend.userId };
      const history = await user.request(CommandId.CID_MSG_LIST_REQUEST, {
        ...asVictim,
        ...session,
        msg_id_begin: 0,
        msg_cnt: HISTORY_COUNT,
      });
      expectEqual("user_id of 0x030a", history.user_id, user.userId);
      const leaked = history.msg_list.filter(({ msg_data }) => msg_data.equals(content));
      expectEqual("messages of another user's history:", leaked.length, 0);
      user.peer.send(CommandId.CID_MSG_READ_ACK, { ...asVictim, ...session, msg_id: ack.msg_id });
      const sign_info = context.uniqueWord();
      const signed = await user.request(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, { ...asVictim, sign_info });
      expectEqual("user_id of 0x0214", signed.user_id, user.userId);
      const { body } = await victim.peer.expect(
        CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY,
        (notify) => notify.sign_info === sign_info,
        { what: `with ${sign_info}` },
      );
      expectEqual("changed_user_id of 0x0215", body.changed_user_id, user.userId);
      expectThat((await unreadOfVictim()) > 0, "the other user's message still unread", "nothing unread");
    },
  }),
];

async function idleTimeout(
  context: Parameters<Parameters<typeof defineCase>[0]["run"]>[0],
  clientType: ClientTypeName,
) {
  const timeoutMs = isMobile(clientTypes[clientType])
    ? context.timing.mobileIdleTimeoutMs
    : context.timing.pcIdleTimeoutMs;
  const silent = await context.login(context.account(0), { clientType });
  const talking = await context.login(context.account(1), { clientType });
  const startedMs = performance.now();
  await silent.peer.expectHeartbeat();
  await context.pause(timeoutMs * 0.6);
  await talking.request(CommandId.CID_MSG_TIME_REQUEST, {});
  await silent.peer.expectClosed({ withinMs: startedMs + timeoutMs + context.timing.answerMs - performance.now() });
  const afterMs = performance.now() - startedMs;
  expectThat(
    afterMs >= timeoutMs * EARLY_SHARE,
    `a close after ${timeoutMs} ms of silence, not before`,
    `a close after ${Math.round(afterMs)} ms`,
  );
  await talking.peer.expectHeartbeat();
}
