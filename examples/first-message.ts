// Two virtual users log in and write to each other. The shortest scenario file there is.
//   ttk load examples/first-message.ts --target 127.0.0.1:8000
import type { Options } from "k6/options";
import type { Vu } from "teamtalk-testkit/load";

export const options: Options = {
  vus: 2,
  duration: "2s",
  thresholds: { msgs_lost: ["count==0"], checks: ["rate==1"] },
};

export default async function (vu: Vu) {
  const pc = await vu.user.login("windows");
  const peer = vu.anybody();
  if (peer !== undefined) {
    const message = await pc.send(peer, `hello ${peer.name}`);
    await message.delivered();
    vu.check(message, { "has a number": ({ msgId }) => msgId > 0 });
  }
  await vu.sleep(0.2);
}
