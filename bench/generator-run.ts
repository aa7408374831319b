/**
 * The generator as bench/generator.ts measures it: per-PDU metrics and the delivery oracle on, one device for each user,
 * each with `IN_FLIGHT` messages that await their acks, to as many others (within a stream one waits for the other, MSG-09).
 * From `dist`, as it is published. Speaks as bench/devices.c does: "measuring", then "messages N CPU_MS" with those
 * acked meanwhile; then "delivery JSON", what the oracle says.
 *
 * generator-run PORT DEVICES IN_FLIGHT WARM_UP_MS MEASURED_MS
 */
import type { LoadPlan } from "../src/runner/load/load-plan.js";
import type { LoadScenario } from "../src/scenarios/load/load-scenario.js";

const built = <Module>(path: string): Promise<Module> => import(new URL(`../dist/${path}`, import.meta.url).href);
const { startLoad } = await built<typeof import("../src/runner/load/load-run.js")>("runner/load/load-run.js");
const { planDefaults } = await built<typeof import("../src/runner/load/load-plan.js")>("runner/load/load-plan.js");
const { steadyChat } = await built<typeof import("../src/scenarios/load/steady-chat.js")>(
  "scenarios/load/steady-chat.js",
);
const { behaviourOf, habitDefaults } =
  await built<typeof import("../src/scenarios/load/behaviour.js")>("scenarios/load/behaviour.js");
const { seededRandom } = await built<typeof import("../src/scenarios/load/random.js")>("scenarios/load/random.js");
const { thinkTimes } =
  await built<typeof import("../src/scenarios/load/think-time.js")>("scenarios/load/think-time.js");

const [port = 0, devices = 0, inFlight = 1, warmUpMs = 0, measuredMs = 0] = process.argv.slice(2).map(Number);
/** More than any machine sends: whoever gets an ack is behind its schedule, and sends at once. */
const ACTS_PER_SECOND = 1_000_000;
const SEED = 1;

/** To whom each user writes next, as a distance. */
const turn = new Uint8Array(devices);
const closedLoop: LoadScenario = {
  ...steadyChat,
  act(crowd, user) {
    const distance = turn[user] as number;
    const peer = inFlight === 1 ? user ^ 1 : (user + 1 + distance) % devices;
    if (!crowd.canSend(user, peer)) return false;
    crowd.sendText(user, peer);
    turn[user] = (distance + 1) % inFlight;
    return true;
  },
  onMessage() {},
};

const plan: LoadPlan = {
  ...planDefaults,
  scenario: closedLoop,
  accounts: Array.from({ length: devices }, (_, user) => ({ name: `user${user + 1}`, password: "secret" })),
  devicesPerUser: 1,
  behaviour: behaviourOf(habitDefaults, devices, seededRandom(SEED)),
  connect: async (device, _user, _place, signal) => {
    await device.connect({ host: "127.0.0.1", port }, signal);
    return "echo-server";
  },
  durationMs: warmUpMs + measuredMs + 60_000,
  actsPerSecond: ACTS_PER_SECOND,
  thinkTime: thinkTimes.constant,
  seed: SEED,
  random: seededRandom,
  messagesPerSecondMax: undefined,
};
const running = startLoad(plan, {
  signal: new AbortController().signal,
  nowMs: Date.now,
  onEvent: (event) => {
    if (event.type === "phase" && event.phase === "steady") setTimeout(measure, warmUpMs);
  },
});

function measure(): void {
  const before = acked();
  const cpuBefore = process.cpuUsage();
  console.log("measuring");
  setTimeout(() => {
    const { user, system } = process.cpuUsage(cpuBefore);
    console.log(`messages ${acked() - before} ${(user + system) / 1000}`);
    running.control.stop();
  }, measuredMs);
}

function acked(): number {
  const reading = running.readings().find(({ name }) => name === "msgs_acked");
  return reading?.type === "counter" ? reading.count : 0;
}

const { delivery } = await running.result;
const { sent, delivered, lost, duplicated, reordered, corrupted, misdelivered, unacked } = delivery;
const faults = { lost, duplicated, reordered, corrupted, misdelivered, unacked };
console.log(`delivery ${JSON.stringify({ sent, delivered, ...faults })}`);
