const INITIAL_ROWS = 1024;
const ROW_BYTES = 128;
/** Large blocks of memory begin 16 bytes after a line of the cache; with these rows do not lie across lines. */
const LINE_START_BYTES = 48;

/**
 * All that is known of a message in flight, side by side, whoever knows it. Hot: every message comes by a few times, always
 * at another row, and to fetch a line of the cache takes longer than what is done with it.
 *
 * A row is 128 bytes, two lines: 16 doubles or 32 integers. MessageTable has the first line, of the second one SentForms has
 * the double 8 and the integers 18 to 22, InFlightPdus the integers 23 to 26. Their places are const enums, which the
 * compiler makes literals: V8 puts a function of up to 27 bytes of bytecode into its callers however much they are already,
 * and a constant of the module takes more.
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
