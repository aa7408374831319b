import { CommandId } from "../../src/codec/generated/commands.js";
import { TransferFileType } from "../../src/codec/generated/enums.js";
import { encodePdu } from "../../src/codec/pdu.js";
import { neverSends, sends, takes } from "./fault-words.js";
import type { Mutant } from "./mutant.js";
import { storageFault } from "./storage-fault.js";

const NOTIFY = CommandId.CID_FILE_NOTIFY;
const { FILE_TYPE_ONLINE } = TransferFileType;

/** File transfers as msg_server arranges them. */
export const filMutants: readonly Mutant[] = [
  { id: "file-request-not-answered", breaks: ["FIL-01"], clients: () => neverSends(CommandId.CID_FILE_RESPONSE) },
  {
    id: "file-not-told",
    breaks: ["FIL-01"],
    clients: () => neverSends(NOTIFY, ({ offline_ready }) => offline_ready === 0),
  },
  {
    id: "file-told-without-address",
    breaks: ["FIL-01"],
    clients: () => sends(NOTIFY, (body) => ({ ...body, ip_addr_list: [] })),
  },
  {
    id: "file-task-without-id",
    breaks: ["FIL-01"],
    clients: () => sends(CommandId.CID_FILE_RESPONSE, (body) => ({ ...body, task_id: "" })),
  },
  {
    id: "file-told-with-another-task",
    breaks: ["FIL-01"],
    clients: () => sends(NOTIFY, (body) => ({ ...body, task_id: `${body.task_id}x` })),
  },
  {
    id: "file-told-to-phones",
    breaks: ["FIL-01"],
    clients: () =>
      sends(NOTIFY, (body, line, pdu) => {
        const phones = line.all.filter((each) => each.isMobile && each.userId === body.to_user_id);
        for (const phone of phones) phone.toClient(pdu.bytes);
        return undefined;
      }),
  },
  {
    id: "file-not-told-across-servers",
    breaks: ["FIL-01"],
    route: () => takes(NOTIFY, () => "nothing"),
  },
  {
    id: "file-always-online",
    breaks: ["FIL-02"],
    clients: () => sends(CommandId.CID_FILE_RESPONSE, (body) => ({ ...body, trans_mode: FILE_TYPE_ONLINE })),
  },
  {
    id: "stored-file-not-told",
    breaks: ["FIL-03"],
    clients: () => neverSends(NOTIFY, ({ offline_ready }) => offline_ready === 1),
  },
  {
    id: "stored-file-not-ready",
    breaks: ["FIL-03"],
    clients: () => sends(NOTIFY, (body) => ({ ...body, offline_ready: 0 })),
  },
  {
    id: "stored-file-not-deleted",
    breaks: ["FIL-03"],
    storage: storageFault("offlineFiles", () => ({ delete: async () => {} })),
  },
  {
    id: "stored-files-not-listed",
    breaks: ["FIL-03"],
    clients: () => neverSends(CommandId.CID_FILE_HAS_OFFLINE_RES),
  },
  {
    id: "stored-file-told-with-cut-name",
    breaks: ["FIL-03"],
    clients: () => ({
      sent(pdu) {
        const body = pdu.commandId === NOTIFY ? pdu.body(NOTIFY) : undefined;
        return body === undefined ? undefined : [encodePdu(NOTIFY, { ...body, file_name: body.file_name.slice(0, 8) })];
      },
    }),
  },
];
