import { type CommandBody, CommandId } from "../../../codec/generated/commands.js";
import { SessionType } from "../../../codec/generated/enums.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";

/** Server and suite agree on the time of a message only as well as its answer's travel lets them. */
const CLOCK_TOLERANCE_S = 2;
const FORGED_TIME = 1_000_000_000;
const FORGED_ID = 777_777;

export const msgDeliveryCases: readonly ConformanceCase[] = [
  defineCase({
    id: "msg.ack",
    requirements: ["MSG-01"],
    level: "must",
    title: "acknowledges a message once to the connection that sent it, with its id and the request's seq_num",
    why: "until the ack a client shows the message as pending, and sends it again",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const { ack } = await sender.say(receiver.userId);
      expectEqual(
        "0x0302",
        { ...ack, msg_id: ack.msg_id > 0 },
        {
          user_id: sender.userId,
          session_id: receiver.userId,
          msg_id: true,
          session_type: SessionType.SESSION_TYPE_SINGLE,
        },
      );
      await sender.peer.expectNothing(CommandId.CID_MSG_DATA_ACK);
    },
  }),

  defineCase({
    id: "msg.delivery-to-receiver",
    requirements: ["MSG-03", "MSG-05"],
    level: "must",
    title: "delivers a message to the receiver's PC and phone, byte for byte, from its sender, and to nobody else",
    why: "it is what the server is for",
    needs: { accounts: 3 },
    async run(context) {
      const sender = await context.login(context.account(0));
      const pc = await context.login(context.account(1));
      const phone = await context.login(context.account(1), { clientType: "ios" });
      const stranger = await context.login(context.account(2));
      const { ack, content } = await sender.say(pc.userId);
      for (const device of [pc, phone]) {
        const { body } = await device.expectMessage(content);
        expectEqual("from_user_id", body.from_user_id, sender.userId);
        expectEqual("to_session_id", body.to_session_id, pc.userId);
        expectEqual("msg_id", body.msg_id, ack.msg_id);
        expectEqual("msg_type", body.msg_type, 1);
      }
      await stranger.expectNoMessage(content, async () => {
        const later = await sender.say(stranger.userId);
        await stranger.expectMessage(later.content);
      });
    },
  }),

  defineCase({
    id: "msg.delivery-to-own-devices",
    requirements: ["MSG-03"],
    level: "must",
    title: "delivers a message to the sender's other device, and not to the one that sent it",
    why: "both devices show the same conversation; the sending one has the message already",
    needs: { accounts: 2 },
    async run(context) {
      const pc = await context.login(context.account(0));
      const phone = await context.login(context.account(0), { clientType: "android" });
      const receiver = await context.login(context.account(1));
      const fromPc = await pc.say(receiver.userId);
      const { body } = await phone.expectMessage(fromPc.content);
      expectEqual("msg_id", body.msg_id, fromPc.ack.msg_id);
      expectEqual("to_session_id", body.to_session_id, receiver.userId);
      const fromPhone = await phone.say(receiver.userId);
      await pc.expectMessage(fromPhone.content);
      await receiver.expectMessage(fromPhone.content);
      await pc.expectNoMessage(fromPc.content);
      await phone.expectNoMessage(fromPhone.content);
    },
  }),

  defineCase({
    id: "msg.delivery-once",
    requirements: ["MSG-03"],
    level: "must",
    title: "delivers a message once to each connection",
    why: "a message shown twice is a bug that every user sees",
    needs: { accounts: 2 },
    async run(context) {
      const sender = await context.login(context.account(0));
      const pc = await context.login(context.account(1));
      const phone = await context.login(context.account(1), { clientType: "ios" });
      const first = await sender.say(pc.userId);
      await pc.expectMessage(first.content);
      await phone.expectMessage(first.content);
      const second = await sender.say(pc.userId);
      for (const device of [pc, phone]) {
        await device.expectNoMessage(first.content, () => device.expectMessage(second.content));
      }
    },
  }),

  defineCase({
    id: "msg.delivery-across-servers",
    requirements: ["MSG-03"],
    level: "must",
    title: "delivers a message to devices of receiver and sender on another msg_server",
    why: "login_server spreads users; conversations must not notice",
    needs: { accounts: 3, secondServer: true },
    async run(context) {
      const sender = await context.login(context.account(0));
      const senderPhone = await context.login(context.account(0), { clientType: "ios", server: "peer" });
      const receiver = await context.login(context.account(1), { server: "peer" });
      const receiverPhone = await context.login(context.account(1), { clientType: "android" });
      const { ack, content } = await sender.say(receiver.userId);
      for (const device of [receiver, receiverPhone, senderPhone]) {
        const { body } = await device.expectMessage(content);
        expectEqual("from_user_id", body.from_user_id, sender.userId);
        expectEqual("msg_id", body.msg_id, ack.msg_id);
        expectEqual("to_session_id", body.to_session_id, receiver.userId);
      }
      const back = await receiver.say(sender.userId);
      await sender.expectMessage(back.content);
      await sender.expectNoMessage(content);
      // Nobody but the sender has anything to do with the other server this time.
      const near = await context.login(context.account(2));
      const toNear = await sender.say(near.userId);
      await senderPhone.expectMessage(toNear.content);
    },
  }),

  defineCase({
    id: "msg.no-attach-data",
    requirements: ["MSG-03", "MSG-24"],
    level: "should",
    title: "delivers a message on the sender's msg_server without attach_data",
    why: "it is how servers find their way back; clients have no use for it",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const { content } = await sender.say(receiver.userId);
      const { body } = await receiver.expectMessage(content);
      expectThat(body.attach_data === undefined, "no attach_data", body.attach_data?.toString("hex"));
    },
  }),

  defineCase({
    id: "msg.no-attach-data-across-servers",
    requirements: ["MSG-24", "MSG-03"],
    level: "should",
    title: "delivers a message on another msg_server without attach_data",
    why: "it shows the inside of the sender's server, handles included, to any receiver",
    needs: { accounts: 2, secondServer: true },
    async run(context) {
      const sender = await context.login(context.account(0));
      const receiver = await context.login(context.account(1), { server: "peer" });
      const { content } = await sender.say(receiver.userId);
      const { body } = await receiver.expectMessage(content);
      expectThat(body.attach_data === undefined, "no attach_data", body.attach_data?.toString("hex"));
    },
  }),

  defineCase({
    id: "msg.server-sets-fields",
    requirements: ["MSG-04", "MSG-03", "CON-07"],
    level: "must",
    title: "replaces from_user_id and create_time and ignores msg_id that the client gives",
    why: "otherwise anybody writes in anybody's name, at any time",
    needs: { accounts: 3 },
    async run(context) {
      const [sender, receiver, victim] = await context.loginAll(
        context.account(0),
        context.account(1),
        context.account(2),
      );
      const before = await sender.say(receiver.userId);
      const message = {
        ...sender.messageTo(receiver.userId),
        from_user_id: victim.userId,
        create_time: FORGED_TIME,
        msg_id: FORGED_ID,
      };
      const ack = await sender.request(CommandId.CID_MSG_DATA, message);
      expectEqual("msg_id of the ack", ack.msg_id, before.ack.msg_id + 1);
      const { body } = await receiver.expectMessage(message.msg_data);
      const { server_time } = await receiver.request(CommandId.CID_MSG_TIME_REQUEST, {});
      expectEqual("from_user_id", body.from_user_id, sender.userId);
      expectEqual("msg_id", body.msg_id, ack.msg_id);
      expectThat(
        Math.abs(server_time - body.create_time) <= CLOCK_TOLERANCE_S,
        `create_time within ${CLOCK_TOLERANCE_S} s of the server's ${server_time}`,
        body.create_time,
      );
    },
  }),

  defineCase({
    id: "msg.any-bytes",
    requirements: ["MSG-05"],
    level: "must",
    title: "delivers any bytes unchanged to connected receivers",
    why: "content is encrypted by clients; the server has no business with it",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      // Unique, then every byte value; the NUL and what is no UTF-8 come last.
      const values = Array.from({ length: 256 }, (_, at) => (at + 1) & 0xff);
      const content = Buffer.concat([Buffer.from(context.uniqueWord()), Buffer.from(values)]);
      await sender.say(receiver.userId, { content });
      // A database that refuses such bytes has spent an id on them: with one more message last id and history agree again.
      await sender.say(receiver.userId);
      await receiver.expectMessage(content);
    },
  }),

  defineCase({
    id: "msg.order-of-acked",
    requirements: ["MSG-09", "MSG-02"],
    level: "must",
    title: "delivers messages sent one after the other's ack in the order of their ids",
    why: "an answer before its question makes no sense",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const ids: number[] = [];
      for (let n = 0; n < 10; n++) ids.push((await sender.say(receiver.userId)).ack.msg_id);
      const arrived: number[] = [];
      for (const _ of ids) {
        const { body } = await receiver.peer.expect(
          CommandId.CID_MSG_DATA,
          ({ from_user_id }) => from_user_id === sender.userId,
        );
        arrived.push(body.msg_id);
      }
      expectEqual("ids in the order delivered:", arrived, ids);
      expectEqual(
        "ids, growing by one:",
        ids,
        ids.map((_, at) => (ids[0] ?? 0) + at),
      );
    },
  }),

  defineCase({
    id: "msg.order-of-pipelined",
    requirements: ["MSG-09"],
    level: "should",
    title: "gives pipelined messages of a connection ids in the order sent and delivers them in it",
    why: "fast typists and bots do not wait for acks",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      await sender.say(receiver.userId);
      const sent = Array.from({ length: 15 }, () => {
        const message = sender.messageTo(receiver.userId);
        return { content: message.msg_data, seqNum: sender.peer.send(CommandId.CID_MSG_DATA, message) };
      });
      const ids: number[] = [];
      for (const { seqNum } of sent) {
        ids.push((await sender.peer.expectAnswer(CommandId.CID_MSG_DATA, seqNum)).body.msg_id);
      }
      expectEqual(
        "ids in the order sent:",
        ids,
        ids.map((_, at) => (ids[0] ?? 0) + at),
      );
      await receiver.expectMessage(sent.at(-1)?.content ?? Buffer.alloc(0));
      // Others may write to the receiver, too.
      const delivered = receiver.peer.inbox.flatMap(({ commandId, body }) => {
        const { msg_id, msg_data } = body as CommandBody[typeof CommandId.CID_MSG_DATA];
        const isSent = commandId === CommandId.CID_MSG_DATA && sent.some(({ content }) => content.equals(msg_data));
        return isSent ? [msg_id] : [];
      });
      expectEqual("ids delivered before the last one:", delivered, ids.slice(0, -1));
    },
  }),

  defineCase({
    id: "msg.data-ack",
    requirements: ["MSG-13"],
    level: "must",
    title: "takes a receiver's ack without answering it",
    why: "it only tells the server that the message arrived",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const { content, ack } = await sender.say(receiver.userId);
      await receiver.expectMessage(content);
      const seqNum = receiver.peer.send(CommandId.CID_MSG_DATA_ACK, {
        user_id: receiver.userId,
        session_id: sender.userId,
        msg_id: ack.msg_id,
        session_type: SessionType.SESSION_TYPE_SINGLE,
      });
      await receiver.peer.expectNoAnswer(seqNum, async () => {
        await receiver.latestMsgId(sender.userId);
        await receiver.peer.expectHeartbeat();
      });
    },
  }),
];
