/**
 * The message path of one msg_server on one core: message in, stored in memory, acked, delivered to its receiver. Against
 * the raw relay of bench/raw-relay.ts with the very same client, at 1 and at 16 messages in flight for each connection.
 *
 * npm run bench:messages [-- --connections 200 --seconds 5 --rounds 3]
 */
import { parseArgs } from "node:util";
import { MESSAGE_SIZE_BYTES, median, rateOf, startMsgServer, startServer } from "./message-load.js";

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "200" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
  },
});
const connections = Number(values.connections) & ~1;
const load = { connections, measuredMs: Number(values.seconds) * 1000 };
const rounds = Number(values.rounds);

console.log(`${connections} connections, ${MESSAGE_SIZE_BYTES}-byte messages, median of ${rounds} rounds in turn`);
for (const inFlight of [1, 16]) {
  const [relayed, served]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    relayed.push(await rateOf(startServer(["--import", "tsx", "bench/raw-relay.ts"], Number), load, inFlight, false));
    served.push(await rateOf(startMsgServer(connections), load, inFlight, true));
  }
  const ratio = median(served.map((rate, round) => rate / (relayed[round] ?? Number.NaN)));
  console.log(
    `${String(inFlight).padStart(2)} in flight: msg_server ${Math.round(median(served))} acked/s, ` +
      `raw relay ${Math.round(median(relayed))} acked/s, ratio ${ratio.toFixed(2)} (at least 0.35)`,
  );
}
