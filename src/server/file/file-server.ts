import { CommandId } from "../../codec/generated/commands.js";
import type { IMFileTransferReq } from "../../codec/generated/messages.js";
import { clientLimits } from "../../codec/pdu-header.js";
import type { ListenAddress } from "../../net/address.js";
import { type ListenOptions, listen } from "../../net/listen.js";
import type { PduLink } from "../../net/pdu-link.js";
import type { Clock } from "../clock.js";
import { CommandIntake } from "../command-intake.js";
import { deviatingLink } from "../deviating-link.js";
import { type Deviations, strict } from "../deviations.js";
import { drainLinks } from "../drain-links.js";
import { FailureLog } from "../failure-log.js";
import { linkCounters } from "../link-counters.js";
import { linkInspection } from "../link-inspection.js";
import { pduTrace } from "../pdu-log.js";
import { prefixed } from "../prefixed-counters.js";
import type { RunningRole } from "../running-role.js";
import { serverLinkDefaults } from "../server-link.js";
import { type ServerLog, silentLog } from "../server-log.js";
import { FileClients } from "./file-clients.js";
import { FileStore } from "./file-store.js";
import { type TaskLimits, TaskTable } from "./task-table.js";

export interface FileServerOptions {
  /** Port 0 takes a free one, in each of the two. */
  readonly listen: { readonly clients: ListenAddress; readonly servers: ListenAddress };
  /** Where offline files are kept. Made when it is not there. */
  readonly folder: string;
  readonly clock: Clock;
  /** What clients are told to dial, in that order; the hosts that are listened on unless given. */
  readonly advertiseHosts?: readonly string[];
  readonly log?: ServerLog;
  readonly limits?: Partial<FileServerLimits>;
  /** What differs from the defaults of links between servers. */
  readonly link?: Partial<ListenOptions>;
  readonly deviates?: Deviations;
}

export interface FileServerLimits extends TaskLimits {
  readonly clientsMax: number;
  readonly clientsPerSecondMax: number;
  /** A client that has not named its task after so long is closed. */
  readonly loginTimeoutMs: number;
  /** Of a client, as CON-03 has it for a PC; one that waits for the other side may say nothing for long. */
  readonly idleTimeoutMs: number;
}

export const fileServerLimits: FileServerLimits = {
  tasksMax: 10_000,
  taskTimeoutMs: 3_600_000,
  fileSizeMaxBytes: 0xffffffff,
  storedMaxBytes: 100 * 2 ** 30,
  storedPerSenderMaxBytes: 10 * 2 ** 30,
  offlineKeptMs: 30 * 24 * 3_600_000,
  clientsMax: 10_000,
  clientsPerSecondMax: 10_000,
  loginTimeoutMs: 15_000,
  idleTimeoutMs: 120_000,
};

const RESULT = { ok: 0, refused: 1 } as const;

/** Starts a file_server (FIL-04 … FIL-07): clients on one port, msg_servers on the other. @throws ListenError */
export async function startFileServer(options: FileServerOptions): Promise<RunningRole> {
  const { log = silentLog, deviates = strict, clock } = options;
  const limits = { ...fileServerLimits, ...options.limits };
  const store = await FileStore.open(options.folder, clock.nowMs());
  const tasks = new TaskTable(store, limits, clock);
  const failures = new FailureLog(log, "file", "disk failed");
  const files = new FileClients(tasks, store, { loginTimeoutMs: limits.loginTimeoutMs, log, failures });
  const clients = await listen(
    options.listen.clients,
    deviatingLink(
      {
        limits: clientLimits,
        ...pduTrace("file", log),
        idleTimeoutMs: limits.idleTimeoutMs,
        connectionsMax: limits.clientsMax,
        connectionsPerSecondMax: limits.clientsPerSecondMax,
      },
      deviates,
    ),
    (link) => files.accept(link),
  );
  const { host, port, alsoOn = [] } = clients.address;
  const ip_addr_list = (options.advertiseHosts ?? [host, ...alsoOn]).map((ip) => ({ ip, port }));
  const intake = new CommandIntake("file", log, {
    [CommandId.CID_OTHER_FILE_TRANSFER_REQ]: (link, body, seqNum) =>
      void createTask(tasks, failures, link, body, seqNum),
    [CommandId.CID_OTHER_FILE_SERVER_IP_REQ]: (link, _, seqNum) =>
      link.send(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, { ip_addr_list }, seqNum),
  });
  const servers = await listen(
    options.listen.servers,
    deviatingLink({ ...serverLinkDefaults, ...pduTrace("file", log), ...options.link }, deviates),
    () => ({
      onPdu: (link, bytes, start, end) => intake.handle(link, intake.note(link, bytes, start, end), bytes, start, end),
      onClose: (_, reason) => log.trouble("file", "msg_server link closed", { reason }),
    }),
  ).catch((error) => {
    clients.close();
    tasks.stop();
    throw error;
  });

  return {
    role: "file",
    addresses: { clients: clients.address, servers: servers.address },
    counters: () => ({
      tasks: tasks.size,
      tasksRefused: tasks.refused,
      offlineFiles: store.files,
      offlineBytes: store.sizeBytes,
      offlineExpired: tasks.expired,
      ...prefixed("clients", { ...linkCounters(clients), ...files.counters() }),
      ...prefixed("servers", { ...linkCounters(servers), ...intake.counters() }),
    }),
    inspection: linkInspection([], [{ listener: servers }]),
    stop: async (graceMs) => {
      clients.close();
      servers.close();
      await files.idle();
      await Promise.all([drainLinks(clients.connections, graceMs), drainLinks(servers.connections, graceMs)]);
      tasks.stop();
    },
  };
}

/** 0x0731 → 0x0732. */
async function createTask(
  tasks: TaskTable,
  failures: FailureLog,
  link: PduLink,
  body: IMFileTransferReq,
  seqNum: number,
): Promise<void> {
  const { from_user_id, to_user_id, file_name, file_size, trans_mode } = body;
  // Taken at once: after the first await the read buffer holds something else.
  const attachment = body.attach_data === undefined ? {} : { attach_data: Buffer.from(body.attach_data) };
  const announced = { fromUserId: from_user_id, toUserId: to_user_id, name: file_name, sizeBytes: file_size };
  const task = await tasks.create({ ...announced, mode: trans_mode }).catch((error: NodeJS.ErrnoException) => {
    failures.failed(error.code ?? error.message);
    return undefined;
  });
  link.send(
    CommandId.CID_OTHER_FILE_TRANSFER_RSP,
    {
      result_code: task === undefined ? RESULT.refused : RESULT.ok,
      from_user_id,
      to_user_id,
      file_name,
      file_size,
      task_id: task?.id ?? "",
      trans_mode,
      ...attachment,
    },
    seqNum,
  );
}
