import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DeliveryCounts } from "../../../../src/runner/load/oracle/delivery-counts.js";
import { DeliveryOracle } from "../../../../src/runner/load/oracle/delivery-oracle.js";
import { contentTemplate } from "../../../../src/runner/load/oracle/message-token.js";
import { segmentOf } from "../../../../src/runner/load/segment.js";
import { balanceOf } from "../../../../src/runner/load/shard/far-balance.js";
import { addCounts, farStateOf } from "../../../../src/runner/load/shard/load-shard.js";
import type { PlannedPresence } from "../../../../src/runner/load/shard/planned.js";
import { PresenceLog } from "../../../../src/runner/load/shard/presence-log.js";

const RUN = 77;
const USERS = 5;
const DEVICES_PER_USER = 2;
const DEVICES = USERS * DEVICES_PER_USER;
const GROUPS = [
  [0, 1, 2],
  [1, 3, 4],
];
/**
 * More than clocks may differ by, so that nothing is excused for that; and no number of steps takes as long as after which
 * what has not come is lost, or so little longer.
 */
const STEP_MS = 2200;
const LATE_MAX_MS = 100_000;

type Fate =
  | "comes"
  | "comes twice"
  | "is lost"
  | "comes with another msg_id"
  | "comes without a msg_id"
  | "comes changed"
  | "comes from a stranger";
type Ack = "comes" | "comes without a msg_id" | "never comes" | "is cut off";

/** A device goes or comes; or it sends, and what becomes of each delivery. */
type Step =
  | { readonly toggled: number }
  | {
      readonly from: number;
      readonly to: number;
      readonly lateMs: number;
      readonly fates: readonly Fate[];
      readonly ack: Ack;
    };

/** The first byte of the filler, of the serial, and of all. */
const CHANGED_AT = [39, 17, 0];

const fates = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fate>("comes") },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Fate[]>(
      "comes twice",
      "is lost",
      "comes with another msg_id",
      "comes without a msg_id",
      "comes changed",
      "comes from a stranger",
    ),
  },
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ toggled: fc.nat(DEVICES - 1) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      from: fc.nat(DEVICES - 1),
      to: fc.nat(USERS + GROUPS.length - 1),
      // Above 16 s, the four digits of a token's lateness are not enough.
      lateMs: fc.oneof(fc.constant(0), fc.nat(LATE_MAX_MS)),
      fates: fc.array(fates, { minLength: DEVICES, maxLength: DEVICES }),
      ack: fc.oneof(
        { weight: 7, arbitrary: fc.constant<Ack>("comes") },
        { weight: 3, arbitrary: fc.constantFrom<Ack[]>("is cut off", "never comes", "comes without a msg_id") },
      ),
    }),
  },
);

/** The same life told to one oracle, and to one for each shard, each of which hears only its own users' part of it. */
class Life {
  readonly whole: DeliveryOracle;
  readonly shards: DeliveryOracle[];
  readonly #presences = new PresenceLog();
  readonly #isOnline: boolean[];
  readonly #lastMsgId = new Map<string, number>();
  /** As late as messages may be. */
  #nowMs = LATE_MAX_MS;

