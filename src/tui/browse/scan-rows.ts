/** Whether a row is wanted. */
export type RowTest = (row: number) => boolean;

export interface ScanOptions {
  readonly signal: AbortSignal;
  /** Called between slices, with how many rows have been looked at. */
  readonly onProgress: (scanned: number) => void;
}

const SLICE_MS = 12;
const ROWS_BETWEEN_LOOKS_AT_THE_CLOCK = 64;

/** Rows in order, as a scan finds them. */
export class FoundRows {
  #rows = new Uint32Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  at(position: number): number {
    return this.#rows[position] ?? 0;
  }

  push(row: number): void {
    if (this.#count === this.#rows.length) {
      const grown = new Uint32Array(this.#count * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows[this.#count++] = row;
  }
}

/** Finds the rows of `[0, count)` that pass, in order; in slices short enough that keys are answered meanwhile. */
export async function scanRows(
  count: number,
  test: RowTest,
  found: FoundRows,
  { signal, onProgress }: ScanOptions,
): Promise<void> {
  let sliceEndMs = performance.now() + SLICE_MS;
  for (let row = 0; row < count && !signal.aborted; row++) {
    if (test(row)) found.push(row);
    if (row % ROWS_BETWEEN_LOOKS_AT_THE_CLOCK !== 0 || performance.now() < sliceEndMs) continue;
    onProgress(row);
    await new Promise(setImmediate);
    sliceEndMs = performance.now() + SLICE_MS;
  }
}

/** The next position after (or before) `from` in `[0, count)` that passes, going round once; -1 when there is none. */
export async function findPosition(
  count: number,
  from: number,
  step: 1 | -1,
  test: (position: number) => boolean,
  { signal, onProgress }: ScanOptions,
): Promise<number> {
  let sliceEndMs = performance.now() + SLICE_MS;
  for (let seen = 1; seen <= count && !signal.aborted; seen++) {
    const position = (((from + seen * step) % count) + count) % count;
    if (test(position)) return position;
    if (seen % ROWS_BETWEEN_LOOKS_AT_THE_CLOCK !== 0 || performance.now() < sliceEndMs) continue;
    onProgress(seen);
    await new Promise(setImmediate);
    sliceEndMs = performance.now() + SLICE_MS;
  }
  return -1;
}
