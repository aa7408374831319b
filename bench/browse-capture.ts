/**
 * How long `ttk browse` takes to open a capture and to find words in it, against reading each of its PDUs field by field, on the
 * first part of the same capture in the same run.
 *
 * npm run bench:browse [-- --pdus 1000000]
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptCommand, wholeNumber } from "../scripts/script-command.js";
import { loadIndex } from "../src/cli/browse/load-index.js";
import { SpillingStore } from "../src/cli/browse/spilling-store.js";
import type { PduIndex } from "../src/codec/analysis/pdu-index.js";
import { type PduField, pduFields } from "../src/codec/record/pdu-fields.js";
import { Browser } from "../src/tui/browse/browser.js";
import { writeRepeatedCapture } from "./repeated-capture.js";

const PDUS_IN_SOURCE = 1135;
const NAIVE_ROWS_MAX = 20_000;
const source = new URL("../fixtures/captures/cluster-session.pcap", import.meta.url);
const { pdus } = scriptCommand("bench:browse", "Opens and searches a large capture, against reading each PDU.")
  .option("--pdus <n>", "in the capture", wholeNumber, 1_000_000)
  .parse()
  .opts<{ pdus: number }>();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ttk-bench-browse-"));
  const store = new SpillingStore(`bench-${process.pid}`);
  try {
    const file = join(folder, "large.pcap");
    const sizeBytes = (statSync(source).size * pdus) / PDUS_IN_SOURCE;
    await writeRepeatedCapture(source, file, sizeBytes);
    const options = { cwd: folder, signal: new AbortController().signal, onProgress: () => {} };
    const opened = await taking(() => loadIndex(file, store, options));
    const index = opened.result;
    const megabytes = Math.round(process.memoryUsage.rss() / 1e6);
    console.log(`${index.rows} PDUs opened in ${opened.cpuSeconds.toFixed(1)} s of CPU; ${megabytes} MB in memory`);
    for (const words of ["kicked", "user20", "user_id=20", "nobody-says-this"]) await compare(index, words);
    const browser = new Browser(index, { title: "bench" });
    const user = index.connections.find(({ user: each }) => each?.name === "user20")?.user;
    if (user === undefined) throw new Error("the capture has a user20");
    const followed = await taking(() => browser.setFollow({ kind: "user", user }));
    console.log(`follow user20: ${browser.rows} found in ${followed.cpuSeconds.toFixed(1)} s of CPU`);
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(index: PduIndex, words: string): Promise<void> {
  const browser = new Browser(index, { title: "bench" });
  const ours = await taking(() => browser.setFilter(words));
  const rows = Math.min(index.rows, NAIVE_ROWS_MAX);
  const naive = await taking(async () => {
    let found = 0;
    for (let row = 0; row < rows; row++) if (textOf(pduFields(index.bytes(row))).includes(words)) found++;
    return found;
  });
  const ratio = naive.cpuSeconds / rows / (ours.cpuSeconds / index.rows);
  console.log(
    `"${words}": ${browser.rows} found in ${ours.cpuSeconds.toFixed(1)} s of CPU, ${ratio.toFixed(0)} times a naive scan`,
  );
}

function textOf(fields: readonly PduField[]): string {
  return fields
    .map(({ name, text, content, fields: inner }) => `${name}=${text} ${content ?? ""} ${textOf(inner)}`)
    .join(" ")
    .toLowerCase();
}

async function taking<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly cpuSeconds: number }> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, cpuSeconds: (user + system) / 1e6 };
}

await main();
