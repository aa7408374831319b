// People with a PC and a phone come and go. What somebody writes on the PC must reach the peer and the own phone.
//   ttk load examples/multi-device.ts --target 127.0.0.1:8000
import type { Options } from "k6/options";
import { Trend, type Vu } from "teamtalk-testkit/load";

const ownPhone = new Trend("own_phone", true);

export const options: Options = {
  scenarios: {
    people: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: [
        { duration: "1s", target: 6 },
        { duration: "2s", target: 6 },
        { duration: "1s", target: 0 },
      ],
      gracefulRampDown: "2s",
    },
  },
  thresholds: {
    own_phone: ["p(95)<5000"],
    "pull_duration{pull:users}": ["max<10000"],
    msgs_duplicated: ["count==0"],
  },
};

export default async function (vu: Vu) {
  // Both stay online until this virtual user leaves; a login of a device that is online does nothing.
  const [pc, phone] = await Promise.all([vu.user.login("mac"), vu.user.login("android")]);
  const peer = vu.anybody();
  if (peer === undefined) return vu.sleep(0.1);
  const startedMs = performance.now();
  const [, copy] = await Promise.all([pc.send(peer, "from the PC"), phone.receive()]);
  ownPhone.add(performance.now() - startedMs);
  if (copy.fromUser !== vu.user.user) phone.read(copy);
  await vu.think(0.2);
}
