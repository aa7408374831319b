import { CommandId } from "../../../../codec/generated/commands.js";
import { ClientType, UserStatType } from "../../../../codec/generated/enums.js";
import { expectEqual } from "../../expect-that.js";
import { defineRouteCase, type MsgServerLink } from "../../route-context.js";

const { CLIENT_TYPE_WINDOWS: WINDOWS, CLIENT_TYPE_MAC: MAC, CLIENT_TYPE_IOS: IOS } = ClientType;
const { USER_STATUS_ONLINE: ONLINE, USER_STATUS_OFFLINE: OFFLINE } = UserStatType;

/** As long as ours and as the original's, and ones that no implementation writes. */
const attachments = [
  Buffer.from("01", "hex"),
  Buffer.from("000000010000002a00000000", "hex"),
  Buffer.from("000000030000002a0000000000000004deadbeef", "hex"),
  Buffer.alloc(4096, 0xa5),
];
const MANY = 2000;
/** Each of them comes online, which every link is told: few, so that the cases beside this one have their share. */
const EVERY = 20;

export const rteStatusCases = [
  defineRouteCase({
    id: "rte.status-echoes",
    requirements: ["RTE-06", "FRM-08"],
    level: "must",
    title: "answers a question about users with its seq_num and attach_data unchanged",
    sends: "0x020a with several seq_nums, and attach_data of 1 to 4096 bytes",
    why: "the msg_server finds by them which client asked; any other value loses the answer or gives it to somebody else",
    async run(context) {
      const asker = await context.unprovenMsgServer("A");
      for (const seqNum of [1, 0x7fff, 0xffff]) {
        for (const attach_data of attachments) {
          const user_id = context.unknownId();
          asker.peer.send(
            CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST,
            { user_id, user_id_list: [user_id], attach_data },
            { seqNum },
          );
          const { body } = await asker.peer.expectAnswer(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, seqNum);
          expectEqual("attach_data", body.attach_data ?? Buffer.alloc(0), attach_data);
          expectEqual("user_id", body.user_id, user_id);
        }
      }
    },
  }),

  defineRouteCase({
    id: "rte.status-in-order",
    requirements: ["RTE-06", "PUL-07"],
    level: "must",
    title: "answers one entry for each user asked about, in the order asked",
    sends: "0x020a about users who are on a PC, on a phone, and unknown, in a mixed order",
    why: "clients and msg_servers go through the answer beside their question",
    async run(context) {
      const [asker, other] = await context.msgServers("A", "B");
      const [onPc, onPhone, unknown] = [context.unknownId(), context.unknownId(), context.unknownId()];
      other.cameOnline(onPc, WINDOWS);
      other.cameOnline(onPhone, IOS);
      await other.settle();
      // Not the same from behind, and somebody twice.
      const asked = [unknown, onPc, onPhone, onPc, onPc];
      const { user_stat_list } = await asker.peer.request(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, {
        user_id: onPc,
        user_id_list: asked,
      });
      expectEqual(
        "entries",
        user_stat_list.map(({ user_id, status }) => [user_id, status]),
        [
          [unknown, OFFLINE],
          [onPc, ONLINE],
          [onPhone, OFFLINE],
          [onPc, ONLINE],
          [onPc, ONLINE],
        ],
      );
    },
  }),

  defineRouteCase({
    id: "rte.status-many",
    requirements: ["RTE-06"],
    level: "must",
    title: `answers a question about ${MANY} users in one answer`,
    sends: `0x0708 with ${MANY / EVERY} users, then 0x020a about ${MANY}, every ${EVERY}th of whom is one of them`,
    why: "a client asks about all its contacts at once when it starts",
    async run(context) {
      const [asker, other] = await context.msgServers("A", "B");
      const first = context.unknownId() & ~0xffff;
      const ids = Array.from({ length: MANY }, (_, index) => first + index);
      const online = ids.filter((_, index) => index % EVERY === 0);
      other.tellAll(online.map((user_id) => ({ user_id, status: ONLINE, client_type: WINDOWS })));
      await other.settle();
      const statuses = await asker.statusOf(...ids);
      expectEqual("entries", statuses.length, MANY);
      const wrong = ids.filter((_, index) => statuses[index] !== (index % EVERY === 0 ? ONLINE : OFFLINE));
      expectEqual("users whose entry is wrong", wrong, []);
    },
  }),

  defineRouteCase({
    id: "rte.status-nobody",
    requirements: ["RTE-06", "PUL-07"],
    level: "must",
    title: "answers a question about nobody with an empty list",
    sends: "0x020a without any user",
    why: "a client without contacts would wait for its answer for ever",
    async run(context) {
      const [asker] = await context.msgServers("A");
      expectEqual("entries", await asker.statusOf(), []);
    },
  }),

  ...[
    { id: "windows", words: "a Windows client", clientTypes: [WINDOWS], status: ONLINE },
    { id: "mac", words: "a Mac client", clientTypes: [MAC], status: ONLINE },
    { id: "mobile", words: "phones only", clientTypes: [IOS, ClientType.CLIENT_TYPE_ANDROID], status: OFFLINE },
    { id: "mobile-and-pc", words: "a phone and a PC", clientTypes: [IOS, WINDOWS], status: ONLINE },
  ].map(({ id, words, clientTypes, status }) =>
    defineRouteCase({
      id: `rte.online-with.${id}`,
      requirements: ["RTE-02", "PUL-07"],
      level: "must",
      title: `says that a user with ${words} is ${status === ONLINE ? "ONLINE" : "OFFLINE"}`,
      sends: "0x070a for each of the user's clients, then 0x020a from two msg_servers",
      why: "ONLINE means that somebody sits at a PC: pushes and file transfers depend on it",
      async run(context) {
        const [home, other] = await context.msgServers("A", "B");
        const userId = context.unknownId();
        // The others of the list must not hide that the first was taken.
        await context.precondition("a user is offline before any client came", home.expectStatus(userId, OFFLINE));
        for (const clientType of clientTypes) home.cameOnline(userId, clientType);
        await home.settle();
        await expectSeen([home, other], userId, status);
        for (const clientType of clientTypes) home.wentOffline(userId, clientType);
        await home.settle();
        await expectSeen([home, other], userId, OFFLINE);
        // A server that never heard of the user would say OFFLINE, too.
        home.cameOnline(userId, WINDOWS);
        await home.settle();
        await expectSeen([home, other], userId, ONLINE);
      },
    }),
  ),

  defineRouteCase({
    id: "rte.snapshot",
    requirements: ["RTE-01", "RTE-02"],
    level: "must",
    title: "knows the users that a msg_server tells of when it connects",
    sends: "0x0708 with a user on a PC and one on a phone",
    why: "after a restart of the route_server everybody would count as offline",
    async run(context) {
      const [home, other] = await context.msgServers("A", "B");
      const [onPc, onPhone] = [context.unknownId(), context.unknownId()];
      home.tellAll([
        { user_id: onPc, status: ONLINE, client_type: WINDOWS },
        { user_id: onPhone, status: ONLINE, client_type: IOS },
      ]);
      await home.settle();
      await other.expectStatus(onPc, ONLINE);
      await other.expectStatus(onPhone, OFFLINE);
      home.wentOffline(onPc, WINDOWS);
      await home.settle();
      await other.expectStatus(onPc, OFFLINE);
    },
  }),

  defineRouteCase({
    id: "rte.two-of-a-type",
    requirements: ["RTE-02"],
    level: "must",
    title: "counts clients of the same type: a user with two stays online until both are gone",
    sends: "0x070a online from two msg_servers, then offline from each",
    why: "a client that logs in anew is there before its old connection is gone",
    async run(context) {
      const [one, two] = await context.msgServers("A", "B");
      const userId = context.unknownId();
      one.cameOnline(userId, WINDOWS);
      two.cameOnline(userId, WINDOWS);
      await settled(one, two);
      one.wentOffline(userId, WINDOWS);
      await one.settle();
      await expectSeen([one, two], userId, ONLINE);
      two.wentOffline(userId, WINDOWS);
      await two.settle();
      await expectSeen([one, two], userId, OFFLINE);
    },
  }),

  defineRouteCase({
    id: "rte.two-types",
    requirements: ["RTE-02"],
    level: "must",
    title: "counts each client type on its own: a user on Windows and Mac stays online when one of them leaves",
    sends: "0x070a online for Windows and Mac, then offline for Windows, then for Mac",
    why: "presence would flicker, and pushes go to phones of people who sit at their PC",
    async run(context) {
      const [home, other] = await context.msgServers("A", "B");
      const userId = context.unknownId();
      home.cameOnline(userId, WINDOWS);
      home.cameOnline(userId, MAC);
      home.wentOffline(userId, WINDOWS);
      await home.settle();
      await expectSeen([home, other], userId, ONLINE);
      home.wentOffline(userId, MAC);
      await home.settle();
      await expectSeen([home, other], userId, OFFLINE);
    },
  }),
];

async function settled(...links: readonly MsgServerLink[]): Promise<void> {
  for (const link of links) await link.settle();
}

async function expectSeen(
  links: readonly MsgServerLink[],
  userId: number,
  status: Parameters<MsgServerLink["expectStatus"]>[1],
): Promise<void> {
  for (const link of links) await link.expectStatus(userId, status);
}
