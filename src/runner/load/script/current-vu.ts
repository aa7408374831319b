import { AsyncLocalStorage } from "node:async_hooks";
import type { Vu } from "./vu.js";

/** Whose function it is that runs, through all that it awaits: `metric.add` of a scenario file does not say. */
export const currentVu = new AsyncLocalStorage<Pick<Vu, "tags">>();
