import { setFlagsFromString } from "node:v8";

const HEAP_GROWING_PERCENT = 40;

/**
 * Lets garbage pile up to less than half of what is in use before it is collected, where V8 allows several times as much: a
 * large capture leaves a lot behind. Measured on 1.5 GB: peak memory falls by a third, and it takes no longer.
 */
export function growHeapSlowly(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
}
