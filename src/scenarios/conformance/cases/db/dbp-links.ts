import { type CommandBody, CommandId } from "../../../../codec/generated/commands.js";
import { encodePdu } from "../../../../codec/pdu.js";
import { hexId } from "../../../../codec/registry.js";
import type { ConformanceCase } from "../../conformance-case.js";
import { type DatabaseQuestion, databaseAnswerOf, defineDatabaseCase, SINGLE } from "../../db-context.js";
import { expectEqual, expectThat } from "../../expect-that.js";

const needs = { accounts: 1 };
const EARLY_SHARE = 0.9;
const PIPELINED = 100;
/** What other implementations of a msg_server may write; the database must not look into it. */
const oddAttachments = [Buffer.from("00", "hex"), Buffer.alloc(1000, 0xfe)];

/** Questions that change nothing. */
function harmless(user_id: number): readonly { commandId: DatabaseQuestion; body: object }[] {
  const session = { session_type: SINGLE, session_id: user_id + 1 };
  return [
    { commandId: CommandId.CID_OTHER_VALIDATE_REQ, body: { user_name: "nobody-of-that-name", password: "x" } },
    { commandId: CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, body: { user_id, latest_update_time: 0 } },
    { commandId: CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, body: { user_id, user_id_list: [user_id] } },
    { commandId: CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, body: { user_id, latest_update_time: 2_100_000_000 } },
    { commandId: CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, body: { user_id, latest_update_time: 0 } },
    { commandId: CommandId.CID_MSG_UNREAD_CNT_REQUEST, body: { user_id } },
    { commandId: CommandId.CID_MSG_LIST_REQUEST, body: { user_id, ...session, msg_id_begin: 0, msg_cnt: 1 } },
    { commandId: CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ, body: { user_id, ...session } },
    { commandId: CommandId.CID_MSG_GET_BY_MSG_ID_REQ, body: { user_id, ...session, msg_id_list: [1] } },
    { commandId: CommandId.CID_GROUP_NORMAL_LIST_REQUEST, body: { user_id } },
    {
      commandId: CommandId.CID_GROUP_INFO_REQUEST,
      body: { user_id, group_version_list: [{ group_id: 1, version: 1_000_000 }] },
    },
    { commandId: CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, body: { user_id } },
    { commandId: CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ, body: { user_id: [user_id] } },
  ];
}

const echoes: readonly ConformanceCase[] = harmless(1).map(({ commandId }) =>
  defineDatabaseCase({
    id: `dbp.echo.${hexId(commandId)}`,
    requirements: ["DBP-02", "FRM-08"],
    level: "must",
    title: `answers ${hexId(commandId)} with ${hexId(databaseAnswerOf[commandId])}, attach_data and seq_num unchanged`,
    sends: `${hexId(commandId)} with attach_data of 1 and 1000 bytes, and seq_num 0 and 65535`,
    why: "the msg_server finds by them which client asked",
    needs,
    async run(context) {
      const user_id = await context.userId(0);
      const question = harmless(user_id).find((each) => each.commandId === commandId);
      const link = await context.link();
      for (const attach_data of oddAttachments) {
        for (const seqNum of [0, 0xffff]) {
          const body = { ...question?.body, attach_data } as CommandBody[DatabaseQuestion];
          link.send(commandId, body, { seqNum });
          const answer = await link.expect(databaseAnswerOf[commandId], (_, pdu) => pdu.seqNum === seqNum, {
            what: `with seq_num ${seqNum}`,
          });
          expectEqual("attach_data", (answer.body as { attach_data?: Buffer }).attach_data, attach_data);
        }
      }
    },
  }),
);

