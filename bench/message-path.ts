/**
 * The message path of one msg_server on one core: message in, stored in memory, acked, delivered to its receiver, confirmed
 * by it. Against the raw relay of bench/raw-relay.ts with the very same devices and PDUs, at 1 and at 16 messages in flight
 * for each connection.
 *
 * npm run bench:messages [-- --connections 200 --seconds 5 --rounds 3]
 */
import { scriptCommand, wholeNumber } from "../scripts/script-command.js";
import {
  MESSAGE_SIZE_BYTES,
  median,
  type Rate,
  rateOf,
  ratiosOf,
  startBaseline,
  startMsgServer,
  verdict,
} from "./message-load.js";

const options = scriptCommand("bench:messages", "The message path of one msg_server, against a raw relay.")
  .option("--connections <n>", "devices, which talk in pairs", wholeNumber, 200)
  .option("--seconds <n>", "measured in each round", wholeNumber, 5)
  .option("--rounds <n>", "in turn", wholeNumber, 3)
  .parse()
  .opts<{ connections: number; seconds: number; rounds: number }>();
const connections = options.connections & ~1;
const load = { connections, measuredMs: options.seconds * 1000 };
const { rounds } = options;
const RATIO_MIN = 0.35;

console.log(`${connections} connections, ${MESSAGE_SIZE_BYTES}-byte messages, median of ${rounds} rounds in turn`);
for (const inFlight of [1, 16]) {
  const [relayed, served]: [Rate[], Rate[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    relayed.push(await rateOf(startBaseline("bench/raw-relay.ts"), load, inFlight, false));
    served.push(await rateOf(startMsgServer(connections), load, inFlight, true));
  }
  const { byRate, byCpu } = ratiosOf(served, relayed);
  const shown = (rates: readonly Rate[]) =>
    `${Math.round(median(rates.map(({ perSecond }) => perSecond)))} acked/s ` +
    `(${median(rates.map(({ cpuMicros }) => cpuMicros)).toFixed(2)} us of CPU each)`;
  console.log(
    `${String(inFlight).padStart(2)} in flight: msg_server ${shown(served)}, raw relay ${shown(relayed)}; ratio ` +
      `${byRate.toFixed(2)}, for the same CPU time ${byCpu.toFixed(2)} (at least ${RATIO_MIN}: ${verdict(byCpu >= RATIO_MIN)})`,
  );
}
