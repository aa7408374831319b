import { type CommandBody, CommandId } from "../../../../codec/generated/commands.js";
import { GroupModifyType, SessionType, UserStatType } from "../../../../codec/generated/enums.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { defineIsolatedCase } from "../../isolated-context.js";
import { answer } from "../../surrounded-context.js";

const { USER_STATUS_ONLINE: ONLINE, USER_STATUS_OFFLINE: OFFLINE } = UserStatType;
const UNKNOWN_COMMAND = 0x0999;

export const isoNewsCases = [
  defineIsolatedCase({
    id: "iso.rte.presence",
    requirements: ["PRE-01", "FRM-14"],
    level: "must",
    title: "passes presence that comes from the route_server on to every PC connection, and to no phone",
    sends: "the route_server sends 0x0203 about somebody, online and offline",
    why: "route_server is the only one that knows the whole cluster",
    async run(context) {
      const [one, two] = [await context.logIn(), await context.logIn(context.newUser(), "mac")];
      const phone = await context.logIn(one.user, "ios");
      for (const status of [ONLINE, OFFLINE]) {
        const user_id = context.unknownId();
        context.fromRoute(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, { user_stat: { user_id, status } });
        const isIt = ({ user_stat }: CommandBody[typeof CommandId.CID_BUDDY_LIST_STATUS_NOTIFY]) =>
          user_stat.user_id === user_id;
        for (const pc of [one, two]) {
          const { body, seqNum } = await pc.peer.expect(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, isIt);
          expectEqual("status and seq_num", [body.user_stat.status, seqNum], [status, 0]);
        }
        await phone.peer.expectNothing(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, isIt, {
          probe: () => phone.expectMarkerFromRoute(),
        });
      }
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.presence-is-the-routes-word",
    requirements: ["PRE-01", "RTE-04"],
    level: "must",
    title: "tells nobody of a login by itself: presence comes from the route_server",
    sends: "a login while another PC is logged in; the route_server keeps silent",
    why: "everybody on this msg_server would be told twice",
    async run(context) {
      const observer = await context.logIn();
      const user = await context.logIn();
      await context.route.expect(CommandId.CID_OTHER_USER_STATUS_UPDATE, ({ user_id }) => user_id === user.userId);
      await observer.peer.expectNothing(
        CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
        ({ user_stat }) => user_stat.user_id === user.userId,
        { probe: () => observer.expectMarkerFromRoute() },
      );
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.pc-login-status",
    requirements: ["PRE-03", "RTE-03"],
    level: "must",
    title: "tells a user's phones, and nobody else, that a PC of that user came or went",
    sends: "the route_server sends 0x070e with 1 and 0",
    why: "phones ring or keep quiet by it",
    async run(context) {
      const pc = await context.logIn();
      const phone = await context.logIn(pc.user, "android");
      const stranger = await context.logIn(context.newUser(), "ios");
      for (const [login_status, login_stat] of [
        [1, ONLINE],
        [0, OFFLINE],
      ] as const) {
        context.fromRoute(CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY, { user_id: pc.userId, login_status });
        const { body } = await phone.peer.expect(CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY);
        expectEqual("notification", body, { user_id: pc.userId, login_stat });
      }
      for (const other of [pc, stranger]) {
        await other.peer.expectNothing(CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY, undefined, {
          probe: () => other.expectMarkerFromRoute(),
        });
      }
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.sign-info",
    requirements: ["PRE-04", "RTE-05"],
    level: "must",
    title: "gives a changed signature to the route_server, and what comes from there to every connection",
    sends: "0x0213; the database answers result 0; the route_server sends the 0x0215 back",
    why: "everybody sees it, on whichever msg_server",
    async run(context) {
      const pc = await context.logIn();
      const phone = await context.logIn(context.newUser(), "ios");
      const sign_info = `at lunch ${context.uniqueWord()}`;
      const seqNum = pc.peer.send(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, { user_id: 1, sign_info });
      const asked = await context.db.expect(
        CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST,
        (body) => body.sign_info === sign_info,
      );
      expectEqual("user_id", asked.body.user_id, pc.userId);
      answer(asked, CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_RESPONSE, {
        user_id: pc.userId,
        result_code: 0,
        sign_info,
      });
      await pc.peer.expectAnswer(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, seqNum);
      const { body: news } = await context.route.expect(
        CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY,
        ({ changed_user_id }) => changed_user_id === pc.userId,
      );
      expectEqual("sign_info", news.sign_info, sign_info);
      context.fromRoute(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY, news);
      for (const client of [pc, phone]) {
        const { body } = await client.peer.expect(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY);
        expectEqual("news", [body.changed_user_id, body.sign_info], [pc.userId, sign_info]);
      }
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.p2p-command",
    requirements: ["MSG-20", "RTE-05"],
    level: "must",
    title: "relays a P2P command once, delivers one that is relayed to it, and stores neither",
    sends: "0x0601 of a client, and 0x0601 from the route_server to the same user",
    why: "typing notes and calls are worth nothing later, and must not fill the database",
    async run(context) {
      const client = await context.logIn();
      const phone = await context.logIn(client.user, "ios");
      const command = {
        from_user_id: client.userId,
        to_user_id: context.unknownId(),
        cmd_msg_data: `{"cmd_id":1,"content":"${context.uniqueWord()}"}`,
      };
      const isIt = ({ cmd_msg_data }: { cmd_msg_data: string }) => cmd_msg_data === command.cmd_msg_data;
      client.peer.send(CommandId.CID_SWITCH_P2P_CMD, command);
      for (const at of [context.route, phone.peer]) {
        expectEqual("command", (await at.expect(CommandId.CID_SWITCH_P2P_CMD, isIt)).body, command);
      }
      await context.route.expectNothing(CommandId.CID_SWITCH_P2P_CMD, isIt, () => client.expectMarkerAtRoute());
      const back = { ...command, from_user_id: command.to_user_id, to_user_id: client.userId };
      context.fromRoute(CommandId.CID_SWITCH_P2P_CMD, back);
      for (const at of [client.peer, phone.peer]) {
        expectEqual("command", (await at.expect(CommandId.CID_SWITCH_P2P_CMD, isIt)).body, back);
      }
      await context.db.expectNothing(CommandId.CID_SWITCH_P2P_CMD, isIt, () => client.expectDatabaseServes());
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.read-notify",
    requirements: ["MSG-14", "RTE-05"],
    level: "must",
    title: "passes a read notify of another msg_server on to the user's connections here",
    sends: "the route_server sends 0x0304",
    why: "the phone's unread count goes when the PC has read, on whichever msg_server",
    async run(context) {
      const pc = await context.logIn();
      const phone = await context.logIn(pc.user, "ios");
      const other = await context.logIn();
      const read = {
        user_id: pc.userId,
        session_id: context.unknownId(),
        msg_id: 12,
        session_type: SessionType.SESSION_TYPE_SINGLE,
      };
      context.fromRoute(CommandId.CID_MSG_READ_NOTIFY, read);
      for (const client of [pc, phone]) {
        expectEqual("notify", (await client.peer.expect(CommandId.CID_MSG_READ_NOTIFY)).body, read);
      }
      await other.peer.expectNothing(CommandId.CID_MSG_READ_NOTIFY, undefined, {
        probe: () => other.expectMarkerFromRoute(),
      });
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.removed-session",
    requirements: ["MSG-22", "RTE-05"],
    level: "must",
    title: "tells the other msg_servers and the user's other connections here of a removed session",
    sends: "0x0206 of a PC; the database answers result 0",
    why: "a talk that was put away on one device comes up on the other",
    async run(context) {
      const pc = await context.logIn();
      const phone = await context.logIn(pc.user, "ios");
      const session = { session_type: SessionType.SESSION_TYPE_SINGLE, session_id: context.unknownId() } as const;
      const isIt = ({ session_id }: { session_id: number }) => session_id === session.session_id;
      const seqNum = pc.peer.send(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ, { user_id: pc.userId, ...session });
      const asked = await context.db.expect(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ, isIt);
      answer(asked, CommandId.CID_BUDDY_LIST_REMOVE_SESSION_RES, { user_id: pc.userId, result_code: 0, ...session });
      await pc.peer.expectAnswer(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ, seqNum);
      for (const at of [context.route, phone.peer]) {
        const { body } = await at.expect(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY, isIt);
        expectEqual("user_id", body.user_id, pc.userId);
      }
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.group-change",
    requirements: ["GRP-05", "RTE-05"],
    level: "must",
    title: "tells the other msg_servers, once, and the members here of a changed group",
    sends: "0x0407; the database answers 0x0408 with result 0",
    why: "members on other msg_servers keep writing to a list that is no longer true",
    async run(context) {
      const [creator, member, newcomer] = [await context.logIn(), await context.logIn(), await context.logIn()];
      const groupId = context.unknownId();
      const isIt = ({ group_id }: { group_id: number }) => group_id === groupId;
      const change_type = GroupModifyType.GROUP_MODIFY_TYPE_ADD;
      const seqNum = creator.peer.send(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, {
        user_id: creator.userId,
        change_type,
        group_id: groupId,
        member_id_list: [newcomer.userId],
      });
      const asked = await context.db.expect(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, isIt);
      expectEqual("members", asked.body.member_id_list, [newcomer.userId]);
      answer(asked, CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, {
        user_id: creator.userId,
        change_type,
        result_code: 0,
        group_id: groupId,
        cur_user_id_list: [creator.userId, member.userId, newcomer.userId],
        chg_user_id_list: [newcomer.userId],
      });
      await creator.peer.expectAnswer(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, seqNum);
      for (const at of [context.route, member.peer, newcomer.peer]) {
        const { body } = await at.expect(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, isIt);
        expectEqual("changed members", body.chg_user_id_list, [newcomer.userId]);
      }
      await creator.peer.expectNothing(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, isIt);
      await context.route.expectNothing(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, isIt, () =>
        creator.expectMarkerAtRoute(),
      );
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.group-change-elsewhere",
    requirements: ["GRP-05", "RTE-05"],
    level: "must",
    title: "tells the members here of a group that was changed on another msg_server, and relays it no further",
    sends: "the route_server sends 0x040b",
    why: "every msg_server would tell every other one, for ever",
    async run(context) {
      const [member, removed, other] = [await context.logIn(), await context.logIn(), await context.logIn()];
      const group_id = context.unknownId();
      context.fromRoute(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, {
        user_id: context.unknownId(),
        change_type: GroupModifyType.GROUP_MODIFY_TYPE_DEL,
        group_id,
        cur_user_id_list: [member.userId],
        chg_user_id_list: [removed.userId],
      });
      const isIt = (body: { group_id: number }) => body.group_id === group_id;
      for (const client of [member, removed]) await client.peer.expect(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, isIt);
      await other.peer.expectNothing(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, isIt, {
        probe: () => other.expectMarkerFromRoute(),
      });
      await context.route.expectNothing(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, isIt, () =>
        member.expectMarkerAtRoute(),
      );
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.status-question",
    requirements: ["PUL-07", "RTE-06"],
    level: "must",
    title: "asks the route_server who is online, and gives each client the answer to its own question",
    sends: "0x020a of two clients; the route_server answers the second one first",
    why: "only route_server knows who is where; a mix-up shows one person another's contacts",
    async run(context) {
      const clients = [await context.logIn(), await context.logIn()];
      const questions = [];
      for (const client of clients) {
        const about = context.unknownId();
        const seqNum = client.peer.send(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, {
          user_id: client.userId,
          user_id_list: [about],
        });
        const asked = await context.route.expect(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, ({ user_id_list }) =>
          user_id_list.includes(about),
        );
        expectThat((asked.body.attach_data?.length ?? 0) > 0, "attach_data to find the client again by", "none");
        questions.push({ client, about, seqNum, asked });
      }
      for (const { asked, about } of questions.toReversed()) {
        answer(asked, CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, {
          user_id: asked.body.user_id,
          user_stat_list: [{ user_id: about, status: ONLINE }],
        });
      }
      for (const { client, about, seqNum } of questions) {
        const { body } = await client.peer.expectAnswer(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, seqNum);
        expectEqual("answer", body.user_stat_list, [{ user_id: about, status: ONLINE }]);
        expectEqual("user_id", body.user_id, client.userId);
      }
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.undecodable",
    requirements: ["FRM-10", "FRM-09"],
    level: "must",
    title: "ignores what it cannot decode and does not know from the route_server, and keeps the link",
    sends: "the route_server sends 0x0301, 0x070d and 0x070e cut off, and command 0x0999",
    why: "a route_server of another version must not stop it",
    async run(context) {
      const client = await context.logIn();
      const link = context.route.links[0];
      if (link === undefined) return context.block("the msg_server has lost its link to the route_server");
      const cutOff = Buffer.from("0a", "hex");
      for (const command of [
        CommandId.CID_MSG_DATA,
        CommandId.CID_OTHER_SERVER_KICK_USER,
        CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY,
        UNKNOWN_COMMAND,
      ]) {
        link.sendFramed(command, cutOff);
      }
      await client.expectMarkerFromRoute();
      expectThat(link.isOpen, "the link to the route_server stays open", "it was closed");
    },
  }),
];
