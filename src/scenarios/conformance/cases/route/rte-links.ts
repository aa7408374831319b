import type { ReceivedPdu } from "../../../../client/peer.js";
import { CommandId } from "../../../../codec/generated/commands.js";
import { ClientType, UserStatType } from "../../../../codec/generated/enums.js";
import { encodePdu } from "../../../../codec/pdu.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { defineRouteCase, type MsgServerLink, type RouteContext } from "../../route-context.js";

const { CLIENT_TYPE_WINDOWS: WINDOWS, CLIENT_TYPE_IOS: IOS } = ClientType;
const { USER_STATUS_ONLINE: ONLINE, USER_STATUS_OFFLINE: OFFLINE } = UserStatType;
/** Long enough for a segment of its own, TCP_NODELAY being set; there is no event to wait for. */
const SEGMENT_GAP_MS = 4;
const EARLY_SHARE = 0.9;
/** As long as other cases may go on having things said on a link that should be silent for once. */
const LINK_TIMEOUTS_FOR_SILENCE = 10;

export const rteLinkCases = [
  defineRouteCase({
    id: "rte.lost-link-forgets-its-users",
    requirements: ["RTE-07"],
    level: "must",
    title: "takes the users of a msg_server whose link is lost for offline",
    sends: "0x0708 with two users, then the link's end",
    why: "a msg_server that crashed cannot say so: its users would be online for ever",
    async run(context) {
      const [home, other] = await context.msgServers("A", "B");
      const [one, two] = [context.unknownId(), context.unknownId()];
      home.tellAll([one, two].map((user_id) => ({ user_id, status: ONLINE, client_type: WINDOWS })));
      await home.settle();
      for (const userId of [one, two]) await other.expectStatus(userId, ONLINE);
      await home.peer.close();
      for (const userId of [one, two]) await untilOffline(context, other, userId);
    },
  }),

  defineRouteCase({
    id: "rte.lost-link-leaves-the-others",
    requirements: ["RTE-07"],
    level: "must",
    title: "keeps a user online who is also at another msg_server than the one whose link is lost",
    sends: "0x070a online of the same user at two msg_servers, then one link's end",
    why: "the user still has a connection",
    async run(context) {
      const [home, second, other] = await context.msgServers("A", "B", "C");
      const [both, onlyHere] = [context.unknownId(), context.unknownId()];
      home.cameOnline(both, WINDOWS);
      home.cameOnline(onlyHere, WINDOWS);
      second.cameOnline(both, WINDOWS);
      for (const link of [home, second]) await link.settle();
      await other.expectStatus(onlyHere, ONLINE);
      await home.peer.close();
      // When this one is gone, the loss has been taken into account.
      await untilOffline(context, other, onlyHere);
      await other.expectStatus(both, ONLINE);
    },
  }),

  defineRouteCase({
    id: "rte.lost-link-is-told",
    requirements: ["RTE-07"],
    level: "should",
    title: "tells the other msg_servers who went offline with a lost one",
    sends: "0x070a online of a user, then the link's end",
    why: "everybody else would see them online until they come and go once more",
    async run(context) {
      const [home, other] = await context.msgServers("A", "B");
      const userId = context.unknownId();
      home.cameOnline(userId, WINDOWS);
      await other.expectPresence(userId, ONLINE);
      await home.peer.close();
      await other.expectPresence(userId, OFFLINE);
    },
  }),

  defineRouteCase({
    id: "rte.back-after-loss",
    requirements: ["RTE-07", "RTE-01"],
    level: "must",
    title: "takes a msg_server that comes back, and its users, once",
    sends: "0x0708 with a user, the link's end, a new link with the same 0x0708, then 0x070a offline",
    why: "counts that outlive a link make ghosts: users who can never go offline",
    async run(context) {
      const [home, other] = await context.msgServers("A", "B");
      const userId = context.unknownId();
      const users = [{ user_id: userId, status: ONLINE, client_type: WINDOWS }];
      home.tellAll(users);
      await home.settle();
      await home.peer.close();
      await untilOffline(context, other, userId);
      const [again] = await context.msgServers("A again");
      again.tellAll(users);
      await again.settle();
      await other.expectStatus(userId, ONLINE);
      again.wentOffline(userId, WINDOWS);
      await again.settle();
      await other.expectStatus(userId, OFFLINE);
    },
  }),

  defineRouteCase({
    id: "rte.heartbeats",
    requirements: ["RTE-09"],
    level: "must",
    title: "sends a heartbeat when it has sent nothing for 5 s",
    sends: "heartbeats whose seq_num is not 0",
    why: "a msg_server takes a silent link for dead, and dials again",
    waitsForTimeout: true,
    async run(context) {
      const link = await context.silentMsgServer("A");
      await context.precondition("the route_server does not serve a msg_server", link.settle());
      await expectHeartbeatWhenIdle(context, link);
    },
  }),

  defineRouteCase({
    id: "rte.silent-link-is-closed",
    requirements: ["RTE-09"],
    level: "must",
    title: "closes a link that has been silent for 30 s, and not one on which heartbeats come",
    sends: "0x020a and then nothing on one link, heartbeats on another",
    why: "users of a msg_server whose machine lost its network would be online for ever",
    waitsForTimeout: true,
    async run(context) {
      const { linkTimeoutMs, answerMs } = context.timing;
      const [beating] = await context.msgServers("B");
      const silent = await context.silentMsgServer("A");
      const startedMs = performance.now();
      await context.precondition("the route_server does not serve a msg_server", silent.settle());
      await silent.peer.expectClosed({ withinMs: linkTimeoutMs + answerMs });
      const afterMs = performance.now() - startedMs;
      expectThat(
        afterMs >= linkTimeoutMs * EARLY_SHARE,
        `a close after ${linkTimeoutMs} ms of silence, not before`,
        `a close after ${Math.round(afterMs)} ms`,
      );
      await beating.settle();
    },
  }),

  defineRouteCase({
    id: "rte.undecodable",
    requirements: ["RTE-10", "FRM-10"],
    level: "should",
    title: "ignores bodies that cannot be decoded, and goes on serving the link",
    sends: "0x070a, 0x0708 and 0x020a with bodies that are cut off or lack required fields",
    why: "one confused msg_server must not take the users of all the others along",
    async run(context) {
      const [broken, other] = await context.msgServers("A", "B");
      const userId = context.unknownId();
      for (const command of [
        CommandId.CID_OTHER_USER_STATUS_UPDATE,
        CommandId.CID_OTHER_ONLINE_USER_INFO,
        CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST,
      ]) {
        broken.peer.sendFramed(command, Buffer.from("0a", "hex"), { seqNum: 78 });
      }
      // As 0x070a without client_type: nobody may come online by it.
      const body = Buffer.from(encodePdu(CommandId.CID_MSG_TIME_RESPONSE, { server_time: 1 }).subarray(16));
      broken.peer.sendFramed(CommandId.CID_OTHER_USER_STATUS_UPDATE, body, { seqNum: 0 });
      await broken.peer.expectNoAnswer(78, () => broken.settle());
      broken.cameOnline(userId, WINDOWS);
      await other.expectPresence(userId, ONLINE);
    },
  }),

  defineRouteCase({
    id: "rte.several-in-one-segment",
    requirements: ["FRM-02"],
    level: "must",
    title: "handles several PDUs of one segment, all of them and in order",
    sends: "0x070a online, offline and online in one segment, then 0x020a",
    why: "msg_servers write what has collected at once",
    async run(context) {
      const home = await context.unprovenMsgServer("A");
      const userId = context.unknownId();
      home.cameOnline(userId, WINDOWS);
      home.wentOffline(userId, WINDOWS);
      home.cameOnline(userId, IOS);
      home.cameOnline(userId, WINDOWS);
      await home.expectStatus(userId, ONLINE);
      await home.expectPresence(userId, ONLINE);
      await home.expectPresence(userId, OFFLINE);
      await home.expectPresence(userId, ONLINE);
    },
  }),

  defineRouteCase({
    id: "rte.split",
    requirements: ["FRM-03"],
    level: "must",
    title: "handles a PDU that arrives in two pieces, cut at every byte",
    sends: "0x020a, cut after each of its bytes",
    why: "TCP cuts where it likes",
    async run(context) {
      // A heartbeat must not come between the pieces.
      const link = await context.silentMsgServer("A");
      const body = { user_id: 1, user_id_list: [context.unknownId()] };
      const size = encodePdu(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, body).length;
      for (let cut = 1; cut < size; cut++) {
        const seqNum = link.peer.nextSeqNum();
        const bytes = encodePdu(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, body, { seqNum });
        link.peer.sendBytes(bytes.subarray(0, cut));
        await context.pause(SEGMENT_GAP_MS);
        link.peer.sendBytes(bytes.subarray(cut));
        await link.peer.expectAnswer(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, seqNum, {
          what: `cut after ${cut} bytes`,
        });
      }
    },
  }),

  defineRouteCase({
    id: "rte.length-zero",
    requirements: ["FRM-04"],
    level: "must",
    title: "closes a link on which a PDU of length 0 comes, and serves the others on",
    sends: "a header whose length is 0",
    why: "a stream that is out of step can only be started anew",
    async run(context) {
      // A heartbeat must not come behind it.
      const broken = await context.silentMsgServer("A");
      const [other] = await context.msgServers("B");
      broken.peer.sendHex("00000000 0001 0000 0007 0701 0000 0000");
      await broken.peer.expectClosed();
      await other.settle();
    },
  }),

  ...[1, 15].map((length) =>
    defineRouteCase({
      id: `rte.length-below-header.${length}`,
      requirements: ["FRM-05"],
      level: "should",
      title: `closes a link on which a PDU of length ${length} comes`,
      sends: `a header whose length is ${length}`,
      why: "no PDU is shorter than its header, so the stream is out of step",
      async run(context) {
        const broken = await context.silentMsgServer("A");
        const [other] = await context.msgServers("B");
        broken.peer.sendHex(`${length.toString(16).padStart(8, "0")} 0001 0000 0007 0701 0000 0000`);
        await broken.peer.expectClosed();
        await other.settle();
      },
    }),
  ),

  defineRouteCase({
    id: "rte.header-fields",
    requirements: ["FRM-07"],
    level: "must",
    title: "goes by command_id alone: version, flag, reserved and service_id change nothing",
    sends: "0x020a with odd values in each of those fields",
    why: "implementations fill these fields differently",
    async run(context) {
      const [link] = await context.msgServers("A");
      const body = { user_id: 1, user_id_list: [context.unknownId()] };
      for (const header of [{ version: 9 }, { flag: 0xffff }, { serviceId: 0x0003 }, { reserved: 0xabcd }]) {
        const seqNum = link.peer.send(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, body, header);
        const answer = await link.peer.expectAnswer(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, seqNum);
        expectEqual("entries", answer.body.user_stat_list.length, 1);
      }
    },
  }),
];

