import { readFile } from "node:fs/promises";
import { blockedError } from "../command-error.js";

/** What a generator has open beside its devices: files, outputs, Node's own. */
const OTHER_DESCRIPTORS = 64;
/** Of a user's devices, those that a server keeps online: one of each class (LGN-09). */
const ONLINE_PER_USER_MAX = 2;

/**
 * Looks before anything starts whether each of so many processes may have a descriptor for each of its devices. Where the
 * system does not tell (only Linux does), nothing is refused. @throws CommandError
 */
export async function requireDescriptors(users: number, devicesPerUser: number, processes: number): Promise<void> {
  const limit = openFilesLimitIn(await readFile("/proc/self/limits", "utf8").catch(() => ""));
  const problem = descriptorProblem(users, devicesPerUser, processes, limit);
  if (problem !== undefined) throw blockedError(problem);
}

/** The soft limit in the text of /proc/PID/limits; undefined when there is none. */
export function openFilesLimitIn(limits: string): number | undefined {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}

/** What is wrong and what to do; undefined = nothing is. */
export function descriptorProblem(
  users: number,
  devicesPerUser: number,
  processes: number,
  limit: number | undefined,
): string | undefined {
  const perUser = Math.min(devicesPerUser, ONLINE_PER_USER_MAX);
  const needed = Math.ceil(users / processes) * perUser + OTHER_DESCRIPTORS;
  if (limit === undefined || needed <= limit) return undefined;
  const usersMax = Math.floor((limit - OTHER_DESCRIPTORS) / perUser);
  const parted = usersMax > 0 ? `, or part the run: --workers ${Math.ceil(users / usersMax)}` : "";
  return `a process needs ${needed} descriptors for its devices and may have ${limit}: raise ulimit -n${parted}`;
}
