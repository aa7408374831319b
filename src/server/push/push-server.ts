import { CommandId } from "../../codec/generated/commands.js";
import type { IMPushToUserReq } from "../../codec/generated/messages.js";
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
import type { RunningRole } from "../running-role.js";
import { serverLinkDefaults } from "../server-link.js";
import { type ServerLog, silentLog } from "../server-log.js";
import { type Push, type PushOutlet, PushTooOldError } from "./push-outlet.js";

export interface PushServerOptions {
  readonly listen: ListenAddress;
  /** Where pushes go. Without one they are answered as done, and counted. */
  readonly outlet?: PushOutlet;
  readonly clock: Clock;
  readonly log?: ServerLog;
  /** Pushes under way to the outlet. Further ones are answered as failed: those before them have waited longer. */
  readonly pendingMax?: number;
  /** What differs from the defaults of links between servers. */
  readonly link?: Partial<ListenOptions>;
  readonly deviates?: Deviations;
}

const PENDING_MAX = 10_000;
/** result_code of a PushResult: 0 done. */
const RESULT = { done: 0, failed: 1 } as const;
const everythingIsFine: PushOutlet = { deliver: async () => {}, stop: async () => {} };

/** Starts a push_server: takes 0x070f, hands each token's push to an outlet, answers 0x0710. @throws ListenError */
export async function startPushServer(options: PushServerOptions): Promise<RunningRole> {
  const { clock, log = silentLog, outlet = everythingIsFine, deviates = strict, pendingMax = PENDING_MAX } = options;
  const counts = { pushesDone: 0, pushesFailed: 0, pushesOverPending: 0, pushesTooOld: 0 };
  const failures = new FailureLog(log, "push", "not delivered");
  let pending = 0;

  const deliver = async (push: Push): Promise<boolean> => {
    if (pending >= pendingMax) {
      counts.pushesOverPending++;
      failures.failed(`more than ${pendingMax} are under way`);
      return false;
    }
    pending++;
    try {
      await outlet.deliver(push);
      return true;
    } catch (error) {
      if (error instanceof PushTooOldError) counts.pushesTooOld++;
      failures.failed((error as Error).message);
      return false;
    } finally {
      pending--;
    }
  };
  const pushAll = async (link: PduLink, { flash, data, user_token_list }: IMPushToUserReq, seqNum: number) => {
    const push_result_list = await Promise.all(
      user_token_list.map(async ({ user_id, user_type, token, push_count, push_type }) => {
        const to = { userId: user_id, clientType: user_type, token, unread: push_count, isSilent: push_type === 2 };
        const isDone = await deliver({ time: clock.nowMs(), flash, data, ...to });
        counts[isDone ? "pushesDone" : "pushesFailed"]++;
        return { user_token: token, result_code: isDone ? RESULT.done : RESULT.failed };
      }),
    );
    link.send(CommandId.CID_OTHER_PUSH_TO_USER_RSP, { push_result_list }, seqNum);
  };

  const intake = new CommandIntake("push", log, {
    [CommandId.CID_OTHER_PUSH_TO_USER_REQ]: (link, body, seqNum) => void pushAll(link, body, seqNum),
  });
  const linkOptions = deviatingLink({ ...serverLinkDefaults, ...pduTrace("push", log), ...options.link }, deviates);
  const listener = await listen(options.listen, linkOptions, () => ({
    onPdu: (link, bytes, start, end) => intake.handle(link, intake.note(link, bytes, start, end), bytes, start, end),
    onClose: (_, reason) => log.trouble("push", "msg_server link closed", { reason }),
  }));
  return {
    role: "push",
    addresses: { servers: listener.address },
    counters: () => ({ ...linkCounters(listener), ...intake.counters(), ...counts, pendingRequests: pending }),
    inspection: linkInspection([], [{ listener }]),
    stop: async (graceMs) => {
      listener.close();
      await drainLinks(listener.connections, graceMs);
      await outlet.stop();
    },
  };
}