export const dbpLinkCases: readonly ConformanceCase[] = [
  ...echoes,

  defineDatabaseCase({
    id: "dbp.pipelined",
    requirements: ["DBP-02", "FRM-02"],
    level: "must",
    title: "answers each of many requests that come in one segment, each with its own attach_data",
    sends: `${PIPELINED} times 0x0210 in one segment`,
    why: "a msg_server asks for all of its clients at once",
    needs,
    async run(context) {
      const user_id = await context.userId(0);
      const link = await context.link();
      const asked = new Map<string, number>();
      for (let n = 0; n < PIPELINED; n++) {
        const attach_data = Buffer.from(context.uniqueWord(), "hex");
        const seqNum = link.send(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, {
          user_id,
          latest_update_time: 2_100_000_000,
          attach_data,
        });
        asked.set(attach_data.toString("hex"), seqNum);
      }
      for (let n = 0; n < PIPELINED; n++) {
        const { body, seqNum } = await link.expect(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE);
        const attached = body.attach_data?.toString("hex") ?? "none";
        expectEqual(`seq_num of the answer with attach_data ${attached}`, seqNum, asked.get(attached));
        asked.delete(attached);
      }
    },
  }),

  defineDatabaseCase({
    id: "dbp.several-links",
    requirements: ["DBP-02", "DBP-05"],
    level: "must",
    title: "answers each request on the link that it came over",
    sends: "0x0307 on three links at the same time",
    why: "a msg_server keeps several links, and several msg_servers ask",
    needs,
    async run(context) {
      const user_id = await context.userId(0);
      const links = await Promise.all(["A", "B", "C"].map((name) => context.connectServer(`msg_server ${name}`)));
      await Promise.all(links.map((link) => context.ask(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }, link)));
    },
  }),

  defineDatabaseCase({
    id: "dbp.undecodable",
    requirements: ["FRM-10", "FRM-09"],
    level: "must",
    title: "ignores bodies that cannot be decoded and unknown commands, and goes on serving the link",
    sends: "requests cut off or without required fields, command 0x0999, then a good request",
    why: "a msg_server of another version must not confuse it",
    needs,
    async run(context) {
      const user_id = await context.userId(0);
      const link = await context.link();
      for (const body of [Buffer.from("0a", "hex"), Buffer.alloc(0)]) {
        // Not 0x0703: the original servers answer one that cannot be decoded with result 2, which is a refusal (LGN-02).
        for (const command of [CommandId.CID_MSG_UNREAD_CNT_REQUEST, CommandId.CID_MSG_LIST_REQUEST, 0x0999]) {
          link.sendFramed(command, body, { seqNum: 0x7777 });
        }
      }
      await link.expectNoAnswer(0x7777, () => context.ask(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }));
    },
  }),

  defineDatabaseCase({
    id: "dbp.split",
    requirements: ["FRM-03"],
    level: "must",
    title: "handles a PDU that arrives byte by byte",
    sends: "0x0703, one byte a segment",
    why: "TCP cuts where it likes",
    needs,
    async run(context) {
      await context.userId(0);
      // A heartbeat must not come between the bytes.
      const link = await context.connect("target", "msg_server in pieces");
      const request = { user_name: "nobody-of-that-name", password: "x" };
      for (const byte of encodePdu(CommandId.CID_OTHER_VALIDATE_REQ, request, { seqNum: 0x6666 })) {
        link.sendBytes(Buffer.from([byte]));
        await context.pause(1);
      }
      await link.expect(CommandId.CID_OTHER_VALIDATE_RSP, (_, { seqNum }) => seqNum === 0x6666);
    },
  }),

  defineDatabaseCase({
    id: "dbp.length-zero",
    requirements: ["FRM-04"],
    level: "must",
    title: "closes a link on which a PDU of length 0 comes, and serves the others on",
    sends: "a header whose length is 0",
    why: "a stream that is out of step can only be started anew",
    needs,
    async run(context) {
      const user_id = await context.userId(0);
      const broken = await context.connectServer("broken");
      broken.sendHex("00000000 0001 0000 0007 0701 0000 0000");
      await broken.expectClosed();
      await context.ask(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id });
    },
  }),

  defineDatabaseCase({
    id: "dbp.heartbeats",
    requirements: ["RTE-09"],
    level: "must",
    title: "sends a heartbeat when it has sent nothing for 5 s",
    sends: "nothing",
    why: "a msg_server takes a silent link for dead, and refuses logins meanwhile",
    waitsForTimeout: true,
    async run(context) {
      // On a link that says nothing itself: a port that echoes must not pass.
      const link = await context.connect("target", "silent msg_server");
      const { heartbeatIntervalMs, answerMs } = context.timing;
      await link.expect(CommandId.CID_OTHER_HEARTBEAT, undefined, { withinMs: heartbeatIntervalMs + answerMs });
    },
  }),

  defineDatabaseCase({
    id: "dbp.silent-link-is-closed",
    requirements: ["RTE-09"],
    level: "must",
    title: "closes a link that has been silent for 30 s",
    sends: "0x0210, and then nothing",
    why: "links of dead machines would collect",
    waitsForTimeout: true,
    async run(context) {
      const { linkTimeoutMs, answerMs } = context.timing;
      const link = await context.connect("target", "silent msg_server");
      const startedMs = performance.now();
      const departments = { user_id: context.unknownId(), latest_update_time: 0 };
      await context.precondition(
        "the db_proxy_server does not serve a msg_server",
        context.ask(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, departments, link),
      );
      await link.expectClosed({ withinMs: linkTimeoutMs + answerMs });
      const afterMs = performance.now() - startedMs;
      expectThat(
        afterMs >= linkTimeoutMs * EARLY_SHARE,
        `a close after ${linkTimeoutMs} ms of silence, not before`,
        `a close after ${Math.round(afterMs)} ms`,
      );
    },
  }),
];