async function untilOffline(context: RouteContext, asker: MsgServerLink, userId: number): Promise<void> {
  await context.eventually(
    `user ${userId} OFFLINE in 0x020b`,
    () => asker.statusOf(userId),
    ([status]) => status === OFFLINE,
  );
}

/** What other cases have the server say on this link puts its heartbeat off. */
async function expectHeartbeatWhenIdle(context: RouteContext, { peer }: MsgServerLink): Promise<void> {
  const { heartbeatIntervalMs, linkTimeoutMs, answerMs } = context.timing;
  const silenceMaxMs = heartbeatIntervalMs + answerMs;
  // The link is kept open by heartbeats that can be told from the server's: an echo is none of its own.
  const seqNum = peer.nextSeqNum();
  const isHeartbeat = (pdu: ReceivedPdu) => pdu.commandId === CommandId.CID_OTHER_HEARTBEAT && pdu.seqNum !== seqNum;
  const startedMs = performance.now();
  let lastMs = startedMs;
  let seen = peer.inbox.length;
  while (!peer.inbox.some(isHeartbeat)) {
    const nowMs = performance.now();
    if (peer.inbox.length > seen) lastMs = nowMs;
    seen = peer.inbox.length;
    if (nowMs - startedMs > LINK_TIMEOUTS_FOR_SILENCE * linkTimeoutMs + silenceMaxMs)
      context.block("other cases left the link no time to be silent");
    expectThat(
      nowMs - lastMs <= silenceMaxMs,
      `a heartbeat on ${peer.label} after ${heartbeatIntervalMs} ms of silence`,
      `nothing for ${Math.round(nowMs - lastMs)} ms`,
    );
    peer.send(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum });
    await context.pause(heartbeatIntervalMs / 10);
  }
}
