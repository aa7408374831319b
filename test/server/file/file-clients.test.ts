import { expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { ClientFileRole, TransferFileType } from "../../../src/codec/generated/enums.js";
import { clientLimits } from "../../../src/codec/pdu-header.js";
import { listen } from "../../../src/net/listen.js";
import { FailureLog } from "../../../src/server/failure-log.js";
import { FileClients } from "../../../src/server/file/file-clients.js";
import type { FileStore } from "../../../src/server/file/file-store.js";
import type { TaskTable } from "../../../src/server/file/task-table.js";
import { TransferTask } from "../../../src/server/file/transfer-task.js";
import { silentLog } from "../../../src/server/server-log.js";
import { ServerPeer } from "../../helpers/server-peer.js";
import { until } from "../../helpers/until.js";

it("gives no place in a task to a client that has gone while the disk was read (FIL-04)", async () => {
  const file = { fromUserId: 7, toUserId: 8, name: "a", sizeBytes: 9, mode: TransferFileType.FILE_TYPE_OFFLINE };
  const task = new TransferTask("task", file, 0);
  let read: (task: TransferTask) => void = () => {};
  let asked = false;
  const find = () => {
    asked = true;
    return new Promise<TransferTask>((resolve) => {
      read = resolve;
    });
  };
  const failures = new FailureLog(silentLog, "file", "disk failed");
  const options = { loginTimeoutMs: 60_000, log: silentLog, failures };
  const clients = new FileClients({ find } as unknown as TaskTable, {} as FileStore, options);
  const listener = await listen({ host: "127.0.0.1", port: 0 }, { limits: clientLimits }, (link) =>
    clients.accept(link),
  );
  const peer = await ServerPeer.dial(listener.address);
  const file_role = ClientFileRole.CLIENT_OFFLINE_UPLOAD;
  peer.send(CommandId.CID_FILE_LOGIN_REQ, { user_id: 7, task_id: "task", file_role });
  await until(() => asked, "the question");
  peer.link.destroy();
  await until(() => listener.connections.size === 0, "the end of the connection");
  read(task);
  // Whatever follows from it has happened by the next turn: nothing else waits.
  await new Promise((resolve) => setImmediate(resolve));
  expect(task.sender).toBeUndefined();
  listener.close();
});
