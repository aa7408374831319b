import type { Address } from "../../src/net/address.js";
import { formatAddress } from "../../src/net/address.js";
import type { LoadDependencies } from "../../src/runner/load/load-dependencies.js";
import { type LoadPlan, planDefaults } from "../../src/runner/load/load-plan.js";
import type { LoadResult } from "../../src/runner/load/load-result.js";
import { runLoad } from "../../src/runner/load/load-run.js";
import { behaviourOf, habitDefaults } from "../../src/scenarios/load/behaviour.js";
import { seededRandom } from "../../src/scenarios/load/random.js";
import { steadyChat } from "../../src/scenarios/load/steady-chat.js";
import { thinkTimes } from "../../src/scenarios/load/think-time.js";

/** steady-chat for user1 … userN against one server, quick to end. */
export function loadPlan(address: Address, users: number, overrides: Partial<LoadPlan> = {}): LoadPlan {
  return {
    scenario: steadyChat,
    accounts: Array.from({ length: users }, (_, index) => ({ name: `user${index + 1}`, password: "secret" })),
    devicesPerUser: 2,
    behaviour: behaviourOf(habitDefaults, users, seededRandom(1)),
    connect: async (device, _user, _place, signal) => {
      await device.connect(address, signal);
      return formatAddress(address);
    },
    durationMs: 600,
    actsPerSecond: users * 3,
    thinkTime: thinkTimes.exponential,
    seed: 1,
    random: seededRandom,
    ...planDefaults,
    drainTimeoutMs: 1500,
    ...overrides,
  };
}

export type RunOptions = Partial<LoadDependencies>;

export function run(plan: LoadPlan, options: RunOptions = {}): Promise<LoadResult> {
  return runLoad(plan, { signal: new AbortController().signal, nowMs: () => Date.now(), ...options });
}
