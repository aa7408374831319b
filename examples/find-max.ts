// How many messages a second until one in a hundred takes longer than 200 ms?
//   ttk load examples/find-max.ts --target 127.0.0.1:8000
import type { LoadOptions, Vu } from "teamtalk-testkit/load";

export const options: LoadOptions = {
  scenarios: {
    messages: {
      executor: "find-max",
      condition: ["msg_delivery_duration:p(99)<200", "errors:count==0"],
      startRate: 20,
      maxRate: 80,
      precision: 0.25,
      stepDuration: "1s",
      coolDown: "1s",
      preAllocatedVUs: 20,
    },
  },
};

export default async function (vu: Vu) {
  const pc = await vu.user.login("windows");
  const peer = vu.anybody();
  if (peer !== undefined) await pc.send(peer);
}
