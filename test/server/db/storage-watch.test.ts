import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { StorageWatch } from "../../../src/server/db/storage-watch.js";
import { silentLog } from "../../../src/server/server-log.js";
import type { Storage } from "../../../src/server/storage/storage.js";

const SECOND_MS = 1000;
let watch: StorageWatch | undefined;
beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  watch?.stop();
  vi.useRealTimers();
});

function watching(lacking: Storage["lacking"]) {
  const lines: string[] = [];
  const line = (level: string) => (role: string, text: string, detail?: object) =>
    void lines.push([level, role, text, JSON.stringify(detail ?? {})].join(" "));
  const log = { ...silentLog, note: line("note"), trouble: line("trouble") };
  watch = new StorageWatch({ storage: { lacking } as Storage, role: "db", log });
  return { watch, lines };
}

it("says once that something is lost and once that it is back, and knows it meanwhile", async () => {
  let away: string[] = [];
  const { watch, lines } = watching(async () => away);
  await vi.advanceTimersByTimeAsync(3 * SECOND_MS);
  expect({ lines, lacking: watch.lacking }).toEqual({ lines: [], lacking: [] });
  away = ["Redis at 127.0.0.1:6379"];
  await vi.advanceTimersByTimeAsync(3 * SECOND_MS);
  expect(watch.lacking).toEqual(away);
  away = [];
  await vi.advanceTimersByTimeAsync(3 * SECOND_MS);
  expect(watch.lacking).toEqual([]);
  expect(lines).toEqual([
    'trouble db storage lost {"lacking":"Redis at 127.0.0.1:6379"}',
    "note db storage reached again {}",
  ]);
});

it("takes a storage that says nothing for one that is away, and goes on looking", async () => {
  let answers = false;
  const { watch } = watching(() => (answers ? Promise.resolve([]) : new Promise(() => {})));
  await vi.advanceTimersByTimeAsync(6 * SECOND_MS);
  expect(watch.lacking).toEqual(["an answer of the storage"]);
  answers = true;
  await vi.advanceTimersByTimeAsync(7 * SECOND_MS);
  expect(watch.lacking).toEqual([]);
});

it("counts each failed request, and logs one a second with how many there were besides", () => {
  const { watch, lines } = watching(async () => []);
  for (let n = 0; n < 5; n++) watch.failure(new Error(`no ${n}`));
  vi.advanceTimersByTime(SECOND_MS);
  const away = Object.assign(new Error("Reached the max retries per request limit"), {
    name: "MaxRetriesPerRequestError",
  });
  watch.failure(away);
  expect(watch.failed).toBe(6);
  expect(lines).toEqual([
    'trouble db storage failed {"error":"no 0"}',
    'trouble db storage failed {"error":"Redis does not answer","more":4}',
  ]);
});
