import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadIndex } from "../../../src/cli/browse/load-index.js";
import { SpillingStore } from "../../../src/cli/browse/spilling-store.js";
import { MemoryPduStore } from "../../../src/codec/analysis/pdu-store.js";
import { searchText } from "../../../src/codec/record/search-text.js";
import { commandById, hexId } from "../../../src/codec/registry.js";
import { connectionText } from "../../../src/tui/browse/pdu-words.js";
import { FoundRows, scanRows } from "../../../src/tui/browse/scan-rows.js";
import { withWords } from "../../../src/tui/browse/word-test.js";

const capture = fileURLToPath(new URL("../../../fixtures/captures/cluster-session.pcap", import.meta.url));
const options = { cwd: "/", signal: new AbortController().signal, onProgress: () => {} };
const index = await loadIndex(capture, new MemoryPduStore(), options);
const rows = Array.from({ length: index.rows }, (_, row) => row);

/** All that words may be found in, made the slow way. */
const said = rows.map((row) => {
  const command = commandById(index.commandId(row));
  const around = `${hexId(index.commandId(row))} ${command?.name} ${command?.messageName} ${connectionText(index, row)}`;
  return `${around} ${index.direction(row)} ${searchText(index.bytes(row))}`.toLowerCase().replaceAll('"', "");
});

function found(text: string): number[] {
  return rows.filter(withWords(index, text));
}

describe("withWords", () => {
  it("finds the same rows as reading each of them to its end", () => {
    const pieces = fc
      .tuple(fc.nat(said.length - 1), fc.nat(), fc.integer({ min: 1, max: 12 }))
      .map(([row, at, length]) => {
        const text = said[row] as string;
        return text.slice(at % text.length, (at % text.length) + length).trim();
      })
      .filter((word) => !/=\d+$|^#|^$/.test(word));
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 2 }), (words) => {
        const parts = words.join(" ").split(/\s+/);
        if (parts.some((part) => /=\d+$|^#/.test(part))) return;
        expect(found(words.join(" "))).toEqual(rows.filter((row) => parts.every((part) => said[row]?.includes(part))));
      }),
      { numRuns: 200 },
    );
  });

  it("takes a number behind = for the whole number, and a number of its own for any part", () => {
    expect(found("user_id=2")).toEqual([]);
    expect(found("user_id=20").length).toBeGreaterThan(100);
    expect(found("seqnum=1").every((row) => index.seqNum(row) === 1)).toBe(true);
  });

  it("finds a row by its number", () => {
    expect(found("#21")).toEqual([20]);
    expect(found("#21 login_req")).toEqual([20]);
    expect(found("#22 login_req")).toEqual([]);
  });

  it("finds JSON in a field where it has quotes", () => {
    expect(found("{cmd_id:1}").length).toBeGreaterThan(0);
    expect(found("{cmd_id:1}")).toEqual(found('{"cmd_id":1}'));
  });

  it("finds Chinese, capitals and what stands in quotes", () => {
    expect(found("成功").length).toBeGreaterThan(0);
    expect(found('USER_NAME="User20"')).toEqual(found("user_name=user20"));
  });

  it("finds the same in PDUs that are kept in a file", async () => {
    const store = new SpillingStore("word-test", 4000);
    try {
      const spilled = await loadIndex(capture, store, options);
      expect(rows.filter(withWords(spilled, "kicked"))).toEqual(found("kicked"));
      const backwards = rows.toReversed().filter(withWords(spilled, "kicked"));
      expect(backwards.toReversed()).toEqual(found("kicked"));
    } finally {
      store.close();
    }
  });
});

describe("scanRows", () => {
  it("shows what it has found while it goes on, and lets others do something meanwhile", async () => {
    const seen: number[] = [];
    const rowsFound = new FoundRows();
    let turns = 0;
    const turn = setInterval(() => turns++);
    const slow = (row: number) => {
      const untilMs = performance.now() + 0.5;
      while (performance.now() < untilMs);
      return row % 2 === 0;
    };
    const onProgress = () => seen.push(rowsFound.count);
    await scanRows(400, slow, rowsFound, { signal: options.signal, onProgress });
    clearInterval(turn);
    expect(rowsFound.count).toBe(200);
    expect(rowsFound.at(199)).toBe(398);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(turns).toBeGreaterThan(2);
  });

  it("ends at once when nobody wants it any more", async () => {
    const abort = new AbortController();
    const rowsFound = new FoundRows();
    const test = (row: number) => {
      if (row === 10) abort.abort();
      return true;
    };
    await scanRows(1000, test, rowsFound, { signal: abort.signal, onProgress: () => {} });
    expect(rowsFound.count).toBe(11);
  });
});
