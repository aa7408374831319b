// setup makes a group of everybody, each iteration writes to it, teardown looks into its history.
//   ttk load examples/groups.ts --target 127.0.0.1:8000
import type { Options } from "k6/options";
import type { Group, Vu } from "teamtalk-testkit/load";

interface Data {
  readonly everybody: Group;
}

export const options: Options = {
  scenarios: {
    members: { executor: "per-vu-iterations", vus: 5, iterations: 3, maxDuration: "20s" },
  },
  setupTimeout: "20s",
  teardownTimeout: "20s",
  thresholds: { group_delivery_duration: ["p(99)<5000"], checks: ["rate==1"] },
};

export async function setup(vu: Vu): Promise<Data> {
  const pc = await vu.user.login("windows");
  return { everybody: await pc.createGroup("example", vu.people) };
}

export default async function (vu: Vu, { everybody }: Data) {
  const phone = await vu.user.login("ios");
  const message = await phone.send(everybody, `${vu.iteration + 1} of 3`);
  await message.delivered();
}

export async function teardown({ everybody }: Data, vu: Vu) {
  const history = await vu.user.device("windows").history(everybody);
  vu.check(history, { "all 15 messages are in the history": ({ length }) => length === 15 });
}
