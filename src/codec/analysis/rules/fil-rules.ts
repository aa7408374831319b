import { CommandId } from "../../generated/commands.js";
import { TransferFileType } from "../../generated/enums.js";
import { answerRule, type Rule } from "./define-rule.js";

/** What file_server asks an uploader for at a time. */
const SEGMENT_SIZE_MAX_BYTES = 32_768;
const FILE_OFFLINE = TransferFileType.FILE_TYPE_OFFLINE;

export const filRules: readonly Rule[] = [
  answerRule("FIL-01", "must", CommandId.CID_FILE_RESPONSE, ({ result_code, task_id }) => {
    if (result_code !== 0) return task_id === "" ? undefined : `result ${result_code} with a task_id`;
    return task_id === "" ? "result 0 without a task_id" : undefined;
  }),
  {
    requirement: "FIL-06",
    level: "must",
    dir: "s2c",
    commands: [CommandId.CID_FILE_PULL_DATA_REQ],
    violatedBy: ({ body, listener }) =>
      listener === "F" && Number(body?.data_size) > SEGMENT_SIZE_MAX_BYTES && body?.trans_mode === FILE_OFFLINE
        ? `file_server asks for ${body?.data_size} bytes at once`
        : undefined,
  },
];
