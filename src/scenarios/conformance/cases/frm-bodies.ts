import { encodeBody, encodePartialMessage } from "../../../codec/body-codec.js";
import { peekBytes } from "../../../codec/body-peek.js";
import { type CommandBody, CommandId } from "../../../codec/generated/commands.js";
import { ResultType } from "../../../codec/generated/enums.js";
import { HEADER_SIZE } from "../../../codec/pdu-header.js";
import { commandById, hexId } from "../../../codec/registry.js";
import type { CaseContext } from "../case-context.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";
import type { LoggedInClient } from "../logged-in-client.js";
import { type RequestSample, requestSamples } from "./request-samples.js";

/** Field 99: varint, field 100: bytes, field 101: fixed32, field 102: fixed64; none is in any message. */
const unknownFields = Buffer.from("98060a a2060378797a ad0601020304 b1060102030405060708".replaceAll(" ", ""), "hex");

/** Numbers of fields: of 0x0404, and of the GroupInfo in it. */
const GROUP_INFO_LIST = 2;
const GROUP_MEMBER_LIST = 8;

/** Bodies that no proto2 decoder takes, made from one that it does. */
const breakages: readonly { words: string; broken: (valid: Buffer) => Buffer }[] = [
  { words: "without its required fields", broken: () => Buffer.alloc(0) },
  { words: "cut off inside a field", broken: (valid) => valid.subarray(0, valid.length - 1) },
  { words: "that is an endless varint", broken: () => Buffer.from("08ffffffffffffffffffffff", "hex") },
];

/** Enum fields of requests with the numbers next to their range, and a far one. */
const outOfRange: readonly { id: string; command: CommandId; field: string; numbers: readonly number[] }[] = [
  { id: "msg-type", command: CommandId.CID_MSG_DATA, field: "msg_type", numbers: [0, 3, 16, 19, 255] },
  { id: "history-session-type", command: CommandId.CID_MSG_LIST_REQUEST, field: "session_type", numbers: [0, 3, 99] },
  {
    id: "latest-id-session-type",
    command: CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ,
    field: "session_type",
    numbers: [0, 3, 99],
  },
];

async function pairAndSamples(
  context: CaseContext,
): Promise<{ client: LoggedInClient; samples: readonly RequestSample[] }> {
  const [client, other] = await context.loginAll(context.account(0), context.account(1));
  return { client, samples: requestSamples(client.userId, other.userId, context.uniqueText()) };
}

async function expectServed({ peer }: LoggedInClient, { commandId, body }: RequestSample): Promise<void> {
  const seqNum = peer.send(commandId, body);
  await peer.expectAnswer(commandId, seqNum);
}

function sampleOf(samples: readonly RequestSample[], command: CommandId): RequestSample {
  const found = samples.find(({ commandId }) => commandId === command);
  if (found === undefined) throw new Error(`no sample of ${hexId(command)}`);
  return found;
}

// Which commands there are does not depend on who asks.
const sampledCommands = requestSamples(1, 2, Buffer.alloc(1)).map(({ commandId }) => commandId);

const undecodableBodies: readonly ConformanceCase[] = sampledCommands.map((command) =>
  defineCase({
    id: `frm.undecodable-body.${hexId(command)}`,
    requirements: ["FRM-10"],
    level: "must",
    title: `ignores a ${commandById(command)?.name} whose body cannot be decoded or lacks a required field`,
    why: "a broken client must not cost others their server, and guessed fields corrupt data",
    needs: { accounts: 2 },
    async run(context) {
      const { client, samples } = await pairAndSamples(context);
      const sample = sampleOf(samples, command);
      await expectServed(client, sample);
      for (const { words, broken } of breakages) {
        const seqNum = client.peer.sendFramed(command, broken(encodeBody(sample.commandId, sample.body)));
        // The valid request goes the same way through the server, so its answer tells that the other's is not coming.
        await client.peer.expectNoAnswer(seqNum, async () => {
          await expectServed(client, sample);
          expectThat(client.peer.isOpen, `the connection survives a body ${words}`, "it is closed");
        });
      }
    },
  }),
);

const enumsOutOfRange: readonly ConformanceCase[] = outOfRange.map(({ id, command, field, numbers }) =>
  defineCase({
    id: `frm.enum-out-of-range.${id}`,
    requirements: ["FRM-12"],
    level: "must",
    title: `ignores a ${commandById(command)?.name} whose ${field} is no number of its enum`,
    why: "proto2 drops such a value, so a required field is missing; a server that reads it as 0 does something else",
    needs: { accounts: 2 },
    async run(context) {
      const { client, samples } = await pairAndSamples(context);
      const sample = sampleOf(samples, command);
      const messageName = commandById(command)?.messageName ?? "";
      await expectServed(client, sample);
      for (const number of numbers) {
        const seqNum = client.peer.sendFramed(
          command,
          encodePartialMessage(messageName, { ...sample.body, [field]: number }),
        );
        await client.peer.expectNoAnswer(seqNum, () => expectServed(client, sample));
      }
    },
  }),
);

