import { type LoadResult, neverOnline } from "../../runner/load/load-result.js";
import { ExitCode } from "../exit-codes.js";

export function exitCodeOf(result: LoadResult): ExitCode {
  if (result.interrupted) return ExitCode.interrupted;
  if (neverOnline(result).length > 0) return ExitCode.blocked;
  return result.failures.length > 0 ? ExitCode.failed : ExitCode.ok;
}
