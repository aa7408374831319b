import { describe, expect, it } from "vitest";
import { Audience } from "../../../../src/runner/load/oracle/audience.js";
import { balanceOf } from "../../../../src/runner/load/shard/far-balance.js";
import { FarDeliveries } from "../../../../src/runner/load/shard/far-deliveries.js";
import { farStateOf } from "../../../../src/runner/load/shard/load-shard.js";

const SENDER = 0;
const RECIPIENT = 1;

function shard(index: number): FarDeliveries {
  const far = new FarDeliveries({ index, count: 2 }, new Audience(2, 1, []), () => "unsure");
  far.begin(0, []);
  return far;
}

/** Messages that were acknowledged at these moments and never came to somebody who left at 20 s with the own shard. */
function balanceOfUnarrived(...sentMs: readonly number[]) {
  const sender = shard(0);
  const recipient = shard(1);
  for (const [at, ms] of sentMs.entries()) sender.acked(SENDER, RECIPIENT, at + 1, ms, 100 + at);
  recipient.end(20_000, true);
  sender.end(30_000, true);
  const of = (far: FarDeliveries) => ({ segment: far.segment, clientTypes: ["windows"], far: farStateOf(far) });
  const { counts, doubts } = balanceOf([of(sender), of(recipient)]);
  expect(doubts).toEqual([]);
  return counts;
}

describe("a shard of a scenario file that is over before others", () => {
  it("is answered for by the servers as long as its people were there", () => {
    expect(balanceOfUnarrived(0, 13_999)).toMatchObject({ lost: 2, unjudged: 0, expectedDeliveries: 0 });
  });

  it("is not blamed on them for what was still on its way when its people left", () => {
    expect(balanceOfUnarrived(14_001, 20_000)).toMatchObject({ lost: 0, unjudged: 2, expectedDeliveries: 0 });
  });

  it("has nothing to get of what is sent later", () => {
    expect(balanceOfUnarrived(20_001, 29_000)).toMatchObject({ lost: 0, unjudged: 0, expectedDeliveries: -2 });
  });
});
