import { responseOf } from "../../../client/requests.js";
import { CommandId } from "../../../codec/generated/commands.js";
import type { HeaderOverrides } from "../../../codec/pdu.js";
import { hexId } from "../../../codec/registry.js";
import { defineCase } from "../define-case.js";
import { expectEqual } from "../expect-that.js";
import { requestSamples } from "./request-samples.js";

const ignoredFields: readonly { field: string; headers: readonly HeaderOverrides[] }[] = [
  { field: "version", headers: [{ version: 0 }, { version: 2 }, { version: 0xffff }] },
  { field: "flag", headers: [{ flag: 1 }, { flag: 0xffff }] },
  { field: "service-id", headers: [{ serviceId: 0 }, { serviceId: 1 }, { serviceId: 0xffff }] },
  { field: "reserved", headers: [{ reserved: 1 }, { reserved: 0xffff }] },
];

// Which commands answer does not depend on who asks.
const answers = requestSamples(1, 2, Buffer.alloc(1)).map(({ commandId }) => responseOf[commandId]);

/** Outside every service's range, just beyond one, and at both ends. */
const unknownCommands = [0x0000, 0x0001, 0x01ff, 0x03ff, 0x0801, 0x7fff, 0xffff];

export const frmHeaderCases = [
  defineCase({
    id: "frm.header-of-answers",
    requirements: ["FRM-01"],
    level: "must",
    title: "sends headers of 16 bytes: exact length, version 1, flag 0, the command's service_id, reserved 0",
    why: "clients read these fields; some check the version",
    needs: { accounts: 1 },
    async run(context) {
      const { peer, userId } = await context.login(context.account(0));
      const seqNum = peer.send(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id: userId, latest_update_time: 0 });
      const { header, bytes } = await peer.expectAnswer(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, seqNum);
      expectEqual("header", header, {
        length: bytes.length,
        version: 1,
        flag: 0,
        serviceId: 0x0002,
        commandId: CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE,
        seqNum,
        reserved: 0,
      });
    },
  }),

  ...ignoredFields.map(({ field, headers }) =>
    defineCase({
      id: `frm.ignores-${field}`,
      requirements: ["FRM-07"],
      level: "must",
      title: `handles a request the same whatever its ${field} says`,
      why: "descendants of the protocol put other values there; dispatch is on command_id alone",
      needs: { accounts: 1 },
      async run(context) {
        const { peer } = await context.login(context.account(0));
        for (const header of headers) {
          const seqNum = peer.send(CommandId.CID_MSG_TIME_REQUEST, {}, header);
          await peer.expectAnswer(CommandId.CID_MSG_TIME_REQUEST, seqNum, { what: JSON.stringify(header) });
        }
      },
    }),
  ),

  ...[0, 1, 0x7fff, 0x8000, 0xffff].map((seqNum) =>
    defineCase({
      id: `frm.echoes-seq-num.${seqNum}`,
      requirements: ["FRM-08"],
      level: "must",
      title: `echoes seq_num ${seqNum} in the answers that it makes itself and in those of its database`,
      why: "clients find the request that an answer belongs to by this number alone",
      needs: { accounts: 1 },
      async run(context) {
        const { peer, userId } = await context.login(context.account(0));
        peer.send(CommandId.CID_MSG_TIME_REQUEST, {}, { seqNum });
        await peer.expectAnswer(CommandId.CID_MSG_TIME_REQUEST, seqNum);
        peer.send(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id: userId, latest_update_time: 0 }, { seqNum });
        await peer.expectAnswer(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, seqNum);
      },
    }),
  ),

  defineCase({
    id: "frm.answers-once",
    requirements: ["FRM-08", "CON-07"],
    level: "must",
    title: "answers each request of a PC and of a phone once, to the device that asked, in the name of its user",
    why: "a second answer is taken for that to a later request, and a missing one is waited for",
    needs: { accounts: 2 },
    async run(context) {
      const pc = await context.login(context.account(0));
      const phone = await context.login(context.account(0), { clientType: "ios" });
      const other = await context.login(context.account(1));
      for (const device of [pc, phone]) {
        const samples = requestSamples(device.userId, other.userId, context.uniqueText());
        const asked = samples.map(({ commandId, body }) => ({ commandId, seqNum: device.peer.send(commandId, body) }));
        for (const { commandId, seqNum } of asked) {
          const { body } = await device.peer.expectAnswer(commandId, seqNum);
          expectEqual(`user_id of ${hexId(responseOf[commandId])}`, userOf(body), device.userId);
        }
      }
      // What one of them was answered twice, or by mistake, has come by the time that both are served again.
      for (const device of [pc, phone]) await device.latestMsgId(other.userId);
      for (const { peer } of [pc, phone]) {
        for (const command of answers) await peer.expectNothing(command, undefined, { what: "beyond the answer" });
      }
    },
  }),

  defineCase({
    id: "frm.unknown-command",
    requirements: ["FRM-09"],
    level: "must",
    title: "ignores unknown commands of a logged-in user and goes on serving",
    why: "newer clients know commands that an older server does not",
    needs: { accounts: 1 },
    async run(context) {
      const { peer } = await context.login(context.account(0));
      for (const command of unknownCommands) {
        const seqNum = peer.sendFramed(command, Buffer.from("0801", "hex"));
        await peer.expectNoAnswer(seqNum);
      }
    },
  }),

  defineCase({
    id: "frm.unknown-command-before-login",
    requirements: ["FRM-09"],
    level: "must",
    title: "ignores unknown commands of a stranger and still lets him log in",
    why: "the connection must survive what the server does not know",
    needs: { accounts: 1 },
    async run(context) {
      const peer = await context.dial();
      for (const command of unknownCommands) {
        const seqNum = peer.sendFramed(command, Buffer.alloc(0));
        await peer.expectNoAnswer(seqNum);
      }
      const answer = await peer.request(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(context.account(0)));
      expectEqual("result_code", answer.result_code, 0);
    },
  }),

  defineCase({
    id: "frm.notifications-carry-seq-zero",
    requirements: ["FRM-14"],
    level: "must",
    title: "sends presence notifications and messages of the same msg_server with seq_num 0",
    why: "a client would take any other number for the answer to a request of its own",
    needs: { accounts: 2 },
    async run(context) {
      const [receiver, sender] = await context.loginAll(context.account(0), context.account(1));
      const presence = await receiver.expectPresence(sender.userId, 1);
      expectEqual("seq_num of 0x0203", presence.seqNum, 0);
      const { content } = await sender.say(receiver.userId);
      expectEqual("seq_num of 0x0301", (await receiver.expectMessage(content)).seqNum, 0);
    },
  }),

  defineCase({
    id: "frm.routed-messages-carry-seq-zero",
    requirements: ["FRM-14"],
    level: "should",
    title: "sends messages that came by way of route_server with seq_num 0",
    why: "the sender's number means nothing to the receiver, whose own request may carry it at that moment",
    needs: { accounts: 2, secondServer: true },
    async run(context) {
      const receiver = await context.login(context.account(0), { server: "peer" });
      const sender = await context.login(context.account(1));
      const { content } = await sender.say(receiver.userId);
      expectEqual("seq_num of 0x0301", (await receiver.expectMessage(content)).seqNum, 0);
    },
  }),
];

/** Every answer to a sample has one. */
function userOf(body: object): unknown {
  return "user_id" in body ? body.user_id : undefined;
}
