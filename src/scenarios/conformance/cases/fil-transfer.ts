import { CommandId } from "../../../codec/generated/commands.js";
import { TransferFileType } from "../../../codec/generated/enums.js";
import type { IMFileRsp } from "../../../codec/generated/messages.js";
import type { CaseContext } from "../case-context.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";
import type { LoggedInClient } from "../logged-in-client.js";

const { FILE_TYPE_ONLINE, FILE_TYPE_OFFLINE } = TransferFileType;
const FILE_SIZE = 1234;
const STATUS_ONLINE = 1;
const STATUS_OFFLINE = 2;

/** A cluster may have no file_server: then requests are refused, which is right too (FIL-01). */
export const filTransferCases: readonly ConformanceCase[] = [
  defineCase({
    id: "fil.request",
    requirements: ["FIL-01"],
    level: "must",
    title:
      "answers a file request with a task that the receiver's PC learns of, or refuses it for want of a file_server",
    why: "both clients must meet at the same file_server, or know that they cannot",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      const phone = await context.login(context.account(1), { clientType: "ios" });
      await receiver.untilSeenOnline();
      const { file_name, answer } = await request(context, sender, receiver.userId);
      if (isRefusal(answer)) return;
      expectEqual("trans_mode", answer.trans_mode, FILE_TYPE_ONLINE);
      await expectTold(sender, receiver, file_name, answer);
      await phone.peer.expectNothing(CommandId.CID_FILE_NOTIFY, isFrom(sender));
    },
  }),

  defineCase({
    id: "fil.request-across-servers",
    requirements: ["FIL-01"],
    level: "must",
    title: "tells the receiver's PC on another msg_server of a file that somebody wants to send",
    why: "the two rarely are on the same server",
    needs: { accounts: 2, secondServer: true },
    async run(context) {
      const sender = await context.login(context.account(0));
      const receiver = await context.login(context.account(1), { server: "peer" });
      await context.eventually(
        "the receiver ONLINE",
        () => sender.statusOf(receiver.userId),
        ([status]) => status === STATUS_ONLINE,
      );
      const { file_name, answer } = await request(context, sender, receiver.userId);
      if (!isRefusal(answer)) await expectTold(sender, receiver, file_name, answer);
    },
  }),

  defineCase({
    id: "fil.offline-fallback",
    requirements: ["FIL-02"],
    level: "must",
    title: "turns an online transfer into an offline one when the receiver has no PC connected",
    why: "the file waits for him instead of the sender",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, away] = await context.loginAll(context.account(0), context.account(1));
      await away.close();
      await context.eventually(
        "the receiver OFFLINE",
        () => sender.statusOf(away.userId),
        ([status]) => status === STATUS_OFFLINE,
      );
      const { answer } = await request(context, sender, away.userId);
      if (!isRefusal(answer)) expectEqual("trans_mode", answer.trans_mode, FILE_TYPE_OFFLINE);
    },
  }),

  defineCase({
    id: "fil.offline-ready",
    requirements: ["FIL-03"],
    level: "must",
    title: "tells the receiver of a file that was left for him, and answers who asks for his offline files",
    why: "nobody fetches what he does not know of",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      // Where no file_server is, nobody is told of a file that cannot be fetched.
      const { answer } = await request(context, sender, receiver.userId);
      const hasFileServer = !isRefusal(answer);
      const task_id = `ttk-${context.uniqueWord()}`;
      const file = { from_user_id: sender.userId, to_user_id: receiver.userId, task_id };
      const added = { ...file, file_name: `${task_id}.txt`, file_size: FILE_SIZE };
      sender.peer.send(CommandId.CID_FILE_ADD_OFFLINE_REQ, added);
      if (hasFileServer) {
        const isAdded = (notify: { readonly task_id: string }) => notify.task_id === task_id;
        const { body, seqNum } = await receiver.peer.expect(CommandId.CID_FILE_NOTIFY, isAdded);
        expectEqual("seq_num of 0x0508", seqNum, 0);
        const { ip_addr_list: _, ...told } = body;
        expectEqual("0x0508 but for its addresses", told, {
          ...added,
          trans_mode: FILE_TYPE_OFFLINE,
          offline_ready: 1,
        });
      }
      // Deployments without the table have an empty list from the start. Neither request has an answer, and a database with
      // many threads may come to the second one first: it is sent until it has had its effect.
      await context.eventually(
        "no such offline file",
        async () => {
          receiver.peer.send(CommandId.CID_FILE_DEL_OFFLINE_REQ, file);
          return (await offlineFiles(receiver)).offline_file_list.filter((each) => each.task_id === task_id).length;
        },
        (count) => count === 0,
      );
    },
  }),

  defineCase({
    id: "fil.no-attach-data",
    requirements: ["MSG-24", "FIL-03"],
    level: "should",
    title: "answers who asks for his offline files without attach_data",
    why: "it shows the inside of the server to its clients",
    needs: { accounts: 1 },
    async run(context) {
      const { attach_data } = await offlineFiles(await context.login(context.account(0)));
      expectThat(attach_data === undefined, "no attach_data", attach_data?.toString("hex"));
    },
  }),
];

async function expectTold(
  sender: LoggedInClient,
  receiver: LoggedInClient,
  file_name: string,
  { task_id, ip_addr_list }: IMFileRsp,
): Promise<void> {
  const { body, seqNum } = await receiver.peer.expect(CommandId.CID_FILE_NOTIFY, isFrom(sender));
  expectEqual("seq_num of 0x0508", seqNum, 0);
  expectEqual("0x0508", body, {
    from_user_id: sender.userId,
    to_user_id: receiver.userId,
    file_name,
    file_size: FILE_SIZE,
    task_id,
    ip_addr_list,
    trans_mode: FILE_TYPE_ONLINE,
    offline_ready: 0,
  });
}

/** Others may have files for the receiver, too. */
function isFrom({ userId }: LoggedInClient): (notify: { readonly from_user_id: number }) => boolean {
  return ({ from_user_id }) => from_user_id === userId;
}

async function request(context: CaseContext, sender: LoggedInClient, to_user_id: number) {
  const file_name = `${context.uniqueWord()} 文件.txt`;
  const users = { from_user_id: sender.userId, to_user_id, file_name };
  const asked = { ...users, file_size: FILE_SIZE, trans_mode: FILE_TYPE_ONLINE };
  const answer = await sender.request(CommandId.CID_FILE_REQUEST, asked);
  expectEqual(
    "0x0507",
    { from_user_id: answer.from_user_id, to_user_id: answer.to_user_id, file_name: answer.file_name },
    users,
  );
  return { file_name, answer };
}

/** A refusal names no task, an acceptance one and where to take it (FIL-01). */
function isRefusal({ result_code, task_id, ip_addr_list }: IMFileRsp): boolean {
  if (result_code === 0) {
    expectThat(task_id !== "" && ip_addr_list.length > 0, "a task_id and addresses", { task_id, ip_addr_list });
    return false;
  }
  expectEqual("result_code", result_code, 1);
  expectEqual("task_id of a refusal", task_id, "");
  return true;
}

function offlineFiles(who: LoggedInClient) {
  return who.request(CommandId.CID_FILE_HAS_OFFLINE_REQ, { user_id: who.userId });
}
