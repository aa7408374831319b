import { describe, expect, it } from "vitest";
import { Settlement } from "../../../../src/cli/load/shards/settlement.js";
import { Audience } from "../../../../src/runner/load/oracle/audience.js";
import { FarDeliveries } from "../../../../src/runner/load/shard/far-deliveries.js";
import type { PlannedPresence } from "../../../../src/runner/load/shard/planned.js";

const SENDER = 0;
const RECIPIENT = 1;
const FOREVER_MS = 1e9;

/** User 0 with worker 0 and user 1 with worker 1, each with a device of the same number, and who settles between them. */
class Pair {
  readonly sender: FarDeliveries;
  readonly recipient: FarDeliveries;
  readonly settled: string[] = [];
  looks = 0;
  readonly #settlement: Settlement;
  #serial = 0;

  constructor(planned: PlannedPresence = () => "online", away: readonly number[] = []) {
    const audience = new Audience(2, 1, []);
    const [sender, recipient] = [0, 1].map((index) => {
      const far = new FarDeliveries({ index, count: 2 }, audience, planned);
      far.begin(
        0,
        away.filter((device) => device === index),
      );
      return far;
    }) as [FarDeliveries, FarDeliveries];
    this.sender = sender;
    this.recipient = recipient;
    const all = [sender, recipient];
    this.#settlement = new Settlement(2, {
      settled: (round) => this.settled.push(round),
      openBooks: () => {
        this.looks++;
        for (const [index, far] of all.entries()) {
          this.#settlement.page(index, 1 - index, far.books(this.#nowMs).pageOf(1 - index));
        }
      },
      askFor: (to, _, rows) => this.#settlement.awaited((all[to] as FarDeliveries).books(this.#nowMs).awaited(rows)),
    });
  }

  #nowMs = 0;

  /** Sends an acknowledged message. @returns how it arrives */
  send(sentMs: number): () => void {
    const serial = ++this.#serial;
    this.sender.acked(SENDER, RECIPIENT, serial, sentMs, serial);
    return () => this.recipient.arrived(RECIPIENT, serial, { senderDevice: SENDER, target: RECIPIENT, serial, sentMs });
  }

  /** Both await nothing of their own. */
  areQuiet(nowMs: number, round = "drain"): readonly string[] {
    this.#nowMs = nowMs;
    for (const [index, far] of [this.sender, this.recipient].entries()) {
      this.#settlement.told(index, round, far.books(nowMs).counts);
    }
    return this.settled;
  }

  told(worker: number, round: string): void {
    const far = worker === 0 ? this.sender : this.recipient;
    this.#settlement.told(worker, round, far.books(this.#nowMs).counts);
  }
}

describe("Settlement", () => {
  it("knows at once that nothing is under way when as many deliveries have come as were sent", () => {
    const pair = new Pair();
    pair.send(10)();
    expect(pair.areQuiet(20)).toEqual(["drain"]);
    expect(pair.looks).toBe(0);
  });

  it("waits for what must arrive, however long, and not longer", () => {
    const pair = new Pair();
    const arrive = pair.send(10);
    expect(pair.areQuiet(20)).toEqual([]);
    expect(pair.areQuiet(FOREVER_MS)).toEqual([]);
    arrive();
    expect(pair.areQuiet(FOREVER_MS)).toEqual(["drain"]);
  });

  it("does not wait for what came changed, and waits for the others", () => {
    const pair = new Pair();
    pair.send(10);
    const arrive = pair.send(11);
    expect(pair.areQuiet(20)).toEqual([]);
    pair.recipient.damaged(SENDER, RECIPIENT, 1);
    expect(pair.areQuiet(21)).toEqual([]);
    arrive();
    expect(pair.areQuiet(22)).toEqual(["drain"]);
  });

  it("does not let what came changed over a connection that is gone stand for what is to come over the next", () => {
    const pair = new Pair();
    pair.send(10);
    pair.recipient.damaged(SENDER, RECIPIENT, 1);
    pair.recipient.presence(RECIPIENT, false, 12);
    pair.recipient.presence(RECIPIENT, true, 13);
    const arrive = pair.send(14);
    expect(pair.areQuiet(20)).toEqual([]);
    arrive();
    expect(pair.areQuiet(21)).toEqual(["drain"]);
  });

  it("does not wait for a delivery to a device that has gone since the message was sent", () => {
    const pair = new Pair();
    pair.send(10);
    expect(pair.areQuiet(11)).toEqual([]);
    pair.recipient.presence(RECIPIENT, false, 12);
    expect(pair.areQuiet(20)).toEqual(["drain"]);
  });

  it("does not wait for a delivery to a device that was not there yet when the message was sent", () => {
    const pair = new Pair(() => "online", [RECIPIENT]);
    pair.send(10);
    pair.recipient.presence(RECIPIENT, true, 12);
    expect(pair.areQuiet(20)).toEqual(["drain"]);
  });

  it("asks of each delivery in doubt whether the device was there, and whether it has come", () => {
    const away = new Pair(() => "unsure", [RECIPIENT]);
    away.send(10);
    expect(away.areQuiet(20)).toEqual(["drain"]);

    const there = new Pair(() => "unsure");
    const arrive = there.send(10);
    there.send(15)();
    expect(there.areQuiet(20)).toEqual([]);
    arrive();
    expect(there.areQuiet(21)).toEqual(["drain"]);
  });

  it("no longer waits for a delivery in doubt that has not come in 5 s", () => {
    const pair = new Pair(() => "unsure");
    pair.send(10);
    expect(pair.areQuiet(5009)).toEqual([]);
    expect(pair.areQuiet(5011)).toEqual(["drain"]);
  });

  it("does not take what came without an ack for what is still under way", () => {
    const pair = new Pair();
    pair.sender.loosened(1000);
    const stray = { senderDevice: SENDER, target: RECIPIENT, serial: 1000, sentMs: 5 };
    pair.recipient.arrived(RECIPIENT, 1000, stray);
    const arrive = pair.send(10);
    expect(pair.areQuiet(20)).toEqual([]);
    arrive();
    expect(pair.areQuiet(30)).toEqual(["drain"]);
  });

  it("settles each round once, and only when all wait for it", () => {
    const pair = new Pair();
    pair.send(10)();
    pair.told(0, "search 0 step 1");
    expect(pair.settled).toEqual([]);
    expect(pair.areQuiet(20, "search 0 step 1")).toEqual(["search 0 step 1"]);
    pair.areQuiet(21, "search 0 step 1");
    pair.told(0, "drain");
    expect(pair.settled).toEqual(["search 0 step 1"]);
    expect(pair.areQuiet(30)).toEqual(["search 0 step 1", "drain"]);
  });
});
