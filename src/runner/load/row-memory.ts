const INITIAL_ROWS = 1024;
/** A row is 128 bytes: two lines of the cache. */
export const ROW_INTS = 32;
export const ROW_DOUBLES = 16;
const ROW_BYTES = 128;

// Where in a row each of its owners has its fields, in bytes.
/** MessageTable's: the first line, which judging needs. */
export const MESSAGE_AT_BYTE = 0;
/** SentForms'. */
export const FORM_AT_BYTE = 64;
/** InFlightPdus'. */
export const PDUS_AT_BYTE = 92;

/** Large blocks of memory begin 16 bytes after a line of the cache; with these rows do not lie across lines. */
const LINE_START_BYTES = 48;

/**
 * All that is known of a message in flight, side by side, whoever knows it. Hot: every message comes by a few times, always
 * at another row, and to fetch a line of the cache takes longer than what is done with it.
 */
export class RowMemory {
  ints!: Uint32Array;
  doubles!: Float64Array;
  #rows = 0;

  constructor() {
    this.#allocate(INITIAL_ROWS);
  }

  /** Makes room for the row, which is all 0 when it is used for the first time. */
  hold(row: number): void {
    if (row >= this.#rows) this.#allocate(2 ** Math.ceil(Math.log2(row + 1)));
  }

  #allocate(rows: number): void {
    const memory = new ArrayBuffer(LINE_START_BYTES + rows * ROW_BYTES);
    const ints = new Uint32Array(memory, LINE_START_BYTES);
    if (this.#rows > 0) ints.set(this.ints);
    this.ints = ints;
    this.doubles = new Float64Array(memory, LINE_START_BYTES);
    this.#rows = rows;
  }
}
