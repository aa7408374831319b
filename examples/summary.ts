// handleSummary writes what it likes; here one line for a chat room's bot, and k6's data as a file.
//   ttk load examples/summary.ts --target 127.0.0.1:8000
import type { Options } from "k6/options";
import { type LoadResult, loadConsole, type Vu } from "teamtalk-testkit/load";

export const options: Options = {
  scenarios: { work: { executor: "shared-iterations", vus: 4, iterations: 20, maxDuration: "20s" } },
  summaryTrendStats: ["med", "p(99.9)", "count"],
  tags: { build: "nightly" },
};

export default async function (vu: Vu) {
  const pc = await vu.user.login("windows");
  const peer = vu.anybody();
  if (peer !== undefined) await pc.send(peer);
  await vu.sleep(0.05);
}

interface Summary {
  readonly metrics: Record<string, { readonly values: Record<string, number> }>;
}

/** `data` is what k6 hands over; `result` is this toolkit's own. */
export function handleSummary(data: Summary, result: LoadResult) {
  const acks = data.metrics.msg_ack_duration?.values ?? {};
  return {
    stdout: `${acks.count ?? 0} messages acked, half of them in ${acks.med ?? 0} ms; ${result.delivery.lost} lost\n`,
    "summary/k6.json": JSON.stringify(data, null, 2),
    "summary/console.txt": loadConsole(result),
  };
}
