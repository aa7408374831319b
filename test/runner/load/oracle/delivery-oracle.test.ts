import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MsgType } from "../../../../src/codec/generated/enums.js";
import { MessageFields } from "../../../../src/codec/message-bytes.js";
import { DeliveryOracle } from "../../../../src/runner/load/oracle/delivery-oracle.js";
import { LOST_AFTER_MS } from "../../../../src/runner/load/oracle/lost-messages.js";
import { contentTemplate } from "../../../../src/runner/load/oracle/message-token.js";

const RUN = 4242;
const DEVICES_PER_USER = 2;
const ACK_TIMEOUT_MS = 5000;
/** Of the token. */
const LAST_DIGIT_OF_SERIAL = 22;

interface Arrival {
  readonly device: number;
  readonly fromUser: number | undefined;
  readonly msgId: number;
  readonly content: Buffer;
}

interface Sent {
  readonly content: Buffer;
  readonly ack: () => boolean;
}

/** A server that does nothing wrong by itself: it hands out ids and says who must get what, for the test to spoil. */
class World {
  readonly oracle: DeliveryOracle;
  readonly online: Set<number>;
  readonly #lastMsgId = new Map<string, number>();

  constructor(readonly users: number) {
    this.oracle = new DeliveryOracle({
      users,
      devicesPerUser: DEVICES_PER_USER,
      run: RUN,
      ackTimeoutMs: ACK_TIMEOUT_MS,
    });
    this.online = new Set(Array.from({ length: users * DEVICES_PER_USER }, (_, device) => device));
    for (const device of this.online) this.oracle.online(device);
  }

