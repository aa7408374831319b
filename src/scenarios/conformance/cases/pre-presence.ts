import { CommandId } from "../../../codec/generated/commands.js";
import { UserStatType } from "../../../codec/generated/enums.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";
import type { LoggedInClient } from "../logged-in-client.js";

const { USER_STATUS_ONLINE, USER_STATUS_OFFLINE } = UserStatType;
const SIGNATURE_SIZE_MAX_BYTES = 128;

export const prePresenceCases: readonly ConformanceCase[] = [
  defineCase({
    id: "pre.pc-login",
    requirements: ["PRE-01"],
    level: "must",
    title: "tells every PC, the user's own included, when a user's first PC logs in",
    why: "contact lists show who is there",
    needs: { accounts: 2 },
    async run(context) {
      const observer = await context.login(context.account(0));
      const user = await context.login(context.account(1));
      await observer.expectPresence(user.userId, USER_STATUS_ONLINE);
      await user.expectPresence(user.userId, USER_STATUS_ONLINE);
    },
  }),

  defineCase({
    id: "pre.pc-logout",
    requirements: ["PRE-01"],
    level: "must",
    title: "tells every PC when a user's last PC leaves, though a phone of his stays",
    why: "presence is about PCs; a phone in a pocket does not make one available",
    needs: { accounts: 2 },
    async run(context) {
      const observer = await context.login(context.account(0));
      await context.login(context.account(1), { clientType: "ios" });
      const pc = await context.login(context.account(1));
      await observer.expectPresence(pc.userId, USER_STATUS_ONLINE);
      await pc.close();
      await observer.expectPresence(pc.userId, USER_STATUS_OFFLINE);
    },
  }),

  defineCase({
    id: "pre.pc-login-again",
    requirements: ["PRE-01"],
    level: "must",
    title: "tells ONLINE again when a further PC of an online user logs in, and not OFFLINE when the first one leaves",
    why: "clients that missed the first one catch up; the user is still there",
    needs: { accounts: 3 },
    async run(context) {
      const observer = await context.login(context.account(0));
      const first = await context.login(context.account(1), { clientType: "windows" });
      await observer.expectPresence(first.userId, USER_STATUS_ONLINE);
      // That an earlier PC of that user is gone may have been told since the observer came, too.
      observer.forgetPresence();
      await context.login(context.account(1), { clientType: "mac" });
      await observer.expectPresence(first.userId, USER_STATUS_ONLINE);
      await first.close();
      // With two route_servers the original servers tell all presence twice (RTE-08): ONLINE may come once more.
      await observer.expectNoPresence(
        first.userId,
        async () => {
          const later = await context.login(context.account(2));
          await observer.expectPresence(later.userId, USER_STATUS_ONLINE);
        },
        USER_STATUS_OFFLINE,
      );
    },
  }),

  defineCase({
    id: "pre.phones-not-told",
    requirements: ["PRE-01"],
    level: "must",
    title: "does not tell phones who comes and goes",
    why: "thousands of notifications a day would drain batteries",
    needs: { accounts: 3 },
    async run(context) {
      const phone = await context.login(context.account(0), { clientType: "android" });
      const observer = await context.login(context.account(1));
      const user = await context.login(context.account(2));
      await observer.expectPresence(user.userId, USER_STATUS_ONLINE);
      await user.close();
      await observer.expectPresence(user.userId, USER_STATUS_OFFLINE);
      await phone.expectNoPresence(user.userId);
    },
  }),

  defineCase({
    id: "pre.phone-is-silent",
    requirements: ["PRE-02"],
    level: "must",
    title: "tells nobody when a phone logs in or leaves",
    why: "presence is about PCs",
    needs: { accounts: 3 },
    async run(context) {
      const observer = await context.login(context.account(0));
      const phone = await context.login(context.account(1), { clientType: "ios" });
      // An earlier PC of that user may be seen to leave only now, which is told, too.
      const offline = context.eventually(
        "OFFLINE in 0x020b",
        () => observer.statusOf(phone.userId),
        ([status]) => status === USER_STATUS_OFFLINE,
      );
      await context.precondition("a user with only a phone is taken for online", offline);
      // A PC takes the same way; once it is told, the phone would have been.
      const pc = await context.login(context.account(2));
      await observer.expectPresence(pc.userId, USER_STATUS_ONLINE);
      await observer.expectNoPresence(phone.userId, undefined, USER_STATUS_ONLINE);
      observer.forgetPresence();
      await phone.close();
      await observer.expectNoPresence(phone.userId, async () => {
        await pc.close();
        await observer.expectPresence(pc.userId, USER_STATUS_OFFLINE);
      });
    },
  }),

  defineCase({
    id: "pre.phone-told-of-own-pc",
    requirements: ["PRE-03"],
    level: "must",
    title: "tells a user's phone, and nobody else's, when his PC comes and goes",
    why: "a phone stays quiet while its owner sits at the PC",
    needs: { accounts: 2 },
    async run(context) {
      const other = await context.login(context.account(1), { clientType: "ios" });
      const phone = await context.login(context.account(0), { clientType: "ios" });
      const pc = await context.login(context.account(0), { clientType: "mac" });
      await expectPcStatus(phone, USER_STATUS_ONLINE);
      await pc.close();
      await expectPcStatus(phone, USER_STATUS_OFFLINE);
      await other.peer.expectNothing(
        CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY,
        ({ user_id }) => user_id === phone.userId,
        { what: `about user ${phone.userId}` },
      );
    },
  }),

  defineCase({
    id: "pre.phone-told-at-login",
    requirements: ["PRE-03"],
    level: "must",
    title: "tells a phone right after its login that its user's PC is online",
    why: "the phone was not there when the PC came",
    needs: { accounts: 1 },
    async run(context) {
      const pc = await context.login(context.account(0));
      await pc.untilSeenOnline();
      const phone = await context.login(context.account(0), { clientType: "android" });
      await expectPcStatus(phone, USER_STATUS_ONLINE);
    },
  }),

  defineCase({
    id: "pre.across-servers",
    requirements: ["PRE-01"],
    level: "must",
    title: "tells PCs on other msg_servers when a user's PC comes and goes",
    why: "presence is of the cluster, not of one server",
    needs: { accounts: 2, secondServer: true },
    async run(context) {
      const observer = await context.login(context.account(0), { server: "peer" });
      const user = await context.login(context.account(1));
      await observer.expectPresence(user.userId, USER_STATUS_ONLINE);
      await user.close();
      await observer.expectPresence(user.userId, USER_STATUS_OFFLINE);
    },
  }),

  defineCase({
    id: "pre.phone-told-across-servers",
    requirements: ["PRE-03"],
    level: "must",
    title: "tells a user's phone when his PC comes and goes on another msg_server",
    why: "the two devices rarely end up on the same server",
    needs: { accounts: 1, secondServer: true },
    async run(context) {
      const phone = await context.login(context.account(0), { clientType: "ios" });
      const pc = await context.login(context.account(0), { server: "peer" });
      await expectPcStatus(phone, USER_STATUS_ONLINE);
      await pc.close();
      await expectPcStatus(phone, USER_STATUS_OFFLINE);
    },
  }),

  defineCase({
    id: "pre.signature",
    requirements: ["PRE-04"],
    level: "must",
    title: "changes a signature and tells every connection, phones and the requester included",
    why: "it is what others read under a name",
    needs: { accounts: 2 },
    async run(context) {
      const [user, observer] = await context.loginAll(context.account(0), context.account(1));
      const phone = await context.login(context.account(1), { clientType: "android" });
      const sign_info = `here and there ${context.uniqueWord()}`;
      await changeSignature(user, sign_info);
      for (const client of [user, observer, phone]) await expectSignature(client, user.userId, sign_info);
      const info = await observer.request(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, {
        user_id: observer.userId,
        user_id_list: [user.userId],
      });
      expectEqual("sign_info in 0x0205", info.user_info_list[0]?.sign_info, sign_info);
    },
  }),

  defineCase({
    id: "pre.signature-across-servers",
    requirements: ["PRE-04"],
    level: "must",
    title: "tells connections on other msg_servers of a changed signature",
    why: "it is what others read under a name",
    needs: { accounts: 2, secondServer: true },
    async run(context) {
      const user = await context.login(context.account(0));
      const observer = await context.login(context.account(1), { server: "peer" });
      const sign_info = `over there ${context.uniqueWord()}`;
      await changeSignature(user, sign_info);
      await expectSignature(observer, user.userId, sign_info);
      await expectSignature(user, user.userId, sign_info);
    },
  }),

  defineCase({
    id: "pre.signature-length",
    requirements: ["PRE-04"],
    level: "must",
    title: "takes a signature of 128 bytes and refuses one of 129 with result 1",
    why: "what is cut silently is not what the user wrote",
    needs: { accounts: 1 },
    async run(context) {
      const user = await context.login(context.account(0));
      const longest = context.uniqueWord().padEnd(SIGNATURE_SIZE_MAX_BYTES, "x");
      await changeSignature(user, longest);
      await expectSignature(user, user.userId, longest);
      const tooLong = await user.request(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, {
        user_id: user.userId,
        sign_info: `${longest}x`,
      });
      expectEqual("result_code", tooLong.result_code, 1);
      await user.peer.expectNothing(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY, (notify) =>
        notify.sign_info.startsWith(`${longest}x`),
      );
    },
  }),

  defineCase({
    id: "pre.avatar",
    requirements: ["PRE-05"],
    level: "may",
    title: "changes an avatar and answers to all connections of the user",
    why: "the original servers pass the request on and never answer it",
    needs: { accounts: 1 },
    async run(context) {
      const pc = await context.login(context.account(0));
      const phone = await context.login(context.account(0), { clientType: "ios" });
      pc.peer.send(CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST, {
        user_id: pc.userId,
        avatar_url: `/${context.uniqueWord()}.png`,
      });
      for (const { peer } of [pc, phone]) {
        const { body } = await peer.expect(CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_RESPONSE);
        expectEqual("result_code", body.result_code, 0);
      }
    },
  }),
];

async function expectPcStatus({ peer, userId }: LoggedInClient, status: UserStatType): Promise<void> {
  const what = `with login_stat ${status}`;
  const { seqNum } = await peer.expect(
    CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY,
    ({ user_id, login_stat }) => user_id === userId && login_stat === status,
    { what },
  );
  expectEqual("seq_num of 0x020e", seqNum, 0);
}

async function changeSignature(user: LoggedInClient, sign_info: string): Promise<void> {
  const answer = await user.request(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, {
    user_id: user.userId,
    sign_info,
  });
  expectEqual("result_code", answer.result_code, 0);
  expectThat(answer.sign_info === sign_info, `sign_info "${sign_info}"`, answer.sign_info);
}

async function expectSignature({ peer }: LoggedInClient, userId: number, text: string): Promise<void> {
  const { seqNum } = await peer.expect(
    CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY,
    ({ changed_user_id, sign_info }) => changed_user_id === userId && sign_info === text,
    { what: `of user ${userId}` },
  );
  expectEqual("seq_num of 0x0215", seqNum, 0);
}
