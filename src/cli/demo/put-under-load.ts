import { formatAddress } from "../../net/address.js";
import { loadProgress } from "../../reports/load/load-progress.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import { runLoad } from "../../runner/load/load-run.js";
import { steadyChat } from "../../scenarios/load/steady-chat.js";
import { crowdFixture } from "../../server/storage/crowd-fixture.js";
import { expandPattern } from "../accounts.js";
import type { Host } from "../host.js";
import { generatorEnvironment } from "../load/generator-environment.js";
import { planFor } from "../load/load-choice.js";
import { startChildCluster } from "./child-cluster.js";

export interface LoadSize {
  readonly users: number;
  readonly durationMs: number;
  readonly seed: number;
}

/** Starts a fresh cluster and lets users with a PC and a phone each chat on it. */
export async function putUnderLoad(host: Host, { users, durationMs, seed }: LoadSize): Promise<LoadResult> {
  const cluster = await startChildCluster(host, crowdFixture(users), []);
  try {
    const plan = planFor({
      scenario: steadyChat,
      accounts: expandPattern(`user{1..${users}}`, "secret"),
      durationMs,
      targets: cluster.msgServers,
      seed,
    });
    const devices = users * plan.devicesPerUser;
    if (host.verbosity !== "quiet")
      host.stderr.write(`load at ${cluster.msgServers.map(formatAddress).join(" and ")}\n`);
    return await runLoad(plan, {
      signal: host.signal,
      nowMs: host.clock.nowMs,
      environment: generatorEnvironment(host),
      onEvent: (event) => {
        if (event.type !== "second" || host.verbosity === "quiet") return;
        host.stderr.write(`${loadProgress(event.snapshot, devices, event.live.waiting)}\n`);
      },
    });
  } finally {
    await cluster.stop();
  }
}
