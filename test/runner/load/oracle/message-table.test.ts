import { describe, expect, it } from "vitest";
import { MessageState, MessageTable } from "../../../../src/runner/load/oracle/message-table.js";
import { RowMemory } from "../../../../src/runner/load/oracle/row-memory.js";

/** More than there is room for at first. */
const ROWS = 3000;

describe("MessageTable", () => {
  it.each([2, 32, 33, 100])("keeps all rows apart as it grows, with %i recipients", (recipients) => {
    const table = new MessageTable(ROWS, recipients, new RowMemory());
    const last = recipients - 1;
    for (let n = 0; n < ROWS; n++) {
      const row = table.take(2 ** 35 + n, n, 2 * n, n / 3, n / 3 + 0.25);
      expect(row).toBe(n);
      table.setMsgId(row, 0xffff_ffff - n);
      table.setEarlyMsgId(row, 0xf000_0000 + n);
      table.setStream(row, n + 1);
      table.expect(row, 0);
      table.expect(row, last);
      if (n % 2 === 0) table.settle(row, last);
      if (n % 3 === 0) table.excuse(row, 0);
    }
    expect(table.isFull).toBe(true);
    for (let row = 0; row < ROWS; row++) {
      expect([table.serial(row), table.senderDevice(row), table.target(row)]).toEqual([2 ** 35 + row, row, 2 * row]);
      expect([table.intendedMs(row), table.sentMs(row)]).toEqual([row / 3, row / 3 + 0.25]);
      expect([table.msgId(row), table.earlyMsgId(row)]).toEqual([0xffff_ffff - row, 0xf000_0000 + row]);
      expect([table.state(row), table.stream(row), table.isUnordered(row)]).toEqual([
        MessageState.sent,
        row + 1,
        false,
      ]);
      expect([table.pending(row), table.isPending(row, last)]).toEqual(row % 2 === 0 ? [1, false] : [2, true]);
      expect([table.isExpected(row, 0), table.isExpected(row, last)]).toEqual([row % 3 !== 0, true]);
      expect(table.isPending(row, 0)).toBe(true);
    }
  });

  it("begins with nothing of the message that had the row before", () => {
    for (const recipients of [2, 40]) {
      const table = new MessageTable(1, recipients, new RowMemory());
      const row = table.take(1, 2, 3, 4, 5);
      table.expect(row, recipients - 1);
      table.setMsgId(row, 9);
      table.setEarlyMsgId(row, 9);
      table.setUnordered(row);
      table.release(row);
      expect(table.take(6, 7, 8, 9, 10)).toBe(row);
      expect([table.msgId(row), table.earlyMsgId(row), table.pending(row)]).toEqual([0, 0, 0]);
      expect([table.isExpected(row, recipients - 1), table.isUnordered(row)]).toEqual([false, false]);
    }
  });
});
