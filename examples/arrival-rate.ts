// Messages at a given rate, whatever the servers make of it, beside people who open their lists.
//   ttk load examples/arrival-rate.ts --target 127.0.0.1:8000
import type { Options } from "k6/options";
import type { Vu } from "teamtalk-testkit/load";

export const options: Options = {
  scenarios: {
    chat: {
      executor: "ramping-arrival-rate",
      exec: "chat",
      startRate: 5,
      timeUnit: "1s",
      stages: [
        { duration: "1s", target: 20 },
        { duration: "2s", target: 20 },
      ],
      preAllocatedVUs: 10,
      maxVUs: 20,
      tags: { kind_of_work: "writing" },
    },
    lists: {
      executor: "constant-arrival-rate",
      exec: "lists",
      startTime: "1s",
      rate: 60,
      timeUnit: "1m",
      duration: "2s",
      preAllocatedVUs: 2,
    },
  },
  thresholds: {
    "msg_ack_duration{scenario:chat}": ["p(95)<2000"],
    "pull_duration{scenario:lists,pull:sessions}": [
      { threshold: "p(95)<2000", abortOnFail: true, delayAbortEval: "2s" },
    ],
    "iteration_duration{kind_of_work:writing}": ["avg<5000"],
    dropped_iterations: ["count<10"],
  },
};

export async function chat(vu: Vu) {
  const pc = await vu.user.login("windows");
  const peer = vu.anybody();
  if (peer !== undefined) await pc.send(peer);
}

export async function lists(vu: Vu) {
  const phone = await vu.user.login("ios");
  await phone.pull("sessions");
  await phone.pull("unread");
}
