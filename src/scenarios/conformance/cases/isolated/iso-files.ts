import { CommandId } from "../../../../codec/generated/commands.js";
import { TransferFileType, UserStatType } from "../../../../codec/generated/enums.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { defineIsolatedCase, type IsolatedClient, type IsolatedContext } from "../../isolated-context.js";
import { answer } from "../../surrounded-context.js";

const { USER_STATUS_ONLINE: ONLINE, USER_STATUS_OFFLINE: OFFLINE } = UserStatType;
const { FILE_TYPE_ONLINE, FILE_TYPE_OFFLINE } = TransferFileType;
const played = ["file"] as const;
const file = { file_name: "plan.pdf", file_size: 70_000 };

export const isoFileCases = [
  defineIsolatedCase({
    id: "iso.fil.task",
    requirements: ["FIL-01"],
    level: "must",
    title:
      "has the file_server make a task, tells it to the client, and to the receiver by way of the other msg_servers",
    sends: "0x0506 for an online transfer to a user who is on a PC elsewhere; the file_server answers 0x0732",
    why: "both sides meet at the file_server by that task",
    needs: { played },
    async run(context) {
      context.answerStatus(ONLINE);
      const sender = await context.logIn();
      const to_user_id = context.unknownId();
      const { seqNum, asked } = await request(context, sender, to_user_id, FILE_TYPE_ONLINE);
      expectEqual(
        "task",
        [asked.body.from_user_id, asked.body.to_user_id, asked.body.file_name, asked.body.file_size],
        [sender.userId, to_user_id, file.file_name, file.file_size],
      );
      expectEqual("trans_mode", asked.body.trans_mode, FILE_TYPE_ONLINE);
      const task_id = context.uniqueWord();
      answer(asked, CommandId.CID_OTHER_FILE_TRANSFER_RSP, made(asked.body, task_id));
      const { body } = await sender.peer.expectAnswer(CommandId.CID_FILE_REQUEST, seqNum);
      expectEqual("answer", [body.result_code, body.task_id], [0, task_id]);
      expectThat(body.ip_addr_list.length > 0, "the file_server's addresses", "none");
      const isIt = (notify: { task_id: string }) => notify.task_id === task_id;
      const { body: notify } = await context.route.expect(CommandId.CID_FILE_NOTIFY, isIt);
      expectEqual(
        "notify",
        [notify.from_user_id, notify.to_user_id, notify.file_name, notify.file_size, notify.offline_ready],
        [sender.userId, to_user_id, file.file_name, file.file_size, 0],
      );
      await context.route.expectNothing(CommandId.CID_FILE_NOTIFY, isIt, () => sender.expectMarkerAtRoute());
    },
  }),

  defineIsolatedCase({
    id: "iso.fil.notify-here",
    requirements: ["FIL-01", "RTE-05"],
    level: "must",
    title: "tells the receiver's PC connections here of a file that another msg_server announces",
    sends: "the route_server sends 0x0508",
    why: "the receiver has to accept",
    async run(context) {
      const pc = await context.logIn();
      const notify = {
        from_user_id: context.unknownId(),
        to_user_id: pc.userId,
        ...file,
        task_id: context.uniqueWord(),
        ip_addr_list: [{ ip: "10.9.9.9", port: 8600 }],
        trans_mode: FILE_TYPE_ONLINE,
        offline_ready: 0,
      };
      context.fromRoute(CommandId.CID_FILE_NOTIFY, notify);
      const { body } = await pc.peer.expect(CommandId.CID_FILE_NOTIFY);
      expectEqual("notify", [body.task_id, body.from_user_id], [notify.task_id, notify.from_user_id]);
    },
  }),

  defineIsolatedCase({
    id: "iso.fil.offline-fallback",
    requirements: ["FIL-02", "RTE-06"],
    level: "must",
    title: "makes an offline task of an online one when the route_server says that the receiver is on no PC",
    sends: "0x0506 for an online transfer; the route_server answers OFFLINE",
    why: "the sender would wait for somebody who is not there",
    needs: { played },
    async run(context) {
      context.answerStatus(OFFLINE);
      const sender = await context.logIn();
      const { seqNum, asked } = await request(context, sender, context.unknownId(), FILE_TYPE_ONLINE);
      expectEqual("trans_mode at the file_server", asked.body.trans_mode, FILE_TYPE_OFFLINE);
      answer(asked, CommandId.CID_OTHER_FILE_TRANSFER_RSP, made(asked.body, context.uniqueWord()));
      const { body } = await sender.peer.expectAnswer(CommandId.CID_FILE_REQUEST, seqNum);
      expectEqual("trans_mode of the answer", body.trans_mode, FILE_TYPE_OFFLINE);
    },
  }),

  defineIsolatedCase({
    id: "iso.fil.offline-stays",
    requirements: ["FIL-01"],
    level: "must",
    title: "makes an offline task when an offline one is asked for",
    sends: "0x0506 for an offline transfer to a user who is on a PC",
    why: "the sender may want to leave",
    needs: { played },
    async run(context) {
      context.answerStatus(ONLINE);
      const sender = await context.logIn();
      const { seqNum, asked } = await request(context, sender, context.unknownId(), FILE_TYPE_OFFLINE);
      expectEqual("trans_mode at the file_server", asked.body.trans_mode, FILE_TYPE_OFFLINE);
      answer(asked, CommandId.CID_OTHER_FILE_TRANSFER_RSP, made(asked.body, context.uniqueWord()));
      const { body } = await sender.peer.expectAnswer(CommandId.CID_FILE_REQUEST, seqNum);
      expectEqual("result_code", body.result_code, 0);
    },
  }),

  defineIsolatedCase({
    id: "iso.fil.stored",
    requirements: ["FIL-03"],
    level: "must",
    title: "has the database note a file that was uploaded, and tells the receiver everywhere",
    sends: "0x050b of the uploader",
    why: "the receiver finds it when coming back",
    needs: { played },
    async run(context) {
      const [sender, receiver] = [await context.logIn(), await context.logIn()];
      const task_id = context.uniqueWord();
      sender.peer.send(CommandId.CID_FILE_ADD_OFFLINE_REQ, {
        from_user_id: sender.userId,
        to_user_id: receiver.userId,
        task_id,
        ...file,
      });
      const isIt = (body: { task_id: string }) => body.task_id === task_id;
      const { body } = await context.db.expect(CommandId.CID_FILE_ADD_OFFLINE_REQ, isIt);
      expectEqual("users", [body.from_user_id, body.to_user_id], [sender.userId, receiver.userId]);
      for (const at of [receiver.peer, context.route]) {
        const { body: notify } = await at.expect(CommandId.CID_FILE_NOTIFY, isIt);
        expectEqual("offline_ready", notify.offline_ready, 1);
      }
    },
  }),

  defineIsolatedCase({
    id: "iso.fil.list",
    requirements: ["FIL-03", "DBP-02"],
    level: "must",
    title: "lists the database's offline files of the user, with the addresses of the file_server",
    sends: "0x0509; the database answers with one file",
    why: "a client downloads from there",
    needs: { played },
    async run(context) {
      const client = await context.logIn();
      const seqNum = client.peer.send(CommandId.CID_FILE_HAS_OFFLINE_REQ, { user_id: context.unknownId() });
      const asked = await context.db.expect(
        CommandId.CID_FILE_HAS_OFFLINE_REQ,
        ({ user_id }) => user_id === client.userId,
      );
      const offline = { from_user_id: 17, task_id: context.uniqueWord(), ...file };
      answer(asked, CommandId.CID_FILE_HAS_OFFLINE_RES, {
        user_id: client.userId,
        offline_file_list: [offline],
        ip_addr_list: [],
      });
      const { body } = await client.peer.expectAnswer(CommandId.CID_FILE_HAS_OFFLINE_REQ, seqNum);
      expectEqual("files", body.offline_file_list, [offline]);
      expectThat(body.ip_addr_list.length > 0, "the file_server's addresses", "none");
    },
  }),
];

/** Sends 0x0506 and takes what the file_server is asked for it (0x0731). */
async function request(
  context: IsolatedContext,
  sender: IsolatedClient,
  to_user_id: number,
  trans_mode: TransferFileType,
) {
  const body = { from_user_id: sender.userId, to_user_id, ...file, trans_mode };
  const seqNum = sender.peer.send(CommandId.CID_FILE_REQUEST, body);
  const asked = await context.file.expect(
    CommandId.CID_OTHER_FILE_TRANSFER_REQ,
    ({ from_user_id }) => from_user_id === sender.userId,
  );
  return { seqNum, asked };
}

function made(task: { from_user_id: number; to_user_id: number; trans_mode: TransferFileType }, task_id: string) {
  const { from_user_id, to_user_id, trans_mode } = task;
  return { result_code: 0, from_user_id, to_user_id, ...file, task_id, trans_mode };
}
