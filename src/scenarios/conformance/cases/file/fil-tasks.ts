import { CommandId } from "../../../../codec/generated/commands.js";
import { ClientFileRole, TransferFileType } from "../../../../codec/generated/enums.js";
import { encodePdu } from "../../../../codec/pdu.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { defineFileCase } from "../../file-context.js";

const { FILE_TYPE_ONLINE, FILE_TYPE_OFFLINE } = TransferFileType;
const { CLIENT_REALTIME_SENDER, CLIENT_REALTIME_RECVER, CLIENT_OFFLINE_UPLOAD, CLIENT_OFFLINE_DOWNLOAD } =
  ClientFileRole;
const ports = ["clients"] as const;
const SIZE = 100;
const PORT_MAX = 65_535;
const EARLY_SHARE = 0.9;

export const filTaskCases = [
  defineFileCase({
    id: "fil.addresses",
    requirements: ["FIL-01", "FRM-08"],
    level: "must",
    title: "tells a msg_server where clients find it, under the seq_num of the question",
    sends: "0x0733",
    why: "msg_servers hand these addresses to clients",
    async run(context) {
      const link = await context.msgServer();
      const seqNum = link.send(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, {});
      const { body } = await link.expect(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, (_, pdu) => pdu.seqNum === seqNum);
      expectThat(body.ip_addr_list.length > 0, "an address", "none");
      for (const { ip, port } of body.ip_addr_list) {
        expectThat(ip !== "" && port > 0 && port <= PORT_MAX, "an address with a TCP port", `${ip}:${port}`);
      }
    },
  }),

  ...[
    { id: "online", mode: FILE_TYPE_ONLINE },
    { id: "offline", mode: FILE_TYPE_OFFLINE },
  ].map(({ id, mode }) =>
    defineFileCase({
      id: `fil.task-made.${id}`,
      requirements: ["FIL-01"],
      level: "must",
      title: `makes an ${id} task and answers with its id, seq_num, attach_data and what was announced unchanged`,
      sends: "0x0731 with attach_data",
      why: "the msg_server finds by them which client asked, and gives both sides the id",
      async run(context) {
        const attach_data = Buffer.from("000000050000002a00000000", "hex");
        const made = await context.announce(SIZE, mode, attach_data);
        expectEqual("result_code", made.result_code, 0);
        expectThat((made.task_id ?? "") !== "", "a task_id", "none");
        expectEqual("attach_data", made.attach_data ?? Buffer.alloc(0), attach_data);
        expectEqual("file", [made.file_name, made.file_size, made.trans_mode], ["plan.pdf", SIZE, mode]);
      },
    }),
  ),

  defineFileCase({
    id: "fil.task-ids-differ",
    requirements: ["FIL-01", "FIL-04"],
    level: "must",
    title: "gives each task an id of its own",
    sends: "ten times 0x0731",
    why: "two transfers under one id would mix their files",
    async run(context) {
      const ids = new Set<string>();
      for (let n = 0; n < 10; n++) ids.add((await context.task(SIZE, FILE_TYPE_ONLINE)).id);
      expectEqual("different ids", ids.size, 10);
    },
  }),

  ...[
    { id: "online-sender", mode: FILE_TYPE_ONLINE, side: "sender", role: CLIENT_REALTIME_SENDER },
    { id: "online-receiver", mode: FILE_TYPE_ONLINE, side: "receiver", role: CLIENT_REALTIME_RECVER },
    { id: "offline-uploader", mode: FILE_TYPE_OFFLINE, side: "sender", role: CLIENT_OFFLINE_UPLOAD },
  ].map(({ id, mode, side, role }) =>
    defineFileCase({
      id: `fil.login.${id}`,
      requirements: ["FIL-04", "FRM-08"],
      level: "must",
      title: `lets the task's ${side} in with role ${role}, and echoes task_id and seq_num`,
      sends: "0x0731, then 0x0501 of that user in that role",
      why: "nobody could send a file",
      needs: { ports },
      async run(context) {
        const task = await context.task(SIZE, mode);
        const { client, body } = await context.enter(task.id, side === "sender" ? task.sender : task.receiver, role);
        expectEqual("answer", [body.result_code, body.task_id], [0, task.id]);
        expectThat(client.isOpen, "the connection stays open", "it was closed");
      },
    }),
  ),

  ...[
    { id: "stranger", mode: FILE_TYPE_ONLINE, who: "stranger", role: CLIENT_REALTIME_SENDER },
    { id: "receiver-as-sender", mode: FILE_TYPE_ONLINE, who: "receiver", role: CLIENT_REALTIME_SENDER },
    { id: "sender-as-receiver", mode: FILE_TYPE_ONLINE, who: "sender", role: CLIENT_REALTIME_RECVER },
    { id: "upload-of-online", mode: FILE_TYPE_ONLINE, who: "sender", role: CLIENT_OFFLINE_UPLOAD },
    { id: "download-of-online", mode: FILE_TYPE_ONLINE, who: "receiver", role: CLIENT_OFFLINE_DOWNLOAD },
    { id: "online-of-offline", mode: FILE_TYPE_OFFLINE, who: "sender", role: CLIENT_REALTIME_SENDER },
    { id: "receiver-as-uploader", mode: FILE_TYPE_OFFLINE, who: "receiver", role: CLIENT_OFFLINE_UPLOAD },
  ].map(({ id, mode, who, role }) =>
    defineFileCase({
      id: `fil.login-refused.${id}`,
      requirements: ["FIL-04"],
      level: "must",
      title: `refuses the ${who} in role ${role} of an ${mode === FILE_TYPE_ONLINE ? "online" : "offline"} task with result 1 and closes`,
      sends: "0x0731, then 0x0501",
      why: "whoever learns a task's id could read or forge the file",
      needs: { ports },
      async run(context) {
        const task = await context.task(SIZE, mode);
        const users = { sender: task.sender, receiver: task.receiver, stranger: context.unknownId() };
        const { client, body } = await context.enter(task.id, users[who as keyof typeof users], role);
        expectEqual("result_code", body.result_code, 1);
        await client.expectClosed();
      },
    }),
  ),

  defineFileCase({
    id: "fil.login-refused.unknown-task",
    requirements: ["FIL-04"],
    level: "must",
    title: "refuses a task_id that it never gave with result 1 and closes",
    sends: "0x0501 with an invented task_id, in each of the online roles",
    why: "a client must learn that its task is gone, instead of waiting",
    needs: { ports },
    async run(context) {
      const task = await context.task(SIZE, FILE_TYPE_ONLINE);
      for (const role of [CLIENT_REALTIME_SENDER, CLIENT_REALTIME_RECVER]) {
        const { client, body } = await context.enter(context.uniqueWord(), task.sender, role);
        expectEqual("result_code", body.result_code, 1);
        await client.expectClosed();
      }
    },
  }),

  ...["../../etc/passwd", "..", "/etc/passwd", "a/../../b", "con\0trol"].map((id, index) =>
    defineFileCase({
      id: `fil.paths.${["up", "dots", "absolute", "inside", "nul"][index]}`,
      requirements: ["FIL-07", "FIL-04"],
      level: "should",
      title: `refuses the task_id ${JSON.stringify(id)} and goes on serving`,
      sends: "0x0501 for a download, then for a real task",
      why: "offline tasks are found on disk by their id: a path would read any file of the machine",
      needs: { ports },
      async run(context) {
        const task = await context.task(SIZE, FILE_TYPE_ONLINE);
        const { client, body } = await context.enter(id, task.receiver, CLIENT_OFFLINE_DOWNLOAD);
        expectEqual("result_code", body.result_code, 1);
        await client.expectClosed();
        await context.receiver(task);
      },
    }),
  ),

  defineFileCase({
    id: "fil.undecodable",
    requirements: ["FRM-10", "FRM-09"],
    level: "must",
    title: "ignores bodies that cannot be decoded and unknown commands of a msg_server, and goes on serving it",
    sends: "0x0731 cut off and without required fields, command 0x0999, then a good 0x0731",
    why: "a msg_server of another version must not confuse it",
    async run(context) {
      const link = await context.msgServer();
      for (const body of [Buffer.from("0a", "hex"), Buffer.alloc(0)]) {
        link.sendFramed(CommandId.CID_OTHER_FILE_TRANSFER_REQ, body, { seqNum: 501 });
        link.sendFramed(0x0999, body, { seqNum: 501 });
      }
      await link.expectNoAnswer(501, () => context.announce(SIZE, FILE_TYPE_ONLINE));
    },
  }),

  defineFileCase({
    id: "fil.split",
    requirements: ["FRM-03"],
    level: "must",
    title: "handles a PDU that arrives byte by byte, from a msg_server and from a client",
    sends: "0x0731 and 0x0501, one byte a segment",
    why: "TCP cuts where it likes",
    needs: { ports },
    async run(context) {
      const task = await context.task(SIZE, FILE_TYPE_ONLINE);
      const client = await context.connect("clients", "client");
      const body = { user_id: task.sender, task_id: task.id, file_role: CLIENT_REALTIME_SENDER };
      for (const byte of encodePdu(CommandId.CID_FILE_LOGIN_REQ, body, { seqNum: 3 })) {
        client.sendBytes(Buffer.from([byte]));
        await context.pause(1);
      }
      expectEqual("result_code", (await client.expect(CommandId.CID_FILE_LOGIN_RES)).body.result_code, 0);
      // A heartbeat must not come between the bytes.
      const link = await context.connect("target", "msg_server in pieces");
      for (const byte of encodePdu(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, {}, { seqNum: 4 })) {
        link.sendBytes(Buffer.from([byte]));
        await context.pause(1);
      }
      await link.expect(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, (_, { seqNum }) => seqNum === 4);
    },
  }),

  defineFileCase({
    id: "fil.several-in-one-segment",
    requirements: ["FRM-02"],
    level: "must",
    title: "handles several PDUs of one segment, all of them",
    sends: "ten times 0x0733 in one segment",
    why: "a msg_server writes what has collected at once",
    async run(context) {
      const link = await context.msgServer();
      const seqNums = Array.from({ length: 10 }, () => link.send(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, {}));
      for (const expected of seqNums) {
        await link.expect(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, (_, { seqNum }) => seqNum === expected);
      }
    },
  }),

  ...(["target", "clients"] as const).map((port) =>
    defineFileCase({
      id: `fil.length-zero.${port === "target" ? "servers" : "clients"}`,
      requirements: ["FRM-04"],
      level: "must",
      title: `closes a connection of a ${port === "target" ? "msg_server" : "client"} on which a PDU of length 0 comes`,
      sends: "a header whose length is 0",
      why: "a stream that is out of step can only be started anew",
      needs: { ports },
      async run(context) {
        await context.task(SIZE, FILE_TYPE_ONLINE);
        const peer = await context.connect(port, "broken");
        peer.sendHex("00000000 0001 0000 0005 0501 0000 0000");
        await peer.expectClosed();
        await context.announce(SIZE, FILE_TYPE_ONLINE);
      },
    }),
  ),

  defineFileCase({
    id: "fil.heartbeats",
    requirements: ["RTE-09"],
    level: "must",
    title: "lets a msg_server that sends heartbeats hear one, its own or an echo",
    sends: "0x0733, then heartbeats",
    why: "a msg_server takes a silent link for dead, and refuses transfers meanwhile",
    waitsForTimeout: true,
    async run(context) {
      const link = await context.msgServer();
      // A port that echoes does not answer this.
      const seqNum = link.send(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, {});
      await context.precondition(
        "the file_server does not serve a msg_server",
        link.expect(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, (_, pdu) => pdu.seqNum === seqNum),
      );
      // The original echoes and says nothing by itself; others may say it and not echo.
      link.send(CommandId.CID_OTHER_HEARTBEAT, {});
      const { heartbeatIntervalMs, answerMs } = context.timing;
      await link.expect(CommandId.CID_OTHER_HEARTBEAT, undefined, { withinMs: heartbeatIntervalMs + answerMs });
    },
  }),

  defineFileCase({
    id: "fil.silent-link-is-closed",
    requirements: ["RTE-09"],
    level: "must",
    title: "closes the link of a msg_server that has been silent for 30 s",
    sends: "0x0733, and then nothing",
    why: "links of dead machines would collect",
    waitsForTimeout: true,
    async run(context) {
      const { linkTimeoutMs, answerMs } = context.timing;
      const link = await context.connect("target", "silent msg_server");
      const startedMs = performance.now();
      link.send(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, {});
      await context.precondition(
        "the file_server does not serve a msg_server",
        link.expect(CommandId.CID_OTHER_FILE_SERVER_IP_RSP),
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