  send(senderDevice: number, target: number, nowMs = 0) {
    const content = contentTemplate(64, RUN);
    const row = this.oracle.begin(senderDevice, target, nowMs, nowMs, content);
    const serial = this.oracle.serialOf(row);
    const sender = Math.floor(senderDevice / DEVICES_PER_USER);
    const pair = [sender, target].sort().join();
    const msgId = (this.#lastMsgId.get(pair) ?? 0) + 1;
    this.#lastMsgId.set(pair, msgId);
    const arrivals: Arrival[] = [...this.online]
      .filter((device) => device !== senderDevice)
      .filter((device) => [sender, target].includes(Math.floor(device / DEVICES_PER_USER)))
      .map((device) => ({ device, fromUser: sender, msgId, content }));
    return { ack: (id = msgId) => this.oracle.acked(row, serial, id), arrivals, msgId, content };
  }

  receive({ device, fromUser, msgId, content }: Arrival): boolean {
    return this.oracle.received(device, fromUser, msgId, content);
  }

  /** A message that is acknowledged; its deliveries are left to the caller. */
  sendAcked(senderDevice: number, target: number) {
    const message = this.send(senderDevice, target);
    message.ack();
    return message;
  }
}

const noFaults = {
  unacked: 0,
  abandoned: 0,
  lost: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  misdelivered: 0,
  unjudged: 0,
};

function first<T>(items: readonly T[]): T {
  return items[0] as T;
}

function altered(content: Buffer, at: number): Buffer {
  const copy = Buffer.from(content);
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

describe("DeliveryOracle", () => {
  it("finds nothing wrong when every device gets everything once", () => {
    const world = new World(2);
    for (let round = 0; round < 5; round++) {
      const message = world.sendAcked(0, 1);
      expect(message.arrivals.map(({ device }) => device)).toEqual([1, 2, 3]);
      for (const arrival of message.arrivals) expect(world.receive(arrival)).toBe(true);
    }
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({
      ...noFaults,
      sent: 5,
      acked: 5,
      expectedDeliveries: 15,
      delivered: 15,
    });
    expect(world.oracle.witnesses).toEqual([]);
  });

  it("accepts deliveries that overtake the ack", () => {
    const world = new World(2);
    const message = world.send(0, 1);
    for (const arrival of message.arrivals) world.receive(arrival);
    expect(message.ack()).toBe(true);
    expect(world.oracle.inFlight).toBe(0);
    expect(message.ack()).toBe(false);
  });

  it("counts each device that does not get an acknowledged message, and names it", () => {
    const world = new World(3);
    const message = world.sendAcked(0, 2);
    world.receive(first(message.arrivals));
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, delivered: 1, lost: 2, expectedDeliveries: 3 });
    expect(world.oracle.witnesses.map(({ kind, device, msgId, target }) => [kind, device, msgId, target])).toEqual([
      ["lost", 4, 1, 2],
      ["lost", 5, 1, 2],
    ]);
  });

  it("counts a message that is never acknowledged once, and expects nobody to get it", () => {
    const world = new World(2);
    world.send(0, 1);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, sent: 1, unacked: 1, expectedDeliveries: 0 });
  });

  it("counts a second arrival, whether or not the message is still in flight", () => {
    const world = new World(2);
    const message = world.sendAcked(0, 1);
    world.receive(first(message.arrivals));
    expect(world.receive(first(message.arrivals))).toBe(false);
    for (const arrival of message.arrivals.slice(1)) world.receive(arrival);
    expect(world.oracle.inFlight).toBe(0);
    world.receive(first(message.arrivals));
    // Its row now belongs to another message.
    const next = world.sendAcked(2, 0);
    world.receive(first(message.arrivals));
    for (const arrival of next.arrivals) world.receive(arrival);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, duplicated: 3, delivered: 6 });
  });

  it("counts the one that comes late when two messages of a stream change places at a device", () => {
    const world = new World(2);
    const one = world.sendAcked(0, 1);
    const two = world.sendAcked(0, 1);
    const [left, right] = [first(one.arrivals), first(two.arrivals)];
    world.receive(right);
    world.receive(left);
    for (const arrival of [...one.arrivals.slice(1), ...two.arrivals.slice(1)]) world.receive(arrival);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, reordered: 1, delivered: 6 });
    expect(first(world.oracle.witnesses)).toMatchObject({ kind: "reordered", device: left.device, serial: 1 });
  });

  it("counts a msg_id that goes back within a stream as reordered", () => {
    const world = new World(2);
    const one = world.send(0, 1);
    const [before, ...after] = one.arrivals.map((arrival) => ({ ...arrival, msgId: 9 })) as [Arrival, ...Arrival[]];
    world.receive(before);
    one.ack(9);
    const two = world.send(0, 1);
    const [early, ...late] = two.arrivals.map((arrival) => ({ ...arrival, msgId: 8 })) as [Arrival, ...Arrival[]];
    world.receive(early);
    two.ack(8);
    for (const arrival of [...after, ...late]) world.receive(arrival);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, reordered: 3, delivered: 6 });
  });

  it("blames the delivery whose msg_id is not the acknowledged one, whenever the ack comes", () => {
    const orders = fc.shuffledSubarray(["altered", "one", "other", "ack"] as const, { minLength: 4 });
    fc.assert(
      fc.property(orders, fc.nat(2), (order, whose) => {
        const world = new World(2);
        const message = world.send(0, 1);
        const [altered, one, other] = [0, 1, 2].map((at) => message.arrivals[(at + whose) % 3]) as Arrival[];
        const arrivals = { altered: { ...(altered as Arrival), msgId: 4_000_000 }, one, other };
        for (const step of order) {
          if (step === "ack") message.ack();
          else world.receive(arrivals[step] as Arrival);
        }
        const next = world.sendAcked(0, 1);
        for (const arrival of next.arrivals) world.receive(arrival);
        world.oracle.finish();
        expect(world.oracle.counts).toMatchObject({ ...noFaults, corrupted: 1, delivered: 5 });
        expect(world.oracle.witnesses.map(({ kind, device, msgId }) => [kind, device, msgId])).toEqual([
          ["corrupted", altered?.device, 4_000_000],
        ]);
      }),
    );
  });

  it("does not count as corrupted twice what came from the wrong sender before the ack", () => {
    const world = new World(2);
    const message = world.send(0, 1);
    const [one, two, three] = message.arrivals as [Arrival, Arrival, Arrival];
    world.receive({ ...one, msgId: 7 });
    world.receive({ ...two, fromUser: 1 });
    world.receive({ ...three, content: Buffer.from("not even a token") });
    message.ack();
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, corrupted: 3, delivered: 0 });
  });

  it("does not judge order between the two devices of a sender", () => {
    const world = new World(2);
    const fromPc = world.sendAcked(0, 1);
    const fromPhone = world.sendAcked(1, 1);
    for (const arrival of [...fromPhone.arrivals, ...fromPc.arrivals]) world.receive(arrival);
    expect(world.oracle.counts).toMatchObject({ ...noFaults, delivered: 6 });
  });

  it("does not judge the order of a message whose ack was given up", () => {
    const world = new World(2);
    const slow = world.send(0, 1, 0);
    expect(world.oracle.isAwaitingAck(0, 1)).toBe(true);
    const expired: number[][] = [];
    const note = (device: number, serial: number) => expired.push([device, serial]);
    world.oracle.expireAcks(ACK_TIMEOUT_MS - 1, note);
    expect(expired).toEqual([]);
    world.oracle.expireAcks(ACK_TIMEOUT_MS, note);
    expect(expired).toEqual([[0, 1]]);
    expect(world.oracle.isAwaitingAck(0, 1)).toBe(false);
    const next = world.send(0, 1, ACK_TIMEOUT_MS);
    next.ack();
    for (const arrival of [...next.arrivals, ...slow.arrivals]) world.receive({ ...arrival });
    expect(slow.ack()).toBe(true);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, acked: 2, delivered: 6 });
  });

  it.each([
    ["filler", 40],
    ["token", 20],
    ["magic", 0],
    ["checksum", 63],
  ])("counts changed content once, and not as lost too: %s", (_, at) => {
    const world = new World(3);
    const other = world.sendAcked(4, 1);
    const message = world.sendAcked(0, 1);
    const [spoiled, ...intact] = message.arrivals;
    world.receive({ ...(spoiled as Arrival), content: altered(message.content, at) });
    for (const arrival of [...other.arrivals, ...intact]) world.receive(arrival);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, corrupted: 1, delivered: 5, expectedDeliveries: 6 });
  });

  it("finds which was damaged when the changed token names another message in flight, before any ack", () => {
    const world = new World(3);
    // Serials 1 to 3; a changed last digit makes the third one the second, which comes from somebody else.
    const [one, two, three] = [world.send(2, 0), world.send(4, 1), world.send(0, 1)];
    const spoiled = three.arrivals.find(({ device }) => device === 2) as Arrival;
    world.receive({ ...spoiled, content: altered(three.content, LAST_DIGIT_OF_SERIAL) });
    for (const message of [one, two, three]) message.ack();
    for (const arrival of [one, two, three].flatMap(({ arrivals }) => arrivals)) {
      if (arrival !== spoiled) world.receive(arrival);
    }
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, corrupted: 1, delivered: 8 });
  });

  it("does not take a msg_id for another session's, when the token says which message was damaged", () => {
    const oracle = new DeliveryOracle({
      users: 2,
      devicesPerUser: 1,
      groups: [[0, 1]],
      run: RUN,
      ackTimeoutMs: ACK_TIMEOUT_MS,
    });
    for (const device of [0, 1]) oracle.online(device);
    const [single, group] = [1, 2].map((target) => {
      const content = contentTemplate(64, RUN);
      const row = oracle.begin(0, target, 0, 0, content);
      return { content, ack: () => oracle.acked(row, oracle.serialOf(row), 7) };
    }) as [Sent, Sent];
    single.ack();
    oracle.received(1, 0, 7, altered(group.content, 50));
    group.ack();
    oracle.received(1, 0, 7, single.content);
    oracle.finish();
    expect(oracle.counts).toMatchObject({ ...noFaults, corrupted: 1, delivered: 1 });
  });

  it("finds by msg_id which of several messages in flight was damaged", () => {
    const world = new World(2);
    const one = world.sendAcked(0, 1);
    const two = world.sendAcked(0, 1);
    world.receive({ ...first(two.arrivals), content: Buffer.from("not even a token") });
    for (const arrival of [...one.arrivals, ...two.arrivals.slice(1)]) world.receive(arrival);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, corrupted: 1, delivered: 5 });
  });

  it("counts a wrong sender, and a msg_id other than the acknowledged one, as corrupted", () => {
    const world = new World(3);
    const [one, two, three] = world.sendAcked(0, 1).arrivals as [Arrival, Arrival, Arrival];
    world.receive({ ...one, fromUser: 2 });
    world.receive({ ...two, msgId: 99 });
    world.receive(three);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, corrupted: 2, delivered: 1 });
  });

  it("counts an arrival at a stranger, and at the sending device itself, as misdelivered", () => {
    const world = new World(3);
    const message = world.sendAcked(0, 1);
    for (const device of [0, 4]) world.receive({ ...first(message.arrivals), device });
    for (const arrival of message.arrivals) world.receive(arrival);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, misdelivered: 2, delivered: 3 });
  });

  it("lets a device have what it sent over its last connection, which is not the one that it has now", () => {
    const world = new World(2);
    const message = world.send(0, 1);
    world.oracle.offline(0);
    world.oracle.online(0);
    for (const arrival of message.arrivals) world.receive(arrival);
    world.receive({ ...first(message.arrivals), device: 0 });
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, abandoned: 1, delivered: 3 });
  });

  it("leaves messages of people outside the run alone", () => {
    const world = new World(2);
    world.receive({ device: 0, fromUser: undefined, msgId: 1, content: Buffer.from("nnZSBwfPCz60q69ddmfIJA==") });
    expect(world.oracle.counts).toMatchObject({ ...noFaults, foreign: 1 });
  });

  it("leaves what people of the run wrote in another run alone, also while it awaits something from them", () => {
    const world = new World(2);
    const another = new DeliveryOracle({ users: 2, devicesPerUser: 2, run: RUN + 1, ackTimeoutMs: ACK_TIMEOUT_MS });
    const content = contentTemplate(64, RUN + 1);
    another.begin(0, 1, 0, 0, content);
    const message = world.sendAcked(0, 1);
    world.receive({ device: 2, fromUser: 0, msgId: message.msgId, content });
    for (const arrival of message.arrivals) world.receive(arrival);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, foreign: 1, delivered: 3 });
  });

  it("says what it cannot judge when a recipient is disconnected, and does not call it lost", () => {
    const world = new World(2);
    const message = world.sendAcked(0, 1);
    world.oracle.offline(3);
    for (const arrival of message.arrivals.filter(({ device }) => device !== 3)) world.receive(arrival);
    expect(world.oracle.inFlight).toBe(0);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, delivered: 2, unjudged: 1, expectedDeliveries: 3 });
  });

  it("calls lost what should have come long before its device went, and unjudged what was on its way or acked late", () => {
    const world = new World(2);
    const leavesMs = 50_000;
    const old = world.send(0, 1, leavesMs - LOST_AFTER_MS);
    const late = world.send(0, 1, leavesMs - LOST_AFTER_MS);
    old.ack();
    world.oracle.expireAcks(leavesMs - LOST_AFTER_MS + ACK_TIMEOUT_MS, () => {});
    late.ack();
    const fresh = world.send(0, 1, leavesMs - LOST_AFTER_MS + 1);
    fresh.ack();
    const unacked = world.send(0, 1, 0);
    const sent = [old, late, fresh, unacked];
    for (const { arrivals } of sent) arrivals.filter(({ device }) => device !== 3).map((each) => world.receive(each));
    world.oracle.offline(3, leavesMs);
    for (const { arrivals } of sent) arrivals.filter(({ device }) => device === 3).map((each) => world.receive(each));
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({
      ...noFaults,
      delivered: 8,
      lost: 1,
      diverged: 1,
      unjudged: 3,
      unacked: 1,
    });
    expect(world.oracle.witnesses.map(({ kind, serial, device }) => [kind, serial, device])).toEqual([
      ["lost", 1, 3],
      ["diverged", 1, 3],
      ["unacked", 4, undefined],
    ]);
  });

  it("does not call diverged what none of a user's devices got before they went", () => {
    const world = new World(2);
    const message = world.sendAcked(0, 1);
    for (const arrival of message.arrivals.filter(({ device }) => device === 1)) world.receive(arrival);
    for (const device of [2, 3]) world.oracle.offline(device, LOST_AFTER_MS);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, delivered: 1, lost: 2, diverged: 0 });
  });

  it.each(["before", "after"])("calls a message without a msg_id corrupted, %s its ack (MSG-02)", (when) => {
    const world = new World(2);
    const message = world.send(0, 1);
    if (when === "after") message.ack();
    for (const arrival of message.arrivals) {
      world.receive(arrival.device === 1 ? { ...arrival, msgId: 0 } : arrival);
    }
    if (when === "before") message.ack();
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, delivered: 2, corrupted: 1 });
    expect(world.oracle.witnesses).toMatchObject([{ kind: "corrupted", serial: 1, device: 1 }]);
  });

  it.each(["before", "after"])(
    "calls all deliveries corrupted, those %s the ack, of a message that the ack gives no msg_id",
    (when) => {
      const world = new World(2);
      const message = world.send(0, 1);
      if (when === "after") message.ack(0);
      for (const arrival of message.arrivals) world.receive(arrival);
      if (when === "before") message.ack(0);
      world.oracle.finish();
      expect(world.oracle.counts).toMatchObject({ ...noFaults, acked: 1, delivered: 0, corrupted: 3 });
    },
  );

  it.each([
    ["the receiver", { toSessionId: 1009 }],
    ["a kind of message that goes to groups", { msgType: MsgType.MSG_TYPE_GROUP_TEXT }],
  ])("calls a message corrupted that comes with %s changed (MSG-03)", (_, change) => {
    const oracle = new DeliveryOracle({
      users: 2,
      devicesPerUser: 1,
      run: RUN,
      ackTimeoutMs: ACK_TIMEOUT_MS,
      sessionIdOf: (target) => 1000 + target,
    });
    for (const device of [0, 1]) oracle.online(device);
    for (const changed of [{}, change]) {
      const content = contentTemplate(64, RUN);
      const row = oracle.begin(0, 1, 0, 0, content);
      oracle.acked(row, oracle.serialOf(row), row + 1);
      const fields = Object.assign(
        new MessageFields(),
        { fromUserId: 1000, toSessionId: 1001, msgId: row + 1 },
        changed,
      );
      oracle.messageArriving(Buffer.alloc(16), 0, 16, fields, false);
      oracle.received(1, 0, row + 1, content);
    }
    oracle.finish();
    expect(oracle.counts).toMatchObject({ ...noFaults, delivered: 1, corrupted: 1 });
  });

  it("neither expects nor condemns what comes to a device that was away when it was sent", () => {
    const world = new World(2);
    world.oracle.offline(3);
    const message = world.sendAcked(0, 1);
    const caughtUp = { ...first(message.arrivals), device: 3 };
    world.oracle.online(3);
    world.receive(caughtUp);
    for (const arrival of message.arrivals.filter(({ device }) => device !== 3)) world.receive(arrival);
    world.receive(caughtUp);
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, delivered: 2, expectedDeliveries: 2 });
  });

  it("calls nothing a second arrival that comes to a device with the answer to its first login", () => {
    const oracle = new DeliveryOracle({ users: 2, devicesPerUser: 2, run: RUN, ackTimeoutMs: ACK_TIMEOUT_MS });
    const [sender, phone, pc] = [0, 3, 2];
    oracle.online(sender);
    oracle.online(phone);
    const content = contentTemplate(64, RUN);
    const row = oracle.begin(sender, 1, 0, 0, content);
    oracle.acked(row, oracle.serialOf(row), 1);
    oracle.received(phone, 0, 1, content);
    // The server has let the PC in; the answer to its login, in the same segment, has not been looked at yet.
    oracle.received(pc, 0, 1, content);
    oracle.online(pc);
    oracle.finish();
    expect(oracle.counts).toMatchObject({ ...noFaults, delivered: 1, expectedDeliveries: 1 });
    expect(oracle.witnesses).toEqual([]);
  });

  it("shows what somebody got though its ack is overdue, until the ack comes or no longer can", () => {
    const doubted: (readonly [serial: number, isCutOff: boolean])[] = [];
    const oracle = new DeliveryOracle({
      users: 2,
      devicesPerUser: 1,
      run: RUN,
      ackTimeoutMs: ACK_TIMEOUT_MS,
      doubted: (_device, _target, serial, isCutOff) => doubted.push([serial, isCutOff]),
    });
    const taken = () => {
      const serials: number[] = [];
      oracle.eachTakenUnacked(({ serial }) => serials.push(serial));
      return serials;
    };
    for (const device of [0, 1]) oracle.online(device);
    const contents = [1, 2, 3].map((sentMs) => {
      const content = contentTemplate(64, RUN);
      return { content, row: oracle.begin(0, 1, 0, sentMs, content) };
    });
    for (const [place, { content }] of contents.slice(0, 2).entries()) oracle.received(1, 0, place + 1, content);
    expect(taken()).toEqual([]);
    oracle.expireAcks(ACK_TIMEOUT_MS + 3, () => {});
    expect(taken()).toEqual([1, 2]);
    oracle.eachTakenUnacked((message) => {
      expect(message).toEqual({
        sender: 0,
        target: 1,
        serial: message.serial,
        sentMs: message.serial,
        msgId: message.serial,
      });
    });
    oracle.acked(contents[0]?.row as number, 1, 1);
    expect(taken()).toEqual([2]);
    oracle.offline(0);
    expect(taken()).toEqual([]);
    expect(doubted).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [2, true],
      [3, true],
    ]);
  });

  it("does not guess whether a message was taken when its sender's connection is lost before the ack", () => {
    const world = new World(2);
    const message = world.send(0, 1);
    world.oracle.offline(0);
    world.receive(first(message.arrivals));
    world.oracle.finish();
    expect(world.oracle.counts).toMatchObject({ ...noFaults, sent: 1, abandoned: 1, delivered: 1, unjudged: 2 });
  });

  it("keeps a row for each message in flight, not for each sent", () => {
    const world = new World(2);
    for (let round = 0; round < 10_000; round++) {
      for (const arrival of world.sendAcked(0, 1).arrivals) world.receive(arrival);
      expect(world.oracle.inFlight).toBe(0);
    }
    expect(world.oracle.counts).toMatchObject({ ...noFaults, sent: 10_000, delivered: 30_000 });
  });

  it("keeps a bounded number of witnesses of each kind", () => {
    const world = new World(2);
    for (let round = 0; round < 100; round++) world.sendAcked(0, 1);
    world.send(2, 0);
    world.oracle.finish();
    expect(world.oracle.witnesses.filter(({ kind }) => kind === "lost")).toHaveLength(20);
    expect(world.oracle.witnesses.filter(({ kind }) => kind === "unacked")).toHaveLength(1);
  });

  const fate = fc.constantFrom("deliver", "deliver", "deliver", "drop", "duplicate", "corrupt", "stray");
  const plan = fc.array(
    fc.record({
      sender: fc.nat(7),
      target: fc.nat(3),
      acked: fc.boolean(),
      fates: fc.array(fate, { minLength: 3, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 40 },
  );

  it("counts injected faults exactly, however the deliveries of different devices interleave", () => {
    fc.assert(
      fc.property(plan, fc.infiniteStream(fc.nat(1000)), (messages, picks) => {
        const world = new World(4);
        const injected = { lost: 0, duplicated: 0, corrupted: 0, misdelivered: 0, unacked: 0 };
        // Each device has its own queue: TCP keeps the order within one, nothing keeps it between two.
        const queues = new Map<number, Arrival[]>();
        const push = (arrival: Arrival) => queues.set(arrival.device, [...(queues.get(arrival.device) ?? []), arrival]);
        for (const { sender, target, acked, fates } of messages) {
          if (Math.floor(sender / DEVICES_PER_USER) === target) continue;
          const message = world.send(sender, target);
          if (!acked) {
            injected.unacked++;
            continue;
          }
          message.ack();
          message.arrivals.forEach((arrival, index) => {
            const chosen = fates[index];
            if (chosen === "drop") injected.lost++;
            else if (chosen === "corrupt") {
              injected.corrupted++;
              push({ ...arrival, content: altered(arrival.content, index * 15) });
            } else push(arrival);
            if (chosen === "duplicate") {
              injected.duplicated++;
              push(arrival);
            }
            if (chosen === "stray") {
              injected.misdelivered++;
              push({ ...arrival, device: sender });
            }
          });
        }
        while (queues.size > 0) {
          const devices = [...queues.keys()];
          const device = devices[(picks.next().value as number) % devices.length] as number;
          const queue = queues.get(device) as Arrival[];
          world.receive(queue.shift() as Arrival);
          if (queue.length === 0) queues.delete(device);
        }
        world.oracle.finish();
        const { counts } = world.oracle;
        expect(counts).toMatchObject({ ...injected, reordered: 0, unjudged: 0, abandoned: 0 });
        expect(counts.sent).toBe(counts.acked + counts.unacked + counts.abandoned);
        expect(counts.expectedDeliveries).toBe(counts.delivered + counts.lost + counts.corrupted + counts.unjudged);
        expect(world.oracle.inFlight).toBe(0);
      }),
    );
  });

  it("balances whatever happens: acks, losses, disconnections and returns in any order", () => {
    const step = fc.oneof(
      fc.record({ send: fc.nat(7), to: fc.nat(3) }),
      fc.record({ ack: fc.nat(1000) }),
      fc.record({ receive: fc.nat(1000), times: fc.integer({ min: 1, max: 2 }) }),
      fc.record({ offline: fc.nat(7) }),
      fc.record({ online: fc.nat(7) }),
      fc.record({ expireMs: fc.nat(20_000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const world = new World(4);
        const acks: Array<() => boolean> = [];
        const arrivals: Arrival[] = [];
        for (const action of steps) {
          if ("send" in action) {
            if (Math.floor(action.send / DEVICES_PER_USER) === action.to || !world.online.has(action.send)) continue;
            const message = world.send(action.send, action.to);
            acks.push(message.ack);
            arrivals.push(...message.arrivals);
          } else if ("ack" in action) acks[action.ack % Math.max(1, acks.length)]?.();
          else if ("receive" in action) {
            const arrival = arrivals[action.receive % Math.max(1, arrivals.length)];
            for (let time = 0; time < action.times; time++) if (arrival !== undefined) world.receive(arrival);
          } else if ("offline" in action) {
            world.online.delete(action.offline);
            world.oracle.offline(action.offline);
          } else if ("online" in action) {
            if (world.online.has(action.online)) continue;
            world.online.add(action.online);
            world.oracle.online(action.online);
          } else world.oracle.expireAcks(action.expireMs, () => {});
        }
        world.oracle.finish();
        const { counts } = world.oracle;
        expect(counts.sent).toBe(counts.acked + counts.unacked + counts.abandoned);
        expect(counts.expectedDeliveries).toBe(counts.delivered + counts.lost + counts.corrupted + counts.unjudged);
        expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(0);
        expect([counts.corrupted, counts.misdelivered]).toEqual([0, 0]);
      }),
    );
  });
});