  constructor(
    private readonly count: number,
    online: readonly boolean[],
    private readonly whim: number,
  ) {
    const options = { users: USERS, devicesPerUser: DEVICES_PER_USER, groups: GROUPS, run: RUN, ackTimeoutMs: 5000 };
    this.whole = new DeliveryOracle(options);
    this.shards = Array.from(
      { length: count },
      (_, index) => new DeliveryOracle({ ...options, segment: { index, count }, planned: this.#planned }),
    );
    this.#isOnline = [...online];
    for (const [device, is] of online.entries()) {
      if (!is) this.#presences.startsAway(device);
      else for (const oracle of this.#oraclesOf(device)) oracle.online(device, 0);
    }
    for (const [index, { far }] of this.shards.entries()) {
      const own = [...online.keys()].filter((device) => this.#shardOf(device) === index);
      far?.begin(
        0,
        own.filter((device) => !online[device]),
      );
    }
  }

  /** A plan is never wrong about who is there, and often unsure; about those who are not it may be anything. */
  readonly #planned: PlannedPresence = (device, atMs) => {
    const dice = (device * 7 + atMs * 3 + this.whim) % 5;
    if (dice < 2) return "unsure";
    if (this.#presences.isOnlineAt(device, atMs)) return "online";
    return dice === 2 ? "online" : "away";
  };

  take(step: Step): void {
    this.#nowMs += STEP_MS;
    if ("toggled" in step) return this.#toggle(step.toggled);
    if (this.#isOnline[step.from]) this.#send(step);
  }

  #toggle(device: number): void {
    const isOnline = !this.#isOnline[device];
    this.#isOnline[device] = isOnline;
    this.#presences.changed(device, isOnline, this.#nowMs);
    for (const oracle of this.#oraclesOf(device)) {
      if (isOnline) oracle.online(device, this.#nowMs);
      else oracle.offline(device, this.#nowMs);
    }
  }

  #send({ from, to, lateMs, fates, ack }: Exclude<Step, { toggled: number }>): void {
    const ownUser = userOf(from);
    if (to === ownUser || (to >= USERS && !GROUPS[to - USERS]?.includes(ownUser))) return;
    const pair = to < USERS ? [ownUser, to].sort().join() : `${to}`;
    const msgId = (this.#lastMsgId.get(pair) ?? 0) + 1;
    this.#lastMsgId.set(pair, msgId);
    const sent = this.#oraclesOf(from).map((oracle) => {
      const content = contentTemplate(64, RUN);
      const row = oracle.begin(from, to, this.#nowMs - lateMs, this.#nowMs, content);
      return { oracle, row, serial: oracle.serialOf(row), content };
    });
    if (ack === "is cut off") {
      this.#nowMs += STEP_MS;
      this.#toggle(from);
    }
    const ackedId = ack === "comes" ? msgId : ack === "comes without a msg_id" ? 0 : undefined;
    if (ackedId !== undefined) for (const { oracle, row, serial } of sent) oracle.acked(row, serial, ackedId);
    const reached = to < USERS ? [ownUser, to] : (GROUPS[to - USERS] as number[]);
    const [ofWhole, ofShard] = sent.map(({ content }) => content) as [Buffer, Buffer];
    for (const device of this.#isOnline.keys()) {
      if (!this.#isOnline[device] || device === from || !reached.includes(userOf(device))) continue;
      const fate = fates[device] as Fate;
      if (fate === "is lost") continue;
      // Without an ack, nothing but the other deliveries says which msg_id is right.
      const otherId = ack === "comes" && fate === "comes with another msg_id" ? msgId + 1000 : msgId;
      const arrivedId = fate === "comes without a msg_id" ? 0 : otherId;
      for (let time = 0; time < (fate === "comes twice" ? 2 : 1); time++) {
        const changed = (content: Buffer) => (fate === "comes changed" ? altered(content, device) : content);
        const fromUser = fate === "comes from a stranger" ? undefined : ownUser;
        const shard = this.shards[this.#shardOf(device)] as DeliveryOracle;
        const isDelivery = this.whole.received(device, fromUser, arrivedId, changed(ofWhole));
        const isOfShard = shard.received(device, fromUser, arrivedId, changed(ofShard));
        if (isDelivery && isOfShard) expect(timesOf(shard)).toEqual(timesOf(this.whole));
      }
    }
  }

  end(): { readonly whole: DeliveryCounts; readonly merged: DeliveryCounts; readonly doubts: readonly string[] } {
    for (const oracle of [this.whole, ...this.shards]) oracle.finish();
    const balance = balanceOf(
      this.shards.map(({ far }, index) => ({
        segment: { index, count: this.count },
        clientTypes: ["windows", "ios"],
        far: JSON.parse(JSON.stringify(farStateOf(far as NonNullable<typeof far>))),
      })),
    );
    const merged = { ...(this.shards[0] as DeliveryOracle).counts };
    for (const { counts } of this.shards.slice(1)) addCounts(merged, counts);
    for (const name of Object.keys(balance.counts) as (keyof typeof balance.counts)[]) {
      merged[name] += balance.counts[name];
    }
    return { whole: { ...this.whole.counts }, merged, doubts: balance.doubts };
  }

  #oraclesOf(device: number): [DeliveryOracle, DeliveryOracle] {
    return [this.whole, this.shards[this.#shardOf(device)] as DeliveryOracle];
  }

  #shardOf(device: number): number {
    return segmentOf(userOf(device), { count: this.count });
  }
}

/** What the latencies of the last delivery are counted from. */
function timesOf({ lastIntendedMs, lastSentMs }: DeliveryOracle): readonly number[] {
  return [lastIntendedMs, lastSentMs];
}

function altered(content: Buffer, device: number): Buffer {
  const copy = Buffer.from(content);
  const at = CHANGED_AT[device % CHANGED_AT.length] as number;
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

function userOf(device: number): number {
  return Math.floor(device / DEVICES_PER_USER);
}

describe("an oracle in shards", () => {
  it("counts what one oracle counts, whoever comes and goes and whatever becomes of messages", () => {
    const online = fc.array(fc.boolean(), { minLength: DEVICES, maxLength: DEVICES });
    const history = fc.array(steps, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 3 }), online, history, fc.nat(1000), (count, first, all, whim) => {
        const life = new Life(count, first, whim);
        for (const step of all) life.take(step);
        const { whole, merged, doubts } = life.end();
        expect(doubts).toEqual([]);
        // Whether a user's devices have the same is judged where one shard has both the message and the devices.
        expect({ ...merged, diverged: whole.diverged }).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it("does not take a changed message of another shard for one of its own that has the same serial", () => {
    const options = { users: 3, devicesPerUser: 1, run: RUN, ackTimeoutMs: 5000, planned: () => "online" as const };
    const [own, other] = [0, 1].map((index) => new DeliveryOracle({ ...options, segment: { index, count: 2 } })) as [
      DeliveryOracle,
      DeliveryOracle,
    ];
    for (const [device, oracle] of [own, other, own].entries()) oracle.online(device);
    const send = (oracle: DeliveryOracle, from: number) => {
      const content = contentTemplate(64, RUN);
      const row = oracle.begin(from, 2, 0, 0, content);
      oracle.acked(row, oracle.serialOf(row), 1);
      return content;
    };
    for (const { far } of [own, other]) far?.begin(0, []);
    const intact = send(own, 0);
    own.received(2, 1, 1, altered(send(other, 1), 0));
    own.received(2, 0, 1, intact);
    own.finish();
    expect(own.counts).toMatchObject({ delivered: 1, corrupted: 1, duplicated: 0, lost: 0 });
    expect(own.far?.corrupted).toEqual([0, 1]);
  });
});
