/** Whether a row is wanted. */
export type RowTest = (row: number) => boolean;

export interface ScanOptions {
  readonly signal: AbortSignal;
  /** Called between slices, with how many rows have been looked at. */
  readonly onProgress: (scanned: number) => void;
}

const SLICE_MS = 12;
const ROWS_BETWEEN_LOOKS_AT_THE_CLOCK = 64;

/** The rows of `[0, count)` that pass, in order; in slices short enough that keys are answered meanwhile. */
export async function scanRows(
  count: number,
  test: RowTest,
  { signal, onProgress }: ScanOptions,
): Promise<Uint32Array> {
  let found = new Uint32Array(1024);
  let size = 0;
  let sliceEndMs = performance.now() + SLICE_MS;
  for (let row = 0; row < count && !signal.aborted; row++) {
    if (test(row)) {
      if (size === found.length) {
        const grown = new Uint32Array(size * 2);
        grown.set(found);
        found = grown;
      }
      found[size++] = row;
    }
    if (row % ROWS_BETWEEN_LOOKS_AT_THE_CLOCK !== 0 || performance.now() < sliceEndMs) continue;
    onProgress(row);
    await new Promise(setImmediate);
    sliceEndMs = performance.now() + SLICE_MS;
  }
  return found.slice(0, size);
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