export const frmBodyCases: readonly ConformanceCase[] = [
  ...undecodableBodies,

  defineCase({
    id: "frm.undecodable-login",
    requirements: ["FRM-10"],
    level: "must",
    title: "ignores a login request whose body cannot be decoded, and takes a valid one after it",
    why: "the connection stays usable: nothing was asked yet",
    needs: { accounts: 1 },
    async run(context) {
      const peer = await context.dial();
      const request = context.loginRequest(context.account(0));
      const valid = encodeBody(CommandId.CID_LOGIN_REQ_USERLOGIN, request);
      for (const { broken } of breakages) {
        await peer.expectNoAnswer(peer.sendFramed(CommandId.CID_LOGIN_REQ_USERLOGIN, broken(valid)));
      }
      const answer = await peer.request(CommandId.CID_LOGIN_REQ_USERLOGIN, request);
      expectEqual("result_code", answer.result_code, ResultType.REFUSE_REASON_NONE);
    },
  }),

  defineCase({
    id: "frm.unknown-fields",
    requirements: ["FRM-11"],
    level: "must",
    title: "skips unknown fields of every wire type in a request's body",
    why: "that is how newer clients stay compatible with older servers",
    needs: { accounts: 2 },
    async run(context) {
      const { client, samples } = await pairAndSamples(context);
      for (const { commandId, body } of samples) {
        const bytes = Buffer.concat([encodeBody(commandId, body), unknownFields]);
        await client.peer.expectAnswer(commandId, client.peer.sendFramed(commandId, bytes), {
          what: "to a request with unknown fields",
        });
      }
    },
  }),

  ...enumsOutOfRange,

  ...[
    { id: "online-status", field: "online_status", numbers: [0, 4, 99] },
    { id: "client-type", field: "client_type", numbers: [0, 3, 0x10, 0x13] },
  ].map(({ id, field, numbers }) =>
    defineCase({
      id: `frm.enum-out-of-range.login-${id}`,
      requirements: ["FRM-12", "LGN-03"],
      level: "must",
      title: `ignores a login request whose ${field} is no number of its enum, and takes a valid one after it`,
      why: "the server's tables know no such device or status",
      needs: { accounts: 1 },
      async run(context) {
        const peer = await context.dial();
        const request = context.loginRequest(context.account(0));
        for (const number of numbers) {
          const body = encodePartialMessage("IM.Login.IMLoginReq", { ...request, [field]: number });
          await peer.expectNoAnswer(peer.sendFramed(CommandId.CID_LOGIN_REQ_USERLOGIN, body));
        }
        const answer = await peer.request(CommandId.CID_LOGIN_REQ_USERLOGIN, request);
        expectEqual("result_code", answer.result_code, ResultType.REFUSE_REASON_NONE);
      },
    }),
  ),

  defineCase({
    id: "frm.packed-and-unpacked",
    requirements: ["FRM-13"],
    level: "must",
    title: "reads repeated numbers packed and unpacked",
    why: "protobuf libraries differ in which one they send",
    needs: { accounts: 2 },
    async run(context) {
      const [client, other] = await context.loginAll(context.account(0), context.account(1));
      const ids = [client.userId, other.userId];
      for (const isPacked of [false, true]) {
        const body = usersInfoRequest(client.userId, ids, isPacked);
        const seqNum = client.peer.sendFramed(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, body);
        const answer = await client.peer.expectAnswer(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, seqNum);
        expectEqual(
          `users in the answer to a${isPacked ? " packed" : "n unpacked"} list:`,
          userIdsOf(answer.body),
          [...ids].sort((a, b) => a - b),
        );
      }
    },
  }),

  defineCase({
    id: "frm.sends-unpacked",
    requirements: ["FRM-13"],
    level: "must",
    title: "sends repeated numbers unpacked",
    why: "the shipped clients' decoders do not know packed ones",
    needs: { accounts: 1, groupMembers: 1 },
    async run(context) {
      const { peer, userId } = await context.login(context.account(0));
      const seqNum = peer.send(CommandId.CID_GROUP_INFO_REQUEST, {
        user_id: userId,
        group_version_list: [{ group_id: context.group.groupId, version: 0 }],
      });
      const { bytes, body } = await peer.expectAnswer(CommandId.CID_GROUP_INFO_REQUEST, seqNum);
      const members = body.group_info_list[0]?.group_member_list ?? [];
      expectThat(members.length > 0, "a group with members", body);
      const group = peekBytes(bytes, HEADER_SIZE, bytes.length, GROUP_INFO_LIST) ?? Buffer.alloc(0);
      // A number by itself has no length of its own.
      const packed = peekBytes(group, 0, group.length, GROUP_MEMBER_LIST);
      expectThat(packed === undefined, `each of the ${members.length} members by itself`, packed?.toString("hex"));
    },
  }),
];

function usersInfoRequest(userId: number, ids: readonly number[], isPacked: boolean): Buffer {
  if (!isPacked) {
    return encodeBody(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, { user_id: userId, user_id_list: [...ids] });
  }
  const packed = ids.flatMap(varint);
  return Buffer.from([0x08, ...varint(userId), 0x12, packed.length, ...packed]);
}

function userIdsOf(body: CommandBody[typeof CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE]): number[] {
  return body.user_info_list.map(({ user_id }) => user_id).sort((a, b) => a - b);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
