import { describe, expect, it } from "vitest";
import { MessageLog } from "../../../src/server/storage/message-log.js";
import { MessageWindow } from "../../../src/server/storage/message-window.js";

const everything = 1_000_000;

function logs(limits: Partial<MessageWindow["limits"]>) {
  const window = new MessageWindow({ messagesPerSessionMax: everything, messagesMax: everything, ...limits });
  return { window, log: () => new MessageLog(window) };
}

const say = (log: MessageLog, text: string | Buffer) => log.append(1, 2, 3, Buffer.from(text));
const textsOf = (log: MessageLog) => log.before(0, everything, 1).map(({ content }) => content.toString());

describe("MessageLog", () => {
  it("keeps each message's numbers, up to the greatest that the wire has", () => {
    const log = logs({}).log();
    const most = 0xffff_ffff;
    expect(log.last).toBeUndefined();
    expect(log.append(most, most - 1, 0x12, Buffer.from("late"))).toBe(1);
    expect(log.append(7, 8, 1, Buffer.from("next"))).toBe(2);
    expect(log.before(0, 10, 1)).toEqual([
      { msgId: 2, fromId: 7, created: 8, type: 1, content: Buffer.from("next") },
      { msgId: 1, fromId: most, created: most - 1, type: 0x12, content: Buffer.from("late") },
    ]);
  });

  it("finds each message while it grows, forgets and shrinks, as a list would", () => {
    const { log } = logs({ messagesPerSessionMax: 37, messagesMax: 50 });
    const [one, other] = [log(), log()];
    const lists = new Map([one, other].map((log) => [log, { texts: [] as string[], forgotten: 0, outside: 0 }]));
    const listOf = (log: MessageLog) => lists.get(log) as { texts: string[]; forgotten: number; outside: number };
    const order: MessageLog[] = [];
    for (let n = 0; n < 600; n++) {
      // Long turns, so that one falls silent until the other has pushed all but its last message out.
      const speaker = n % 200 < 120 ? one : other;
      say(speaker, `message ${n}`);
      order.push(speaker);
      const spoken = listOf(speaker);
      spoken.texts.push(`message ${n}`);
      spoken.forgotten = Math.max(spoken.forgotten, spoken.texts.length - 37);
      const left = order[n - 50];
      if (left !== undefined) {
        const list = listOf(left);
        list.forgotten = Math.max(list.forgotten, Math.min(++list.outside, list.texts.length - 1));
      }
      for (const [log, { texts, forgotten }] of lists) expect(textsOf(log)).toEqual(texts.slice(forgotten).reverse());
    }
    expect(one.lastId + other.lastId).toBe(600);
    expect(one.pick([1, one.lastId, one.lastId], 1).map(({ msgId }) => msgId)).toEqual([one.lastId]);
  });

  it("gives contents away: what is added later does not change them", () => {
    const { log } = logs({ messagesPerSessionMax: 1 });
    const chatty = log();
    say(chatty, "first");
    const first = chatty.last;
    const filler = Buffer.alloc(200_000, "x");
    for (let n = 0; n < 20; n++) say(chatty, filler);
    expect(first?.content.toString()).toBe("first");
  });

  it("takes memory for what is kept, and little more", () => {
    const { window, log } = logs({ messagesMax: 10 });
    const big = Buffer.alloc(100_000, "x");
    const chatty = log();
    const silent = Array.from({ length: 20 }, () => log());
    // The last words of each lie beside what will be forgotten.
    for (const [index, one] of silent.entries()) {
      say(one, `silent ${index}`);
      for (let n = 0; n < 5; n++) say(chatty, big);
    }
    for (let n = 0; n < 20; n++) say(chatty, big);
    expect(silent.map(textsOf)).toEqual(silent.map((_, index) => [`silent ${index}`]));
    const kept = 10 * big.length;
    expect(window.contents.sizeBytes).toBeLessThan(2 * kept + 1000);
    // What was emptied is filled again.
    for (let n = 0; n < 1000; n++) say(chatty, big);
    expect(window.contents.sizeBytes).toBeLessThan(2 * kept + 1000);
  });
});
