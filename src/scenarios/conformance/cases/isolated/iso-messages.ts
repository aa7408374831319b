import { CommandId } from "../../../../codec/generated/commands.js";
import { MsgType, SessionType } from "../../../../codec/generated/enums.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { defineIsolatedCase, type IsolatedContext } from "../../isolated-context.js";
import { answer } from "../../surrounded-context.js";

const MSG_ID = 4711;

export const isoMessageCases = [
  defineIsolatedCase({
    id: "iso.dbp.message-is-stored",
    requirements: ["MSG-04", "CON-07", "DBP-02"],
    level: "must",
    title:
      "has the database store a message with the sender and the time that the server knows, and the content as it came",
    sends: "0x0301 with another from_user_id, create_time and msg_id",
    why: "anybody could write in anybody's name, at any time",
    async run(context) {
      const sender = await context.logIn();
      const message = sender.messageTo(context.unknownId());
      sender.peer.send(CommandId.CID_MSG_DATA, {
        ...message,
        from_user_id: context.unknownId(),
        create_time: 1,
        msg_id: 99,
      });
      const asked = await sender.expectStoring(message);
      const { from_user_id, to_session_id, create_time, msg_type, attach_data } = asked.body;
      expectEqual("sender", from_user_id, sender.userId);
      expectEqual("receiver and type", [to_session_id, msg_type], [message.to_session_id, message.msg_type]);
      expectThat(create_time > 1_000_000_000, "the server's unix time as create_time", create_time);
      expectThat((attach_data?.length ?? 0) > 0, "attach_data to find the client again by", "none");
      answer(asked, CommandId.CID_MSG_DATA, { ...asked.body, msg_id: 1 });
    },
  }),

  defineIsolatedCase({
    id: "iso.dbp.ack-after-store",
    requirements: ["MSG-10", "MSG-01"],
    level: "must",
    title: "acknowledges a message only once the database has stored it, with the id that it got there",
    sends: "0x0301; the database answers after a heartbeat has gone to and fro",
    why: "an ack before that promises what a crash may take back",
    async run(context) {
      const sender = await context.logIn();
      const message = sender.messageTo(context.unknownId());
      const seqNum = sender.peer.send(CommandId.CID_MSG_DATA, message);
      const asked = await sender.expectStoring(message);
      await sender.peer.expectNoAnswer(seqNum);
      answer(asked, CommandId.CID_MSG_DATA, { ...asked.body, msg_id: MSG_ID });
      const { body } = await sender.peer.expectAnswer(CommandId.CID_MSG_DATA, seqNum);
      expectEqual("ack", body, {
        user_id: sender.userId,
        session_id: message.to_session_id,
        msg_id: MSG_ID,
        session_type: SessionType.SESSION_TYPE_SINGLE,
      });
    },
  }),

  defineIsolatedCase({
    id: "iso.dbp.not-stored-not-acked",
    requirements: ["DBP-02", "MSG-10"],
    level: "must",
    title: "neither acknowledges nor delivers a message that the database could not store (msg_id 0)",
    sends: "0x0301; the database answers msg_id 0; then a message that is stored",
    why: "the receiver would see what nobody finds again, and the sender think that it is safe",
    async run(context) {
      const [sender, receiver] = [await context.logIn(), await context.logIn()];
      const lost = sender.messageTo(receiver.userId);
      const seqNum = sender.peer.send(CommandId.CID_MSG_DATA, lost);
      const asked = await sender.expectStoring(lost);
      answer(asked, CommandId.CID_MSG_DATA, { ...asked.body, msg_id: 0 });
      const good = sender.messageTo(receiver.userId);
      await sender.say(good, 8);
      await receiver.expectNoMessage(lost, () => receiver.expectMessage(good));
      await sender.peer.expectNoAnswer(seqNum);
      await context.route.expectNothing(
        CommandId.CID_MSG_DATA,
        ({ msg_data }) => msg_data.equals(lost.msg_data),
        () => sender.expectMarkerAtRoute(),
      );
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.message-is-relayed",
    requirements: ["MSG-03", "RTE-05", "RTE-08"],
    level: "must",
    title: "gives the other msg_servers each stored message once, with the id and the sender that it was stored with",
    sends: "0x0301 of a client; the database stores it",
    why: "the receiver may be anywhere; twice relayed is twice shown",
    async run(context) {
      const sender = await context.logIn();
      const stored = await sender.say(sender.messageTo(context.unknownId()), MSG_ID);
      const isIt = ({ msg_data }: { msg_data: Buffer }) => msg_data.equals(stored.msg_data);
      const { body } = await context.route.expect(CommandId.CID_MSG_DATA, isIt);
      expectEqual(
        "relayed message",
        [body.from_user_id, body.to_session_id, body.msg_id, body.create_time, body.msg_type],
        [stored.from_user_id, stored.to_session_id, MSG_ID, stored.create_time, stored.msg_type],
      );
      await context.route.expectNothing(CommandId.CID_MSG_DATA, isIt, () => sender.expectMarkerAtRoute());
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.message-is-delivered",
    requirements: ["MSG-03", "RTE-05"],
    level: "must",
    title:
      "delivers a message that another msg_server relays to the receiver and to the sender's other connections here, once each",
    sends: "the route_server sends 0x0301 between two users who are logged in here, too",
    why: "a person's devices are spread over msg_servers",
    async run(context) {
      const [sender, receiver] = [await context.logIn(), await context.logIn()];
      const receiverPhone = await context.logIn(receiver.user, "ios");
      const message = { ...sender.messageTo(receiver.userId), msg_id: MSG_ID, create_time: 1_700_000_000 };
      context.fromRoute(CommandId.CID_MSG_DATA, message);
      for (const client of [sender, receiver, receiverPhone]) {
        const delivered = await client.expectMessage(message);
        expectEqual(
          "delivered message",
          [delivered.from_user_id, delivered.to_session_id, delivered.msg_id, delivered.create_time],
          [sender.userId, receiver.userId, MSG_ID, 1_700_000_000],
        );
        await client.expectNoMessage(message, () => client.expectMarkerFromRoute());
      }
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.message-stays-here",
    requirements: ["RTE-05", "MSG-10"],
    level: "must",
    title: "neither stores nor relays nor acknowledges a message that another msg_server relayed",
    sends: "the route_server sends 0x0301 to a user who is logged in here",
    why: "the msg_server that took it from its sender has done all that; here it would be done again, in circles",
    async run(context) {
      const [sender, receiver] = [await context.logIn(), await context.logIn()];
      const message = { ...sender.messageTo(receiver.userId), msg_id: MSG_ID, create_time: 1_700_000_000 };
      context.fromRoute(CommandId.CID_MSG_DATA, message);
      await receiver.expectMessage(message);
      const isIt = ({ msg_data }: { msg_data: Buffer }) => msg_data.equals(message.msg_data);
      await context.route.expectNothing(CommandId.CID_MSG_DATA, isIt, () => receiver.expectMarkerAtRoute());
      await context.db.expectNothing(CommandId.CID_MSG_DATA, isIt, () => receiver.expectDatabaseServes());
      await sender.peer.expectNothing(CommandId.CID_MSG_DATA_ACK, ({ msg_id }) => msg_id === MSG_ID);
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.message-local",
    requirements: ["MSG-03", "FRM-14"],
    level: "must",
    title: "delivers a stored message to connections here by itself, with seq_num 0, and not to the sending one",
    sends: "0x0301 between two users who are both logged in here; the route_server keeps silent",
    why: "talk inside one msg_server goes on while the route_server restarts",
    async run(context) {
      const [sender, receiver] = [await context.logIn(), await context.logIn()];
      const senderPhone = await context.logIn(sender.user, "ios");
      const stored = await sender.say(sender.messageTo(receiver.userId), MSG_ID);
      for (const client of [receiver, senderPhone]) {
        const { body, seqNum } = await client.peer.expect(CommandId.CID_MSG_DATA, ({ msg_data }) =>
          msg_data.equals(stored.msg_data),
        );
        expectEqual("msg_id and seq_num", [body.msg_id, seqNum], [MSG_ID, 0]);
      }
      await sender.expectNoMessage(stored, () => sender.peer.expectHeartbeat());
    },
  }),

  defineIsolatedCase({
    id: "iso.dbp.group-message",
    requirements: ["GRP-06", "DBP-02"],
    level: "must",
    title:
      "asks the database for a group's members and delivers to those who are here, the sending connection left out",
    sends: "0x0301 of type 0x11; the database stores it, and answers 0x0403 with three members",
    why: "who is a member is the database's to say, at that moment",
    async run(context) {
      const [sender, member, outsider] = [await context.logIn(), await context.logIn(), await context.logIn()];
      const groupId = context.unknownId();
      const message = sender.messageTo(groupId, MsgType.MSG_TYPE_GROUP_TEXT);
      const seqNum = sender.peer.send(CommandId.CID_MSG_DATA, message);
      const asked = await sender.expectStoring(message);
      answer(asked, CommandId.CID_MSG_DATA, { ...asked.body, msg_id: MSG_ID });
      await answerMembers(context, groupId, [sender.userId, member.userId, context.unknownId()]);
      const { body } = await sender.peer.expectAnswer(CommandId.CID_MSG_DATA, seqNum);
      expectEqual("session_type of the ack", body.session_type, SessionType.SESSION_TYPE_GROUP);
      expectEqual("msg_id", (await member.expectMessage(message)).msg_id, MSG_ID);
      await outsider.expectNoMessage(message, () => outsider.peer.expectHeartbeat());
      await sender.expectNoMessage(message, () => sender.peer.expectHeartbeat());
      const isIt = ({ msg_data }: { msg_data: Buffer }) => msg_data.equals(message.msg_data);
      await context.route.expect(CommandId.CID_MSG_DATA, isIt);
      await context.route.expectNothing(CommandId.CID_MSG_DATA, isIt, () => sender.expectMarkerAtRoute());
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.group-message",
    requirements: ["GRP-06", "RTE-05"],
    level: "must",
    title:
      "delivers a group message that another msg_server relays to the members who are here, and relays it no further",
    sends: "the route_server sends 0x0301 of type 0x11; the database answers 0x0403 with the members",
    why: "members on other msg_servers would see nothing, or everything twice",
    async run(context) {
      const [member, outsider] = [await context.logIn(), await context.logIn()];
      const [groupId, author] = [context.unknownId(), context.unknownId()];
      const message = {
        ...member.messageTo(groupId, MsgType.MSG_TYPE_GROUP_TEXT),
        from_user_id: author,
        msg_id: MSG_ID,
        create_time: 1_700_000_000,
      };
      context.fromRoute(CommandId.CID_MSG_DATA, message);
      await answerMembers(context, groupId, [author, member.userId]);
      expectEqual("msg_id", (await member.expectMessage(message)).msg_id, MSG_ID);
      await outsider.expectNoMessage(message, () => outsider.expectMarkerFromRoute());
      const isIt = ({ msg_data }: { msg_data: Buffer }) => msg_data.equals(message.msg_data);
      await context.route.expectNothing(CommandId.CID_MSG_DATA, isIt, () => member.expectMarkerAtRoute());
    },
  }),

  defineIsolatedCase({
    id: "iso.dbp.read-ack",
    requirements: ["MSG-14", "RTE-05"],
    level: "must",
    title: "gives a read ack to the database, the user's other connections and the other msg_servers",
    sends: "0x0303 of a PC while the user's phone is logged in here, too",
    why: "unread counts on all of a person's devices go by it",
    async run(context) {
      const pc = await context.logIn();
      const phone = await context.logIn(pc.user, "ios");
      const read = {
        user_id: pc.userId,
        session_id: context.unknownId(),
        msg_id: 12,
        session_type: SessionType.SESSION_TYPE_SINGLE,
      };
      const isIt = ({ session_id }: { session_id: number }) => session_id === read.session_id;
      pc.peer.send(CommandId.CID_MSG_READ_ACK, read);
      const told = await context.db.expect(CommandId.CID_MSG_READ_ACK, isIt);
      expectEqual("read ack at the database", told.body, { ...told.body, ...read });
      for (const at of [context.route, phone.peer]) {
        const { body } = await at.expect(CommandId.CID_MSG_READ_NOTIFY, isIt);
        expectEqual("read notify", body, read);
      }
      await pc.peer.expectNothing(CommandId.CID_MSG_READ_NOTIFY, isIt);
    },
  }),
];

/** Answers the question for a group's members, which the message waits for (0x0403). */
async function answerMembers(context: IsolatedContext, group_id: number, members: number[]): Promise<void> {
  const asked = await context.db.expect(CommandId.CID_GROUP_INFO_REQUEST, ({ group_version_list }) =>
    group_version_list.some((each) => each.group_id === group_id),
  );
  answer(asked, CommandId.CID_GROUP_INFO_RESPONSE, {
    user_id: asked.body.user_id,
    group_info_list: [
      {
        group_id,
        version: 1,
        group_name: "a group",
        group_avatar: "",
        group_creator_id: members[0] ?? 0,
        group_type: 2,
        shield_status: 0,
        group_member_list: members,
      },
    ],
  });
}
