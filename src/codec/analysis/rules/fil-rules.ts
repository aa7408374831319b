import { CommandId } from "../../generated/commands.js";
import { answerRule, type Rule } from "./define-rule.js";

export const filRules: readonly Rule[] = [
  answerRule("FIL-01", "must", CommandId.CID_FILE_RESPONSE, ({ result_code, task_id }) => {
    if (result_code !== 0) return task_id === "" ? undefined : `result ${result_code} with a task_id`;
    return task_id === "" ? "result 0 without a task_id" : undefined;
  }),
];
