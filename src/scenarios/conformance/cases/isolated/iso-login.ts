import { clientTypes } from "../../../../client/client-type.js";
import { CommandId } from "../../../../codec/generated/commands.js";
import { KickReasonType, ResultType, UserStatType } from "../../../../codec/generated/enums.js";
import { loginPassword } from "../../../../codec/password.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { defineIsolatedCase, type IsolatedClient, type IsolatedContext, userInfo } from "../../isolated-context.js";
import { answer } from "../../surrounded-context.js";
import { expectTokenAnswered } from "../../token-answer.js";

const { USER_STATUS_ONLINE: ONLINE, USER_STATUS_OFFLINE: OFFLINE } = UserStatType;
const UserAction = { plusOne: 1, minusOne: 2 } as const;

export const isoLoginCases = [
  defineIsolatedCase({
    id: "iso.dbp.validate",
    requirements: ["DBP-01", "LGN-01"],
    level: "must",
    title: "has the database check a login, with the name and the password as the client sent them",
    sends: "0x0103; the database answers 0x0704 with result 0 and the user's data",
    why: "a name that is changed on its way is another user's",
    judgesLogin: true,
    async run(context) {
      const user = { ...context.newUser(), name: `Nâme ${context.uniqueWord()} '%"` };
      const peer = await context.dial();
      const seqNum = peer.send(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(user));
      const asked = await context.expectValidation(user);
      expectEqual("password", asked.body.password, loginPassword("secret"));
      expectThat((asked.body.attach_data?.length ?? 0) > 0, "attach_data to find the client again by", "none");
      const user_info = { ...userInfo(user), user_nick_name: "nick", sign_info: "a signature" };
      answer(asked, CommandId.CID_OTHER_VALIDATE_RSP, { user_name: user.name, result_code: 0, user_info });
      const { body } = await peer.expectAnswer(CommandId.CID_LOGIN_REQ_USERLOGIN, seqNum);
      expectEqual("result_code", body.result_code, ResultType.REFUSE_REASON_NONE);
      expectEqual("user_info", body.user_info, user_info);
      expectEqual("online_status", body.online_status, ONLINE);
    },
  }),

  ...[
    { result: 1, words: "a wrong name or password" },
    { result: 2, words: "a wrong password" },
    { result: 6, words: "too many failures" },
  ].map(({ result, words }) =>
    defineIsolatedCase({
      id: `iso.dbp.refused.${result}`,
      requirements: ["LGN-02", "DBP-01"],
      level: "must",
      title: `refuses a login with 6 and closes when the database answers ${result} (${words})`,
      sends: `0x0103; the database answers 0x0704 with result ${result}`,
      why: "shipped clients know 6; another number is no refusal to them",
      judgesLogin: true,
      async run(context) {
        const user = context.newUser();
        const peer = await context.dial();
        const seqNum = peer.send(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(user));
        answer(await context.expectValidation(user), CommandId.CID_OTHER_VALIDATE_RSP, {
          user_name: user.name,
          result_code: result,
          result_string: "no",
        });
        const { body } = await peer.expectAnswer(CommandId.CID_LOGIN_REQ_USERLOGIN, seqNum);
        expectEqual("result_code", body.result_code, ResultType.REFUSE_REASON_DB_VALIDATE_FAILED);
        expectThat((body.result_string ?? "") !== "", "a result_string", "none");
        expectThat(body.user_info === undefined, "no user_info", "there is one");
        await peer.expectClosed();
      },
    }),
  ),

  defineIsolatedCase({
    id: "iso.dbp.validate-out-of-order",
    requirements: ["DBP-01", "DBP-02"],
    level: "must",
    title: "gives each of several clients the answer to its own login, in whatever order the database answers",
    sends: "three 0x0103; the database answers the last one first",
    why: "databases work in parallel; a mix-up logs people in as somebody else",
    judgesLogin: true,
    async run(context) {
      const logins = await Promise.all(
        [1, 2, 3].map(async () => {
          const user = context.newUser();
          const peer = await context.dial(`user ${user.userId}`);
          const seqNum = peer.send(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(user));
          return { user, peer, seqNum, asked: await context.expectValidation(user) };
        }),
      );
      for (const { asked, user } of logins.toReversed()) {
        const result = { user_name: user.name, result_code: 0, user_info: userInfo(user) };
        answer(asked, CommandId.CID_OTHER_VALIDATE_RSP, result);
      }
      for (const { peer, seqNum, user } of logins) {
        const { body } = await peer.expectAnswer(CommandId.CID_LOGIN_REQ_USERLOGIN, seqNum);
        expectEqual("user_id", body.user_info?.user_id, user.userId);
      }
    },
  }),

  defineIsolatedCase({
    id: "iso.dbp.validate-too-late",
    requirements: ["DBP-01", "CON-04"],
    level: "must",
    title: "logs nobody in when the answer comes after the client is gone",
    sends: "0x0103, then the connection's end, then the database's answer with result 0; and a login that succeeds",
    why: "a user without a connection could never be logged out",
    async run(context) {
      const user = context.newUser();
      const gone = await context.dial("client that leaves");
      gone.send(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(user));
      const asked = await context.expectValidation(user);
      await gone.close();
      // Another client's login comes after the end of the first in every queue there is.
      const other = await context.logIn();
      const result = { user_name: user.name, result_code: 0, user_info: userInfo(user) };
      answer(asked, CommandId.CID_OTHER_VALIDATE_RSP, result);
      await other.expectDatabaseServes();
      const isOnline = ({ user_id, user_status }: { user_id: number; user_status: number }) =>
        user_id === user.userId && user_status === ONLINE;
      await context.route.expectNothing(CommandId.CID_OTHER_USER_STATUS_UPDATE, isOnline, () =>
        other.expectMarkerAtRoute(),
      );
    },
  }),

  defineIsolatedCase({
    id: "iso.lsv.counts-logins",
    requirements: ["LSV-01"],
    level: "must",
    title: "reports each connection of a user that logs in, and each that ends, to the login_server",
    sends: "logins of a user on a PC and a phone, then the end of each",
    why: "clients are sent to the msg_server with the fewest users by these reports",
    async run(context) {
      const user = context.newUser();
      const pc = await context.logIn(user, "windows");
      await expectReport(context, pc, UserAction.plusOne);
      const phone = await context.logIn(user, "ios");
      await expectReport(context, phone, UserAction.plusOne);
      await pc.peer.close();
      await expectReport(context, pc, UserAction.minusOne);
      await phone.peer.close();
      await expectReport(context, phone, UserAction.minusOne);
    },
  }),

  defineIsolatedCase({
    id: "iso.lsv.refused-is-not-counted",
    requirements: ["LSV-01"],
    level: "must",
    title: "reports nothing to the login_server of a login that was refused",
    sends: "a login that the database refuses, then one that it accepts",
    why: "an attack on passwords would make the msg_server look full",
    async run(context) {
      const refused = context.newUser();
      const peer = await context.dial();
      peer.send(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(refused));
      answer(await context.expectValidation(refused), CommandId.CID_OTHER_VALIDATE_RSP, {
        user_name: refused.name,
        result_code: 1,
        user_info: userInfo(refused),
      });
      await peer.expectClosed();
      const accepted = await context.logIn();
      await context.login.expectNothing(
        CommandId.CID_OTHER_USER_CNT_UPDATE,
        ({ user_id }) => user_id === refused.userId,
        () => expectReport(context, accepted, UserAction.plusOne),
      );
    },
  }),

  ...(["windows", "mac", "ios", "android"] as const).map((clientType) =>
    defineIsolatedCase({
      id: `iso.rte.status-update.${clientType}`,
      requirements: ["RTE-01"],
      level: "must",
      title: `reports a ${clientType} client that logs in, and its end, to the route_server`,
      sends: `a login with that client_type, then the connection's end`,
      why: "route_server makes everybody's presence of these reports",
      async run(context) {
        const client = await context.logIn(context.newUser(), clientType);
        for (const status of [ONLINE, OFFLINE]) {
          const { body, seqNum } = await context.route.expect(
            CommandId.CID_OTHER_USER_STATUS_UPDATE,
            ({ user_id, user_status }) => user_id === client.userId && user_status === status,
            { what: `user ${client.userId} status ${status}` },
          );
          expectEqual("client_type", body.client_type, clientTypes[clientType]);
          expectEqual("seq_num", seqNum, 0);
          if (status === ONLINE) await client.peer.close();
        }
      },
    }),
  ),

  defineIsolatedCase({
    id: "iso.rte.kicks-elsewhere",
    requirements: ["LGN-11", "RTE-05"],
    level: "must",
    title: "has the other msg_servers kick a user's older connection of the same class when the user logs in",
    sends: "a login; the route_server takes 0x070d with reason 1",
    why: "the older connection may be anywhere",
    async run(context) {
      for (const clientType of ["mac", "android"] as const) {
        const client = await context.logIn(context.newUser(), clientType);
        const { body } = await context.route.expect(
          CommandId.CID_OTHER_SERVER_KICK_USER,
          ({ user_id }) => user_id === client.userId,
        );
        expectEqual("kick", body, {
          user_id: client.userId,
          client_type: clientTypes[clientType],
          reason: KickReasonType.KICK_REASON_DUPLICATE_USER,
        });
      }
    },
  }),

  ...[
    { id: "pc", kicked: "windows", by: "mac", stays: "ios" },
    { id: "mobile", kicked: "ios", by: "android", stays: "windows" },
  ].map(({ id, kicked, by, stays }) =>
    defineIsolatedCase({
      id: `iso.rte.is-kicked.${id}`,
      requirements: ["LGN-11", "LGN-10"],
      level: "must",
      title: `kicks a user's ${kicked} connection when the user logs in on ${by} elsewhere, and leaves the ${stays} one alone`,
      sends: "logins on both; the route_server sends 0x070d",
      why: "one person, one PC and one phone: messages must not show up on a device that was given away",
      async run(context) {
        const user = context.newUser();
        const older = await context.logIn(user, kicked as keyof typeof clientTypes);
        const other = await context.logIn(user, stays as keyof typeof clientTypes);
        const reason = KickReasonType.KICK_REASON_DUPLICATE_USER;
        context.fromRoute(CommandId.CID_OTHER_SERVER_KICK_USER, {
          user_id: user.userId,
          client_type: clientTypes[by as keyof typeof clientTypes],
          reason,
        });
        const { body } = await older.peer.expect(CommandId.CID_LOGIN_KICK_USER);
        expectEqual("kick", body, { user_id: user.userId, kick_reason: reason });
        await other.peer.expectNothing(CommandId.CID_LOGIN_KICK_USER, undefined, {
          probe: () => other.expectMarkerFromRoute(),
        });
      },
    }),
  ),

  defineIsolatedCase({
    id: "iso.rte.kick-is-not-sent-back",
    requirements: ["RTE-05", "LGN-11"],
    level: "must",
    title: "does not send a kick that came from the route_server back to it",
    sends: "a login; the route_server sends 0x070d for that user",
    why: "two msg_servers would kick in circles, the connection that has just logged in included",
    async run(context) {
      const client = await context.logIn();
      const witness = await context.logIn();
      const isOfUser = ({ user_id }: { user_id: number }) => user_id === client.userId;
      await context.route.expect(CommandId.CID_OTHER_SERVER_KICK_USER, isOfUser);
      context.fromRoute(CommandId.CID_OTHER_SERVER_KICK_USER, {
        user_id: client.userId,
        client_type: clientTypes.windows,
        reason: KickReasonType.KICK_REASON_DUPLICATE_USER,
      });
      await client.peer.expect(CommandId.CID_LOGIN_KICK_USER);
      await context.route.expectNothing(CommandId.CID_OTHER_SERVER_KICK_USER, isOfUser, () =>
        witness.expectMarkerAtRoute(),
      );
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.mobile-kicks-pc",
    requirements: ["LGN-14"],
    level: "must",
    title: "has all msg_servers kick the PC connections of a user whose phone asks for it",
    sends: "0x010a of a phone while the user is on a PC, too",
    why: "the PC that was left on in the office is seldom on the same msg_server",
    async run(context) {
      const user = context.newUser();
      const pc = await context.logIn(user, "windows");
      const phone = await context.logIn(user, "ios");
      const answered = await phone.peer.request(CommandId.CID_LOGIN_REQ_KICKPCCLIENT, { user_id: user.userId });
      expectEqual("result_code", answered.result_code, 0);
      const reason = KickReasonType.KICK_REASON_MOBILE_KICK;
      const { body } = await pc.peer.expect(CommandId.CID_LOGIN_KICK_USER);
      expectEqual("kick_reason", body.kick_reason, reason);
      await context.route.expect(
        CommandId.CID_OTHER_SERVER_KICK_USER,
        (kick) => kick.user_id === user.userId && kick.reason === reason,
        { what: `user ${user.userId} with reason 2` },
      );
    },
  }),

  defineIsolatedCase({
    id: "iso.dbp.logout-clears-token",
    requirements: ["LGN-13", "LGN-15"],
    level: "must",
    title: "has the database forget the device token of a user who logs out",
    sends: "0x0105 of a phone",
    why: "the next owner of the phone would read previews of messages",
    async run(context) {
      const phone = await context.logIn(context.newUser(), "ios");
      const seqNum = phone.peer.send(CommandId.CID_LOGIN_REQ_LOGINOUT, {});
      const asked = await context.db.expect(
        CommandId.CID_LOGIN_REQ_DEVICETOKEN,
        ({ user_id }) => user_id === phone.userId,
      );
      expectEqual("device_token", asked.body.device_token, "");
      answer(asked, CommandId.CID_LOGIN_RES_DEVICETOKEN, { user_id: phone.userId });
      await phone.peer.expectAnswer(CommandId.CID_LOGIN_REQ_LOGINOUT, seqNum);
      await phone.peer.expectClosed();
    },
  }),

  defineIsolatedCase({
    id: "iso.dbp.device-token",
    requirements: ["LGN-15", "DBP-02"],
    level: "must",
    title: "has the database store a phone's device token under the user who logged in, and answers the phone",
    sends: "0x0108 of a phone, naming another user; the database answers 0x0109",
    why: "pushes of one person would go to another's phone",
    async run(context) {
      const phone = await context.logIn(context.newUser(), "android");
      phone.peer.send(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id: context.unknownId(), device_token: "token-1" });
      const asked = await context.db.expect(
        CommandId.CID_LOGIN_REQ_DEVICETOKEN,
        ({ device_token }) => device_token === "token-1",
      );
      const { user_id, client_type } = asked.body;
      expectEqual("user_id and client_type", [user_id, client_type], [phone.userId, clientTypes.android]);
      answer(asked, CommandId.CID_LOGIN_RES_DEVICETOKEN, { user_id });
      await expectTokenAnswered(context, phone.peer);
    },
  }),
];

async function expectReport({ login }: IsolatedContext, { userId }: IsolatedClient, action: number): Promise<void> {
  await login.expect(
    CommandId.CID_OTHER_USER_CNT_UPDATE,
    ({ user_id, user_action }) => user_id === userId && user_action === action,
    { what: `user ${userId} user_action ${action}` },
  );
}
