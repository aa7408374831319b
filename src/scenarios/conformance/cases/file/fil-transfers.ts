import { CommandId } from "../../../../codec/generated/commands.js";
import { ClientFileRole, ClientFileState, TransferFileType } from "../../../../codec/generated/enums.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { defineFileCase, expectPeerReady, expectState, SEGMENT_BYTES } from "../../file-context.js";

const { FILE_TYPE_ONLINE, FILE_TYPE_OFFLINE } = TransferFileType;
const { CLIENT_FILE_CANCEL, CLIENT_FILE_REFUSE, CLIENT_FILE_DONE } = ClientFileState;
const needs = { ports: ["clients"] as const };
const ONLINE_BYTES = 2 * SEGMENT_BYTES + 100;

export const filTransferRoleCases = [
  ...(["sender", "receiver"] as const).map((first) =>
    defineFileCase({
      id: `fil.online.peer-ready.${first}-first`,
      requirements: ["FIL-05"],
      level: "must",
      title: `tells the receiver of an online transfer that the sender is there once both are in, the ${first} first`,
      sends: `0x0501 of the ${first}, then of the other`,
      why: "the receiver begins to pull by it, and the transfer hangs without it",
      needs,
      async run(context) {
        const task = await context.task(ONLINE_BYTES, FILE_TYPE_ONLINE);
        const one = await context[first](task);
        expectEqual("0x0503 before the other side is in:", one.inbox.length, 0);
        const other = await context[first === "sender" ? "receiver" : "sender"](task);
        await expectPeerReady(first === "receiver" ? one : other, task);
      },
    }),
  ),

  defineFileCase({
    id: "fil.online.pull-is-passed",
    requirements: ["FIL-05"],
    level: "must",
    title: "passes a receiver's pull to the sender as it came",
    sends: "0x0504 of the receiver",
    why: "the sender reads the file where it is told",
    needs,
    async run(context) {
      const task = await context.task(ONLINE_BYTES, FILE_TYPE_ONLINE);
      const { sender, receiver } = await context.pair(task);
      const pull = {
        task_id: task.id,
        user_id: task.receiver,
        trans_mode: FILE_TYPE_ONLINE,
        offset: SEGMENT_BYTES,
        data_size: 777,
      };
      receiver.send(CommandId.CID_FILE_PULL_DATA_REQ, pull);
      const { body } = await sender.expect(CommandId.CID_FILE_PULL_DATA_REQ);
      expectEqual("pull", [body.task_id, body.offset, body.data_size], [task.id, SEGMENT_BYTES, 777]);
    },
  }),

  defineFileCase({
    id: "fil.online.whole-file",
    requirements: ["FIL-05"],
    level: "must",
    title: "passes a file from the sender to the receiver, byte for byte, segment by segment",
    sends: "0x0504 of the receiver and 0x0505 of the sender, until the end",
    why: "one wrong byte and the file does not open",
    needs,
    async run(context) {
      const task = await context.task(ONLINE_BYTES, FILE_TYPE_ONLINE);
      const content = context.content(task.size);
      const { sender, receiver } = await context.pair(task);
      const parts: Buffer[] = [];
      for (let offset = 0; offset < task.size; offset += SEGMENT_BYTES) {
        const pulled = context.pull(receiver, task, offset);
        pulled.catch(() => {});
        const { body, seqNum } = await sender.expect(CommandId.CID_FILE_PULL_DATA_REQ);
        const file_data = content.subarray(body.offset, body.offset + body.data_size);
        const segment = { result_code: 0, task_id: task.id, user_id: task.sender, offset: body.offset, file_data };
        sender.send(CommandId.CID_FILE_PULL_DATA_RSP, segment, { seqNum });
        parts.push((await pulled).file_data);
      }
      const received = Buffer.concat(parts);
      expectEqual("bytes received", received.length, content.length);
      expectThat(received.equals(content), "the bytes that were sent", "other bytes");
    },
  }),

  ...[
    { id: "done", state: CLIENT_FILE_DONE, by: "receiver" },
    { id: "cancel-by-receiver", state: CLIENT_FILE_CANCEL, by: "receiver" },
    { id: "cancel-by-sender", state: CLIENT_FILE_CANCEL, by: "sender" },
    { id: "refuse", state: CLIENT_FILE_REFUSE, by: "receiver" },
  ].map(({ id, state, by }) =>
    defineFileCase({
      id: `fil.online.${id}`,
      requirements: ["FIL-05"],
      level: "must",
      title: `passes state ${state} of the ${by} to the other side, and closes`,
      sends: `0x0503 with state ${state} of the ${by}`,
      why: "the other side would show a transfer that goes on for ever",
      needs,
      async run(context) {
        const task = await context.task(ONLINE_BYTES, FILE_TYPE_ONLINE);
        const { sender, receiver } = await context.pair(task);
        const [from, to] = by === "sender" ? [sender, receiver] : [receiver, sender];
        const user_id = by === "sender" ? task.sender : task.receiver;
        from.send(CommandId.CID_FILE_STATE, { state, task_id: task.id, user_id });
        await expectState(to, task, state);
        await to.expectClosed();
      },
    }),
  ),

  ...[1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 3 * SEGMENT_BYTES].map((size) =>
    defineFileCase({
      id: `fil.offline.${size}-bytes`,
      requirements: ["FIL-06"],
      level: "must",
      title: `pulls a file of ${size} bytes from the uploader in segments of ${SEGMENT_BYTES}, and gives out the same bytes`,
      sends: "an upload by 0x0505 until DONE, then a download by 0x0504 until DONE",
      why: "the receiver comes later, when the sender is gone",
      needs,
      async run(context) {
        const task = await context.task(size, FILE_TYPE_OFFLINE);
        const content = context.content(size);
        const uploader = await context.sender(task);
        const offsets = await context.upload(uploader, task, content);
        const expected = Array.from({ length: Math.ceil(size / SEGMENT_BYTES) }, (_, index) => index * SEGMENT_BYTES);
        expectEqual("offsets that it pulled", offsets, expected);
        await uploader.close();
        const downloader = await context.receiver(task);
        const parts: Buffer[] = [];
        for (let offset = 0; offset < size; offset += SEGMENT_BYTES) {
          const { result_code, file_data, offset: at } = await context.pull(downloader, task, offset);
          expectEqual("result_code and offset", [result_code, at], [0, offset]);
          parts.push(file_data);
        }
        await expectState(downloader, task, CLIENT_FILE_DONE);
        expectThat(Buffer.concat(parts).equals(content), "the bytes that were uploaded", "other bytes");
      },
    }),
  ),

  defineFileCase({
    id: "fil.offline.only-its-receiver",
    requirements: ["FIL-04", "FIL-06"],
    level: "must",
    title: "gives an uploaded file to nobody but its receiver",
    sends: "an upload, then 0x0501 of a stranger and of the sender for the download, then the receiver's",
    why: "files are private",
    needs,
    async run(context) {
      const task = await context.task(10, FILE_TYPE_OFFLINE);
      await context.upload(await context.sender(task), task, context.content(10));
      for (const userId of [context.unknownId(), task.sender]) {
        const { client, body } = await context.enter(task.id, userId, ClientFileRole.CLIENT_OFFLINE_DOWNLOAD);
        expectEqual("result_code", body.result_code, 1);
        await client.expectClosed();
      }
      await context.receiver(task);
    },
  }),

  ...[
    { id: "too-much", words: "more bytes than were asked for", bytes: 11, shift: 0 },
    { id: "elsewhere", words: "bytes of another place", bytes: 10, shift: 5 },
  ].map(({ id, words, bytes, shift }) =>
    defineFileCase({
      id: `fil.upload-refused.${id}`,
      requirements: ["FIL-07"],
      level: "should",
      title: `does not take ${words} for the file: the upload ends without DONE`,
      sends: "0x0505 that does not fit the pull that it answers",
      why: "an uploader could fill the disk, or write over what is there",
      needs,
      async run(context) {
        const task = await context.task(10, FILE_TYPE_OFFLINE);
        const uploader = await context.sender(task);
        const { body, seqNum } = await uploader.expect(CommandId.CID_FILE_PULL_DATA_REQ);
        uploader.send(
          CommandId.CID_FILE_PULL_DATA_RSP,
          {
            result_code: 0,
            task_id: task.id,
            user_id: task.sender,
            offset: body.offset + shift,
            file_data: context.content(bytes),
          },
          { seqNum },
        );
        await uploader.expectClosed();
        const done = uploader.inbox.filter(({ commandId }) => commandId === CommandId.CID_FILE_STATE);
        expectEqual("0x0503 that it sent", done.length, 0);
      },
    }),
  ),
];
