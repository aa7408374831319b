// setup makes a group, each iteration writes to it, teardown looks into its history. With --workers it is one group of
// everybody; with --segment, where nobody hears of the others' setup, each segment has one of its own people.
//   ttk load examples/groups.ts --target 127.0.0.1:8000
import type { Options } from "k6/options";
import type { Group, Vu } from "teamtalk-testkit/load";

interface Data {
  readonly group: Group;
  readonly members: number;
}

const ITERATIONS = 3;

export const options: Options = {
  scenarios: {
    members: { executor: "per-vu-iterations", vus: 5, iterations: ITERATIONS, maxDuration: "20s" },
  },
  setupTimeout: "20s",
  teardownTimeout: "20s",
  thresholds: { group_delivery_duration: ["p(99)<5000"], checks: ["rate==1"] },
};

export async function setup(vu: Vu): Promise<Data> {
  const pc = await vu.user.login("windows");
  const members = vu.peopleHere;
  return { group: await pc.createGroup("example", members), members: members.length };
}

export default async function (vu: Vu, { group }: Data) {
  const phone = await vu.user.login("ios");
  const message = await phone.send(group, `${vu.iteration + 1} of ${ITERATIONS}`);
  await message.delivered();
}

export async function teardown({ group, members }: Data, vu: Vu) {
  const history = await vu.user.device("windows").history(group);
  vu.check(history, { "all messages are in the history": ({ length }) => length === members * ITERATIONS });
}
