/**
 * `npm run bench:decode [-- --size-mb 500 --tshark-mb 10]`: decoding a large capture to NDJSON and to --stats, against tshark with
 * the exported dissector on the first part of the same file, in the same run.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { scriptCommand, wholeNumber } from "../scripts/script-command.js";
import { wiresharkFiles } from "../src/cli/export/export-files.js";
import { type MeasuredProcess, measured } from "./measured-process.js";
import { writeRepeatedCapture } from "./repeated-capture.js";

interface Rate {
  readonly pdusPerSecond: number;
  readonly pdus: number;
  readonly process: MeasuredProcess;
}

const BYTES_PER_MB = 1_000_000;
const source = new URL("../fixtures/captures/cluster-session.pcap", import.meta.url);
const ttk = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const targets = { stats: 20, json: 8, peakMiB: 300 };

async function main(): Promise<void> {
  const { sizeMb, tsharkMb } = scriptCommand("bench:decode", "Decodes a large capture, against tshark.")
    .option("--size-mb <n>", "of the capture", wholeNumber, 500)
    .option("--tshark-mb <n>", "of it that tshark reads", wholeNumber, 10)
    .parse()
    .opts<{ sizeMb: number; tsharkMb: number }>();
  const folder = mkdtempSync(join(tmpdir(), "ttk-bench-"));
  try {
    const file = await captureOf(folder, sizeMb);
    const fifth = await captureOf(folder, sizeMb / 5);
    const part = await captureOf(folder, tsharkMb);
    console.log(`Node.js ${process.version}, ${availableParallelism()} cores; ${sizeMb} MB; tshark on ${tsharkMb} MB`);
    const lua = join(folder, "teamtalk.lua");
    writeFileSync(lua, wiresharkFiles("bench").get("teamtalk.lua") ?? "");
    await compare("NDJSON", ["--json"], file, fifth, await tsharkEk(lua, part), targets.json);
    if (await canDoStats())
      await compare("--stats", ["--stats"], file, fifth, await tsharkStat(lua, part), targets.stats);
    else console.log("--stats: not there yet");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same bytes from the start, as many as asked. */
async function captureOf(folder: string, sizeMb: number): Promise<string> {
  const path = join(folder, `${sizeMb}.pcap`);
  await writeRepeatedCapture(source, path, sizeMb * BYTES_PER_MB);
  return path;
}

async function compare(
  name: string,
  options: readonly string[],
  file: string,
  fifth: string,
  tshark: Rate,
  target: number,
): Promise<void> {
  const small = await decode(fifth, options);
  const ours = await decode(file, options);
  print(`tshark, ${name}`, tshark);
  print(`ttk decode, ${name}, a fifth`, small);
  print(`ttk decode, ${name}`, ours);
  const ratio = ours.pdusPerSecond / tshark.pdusPerSecond;
  const cpuRatio = perCpuSecond(ours) / perCpuSecond(tshark);
  console.log(`${name}: ${ratio.toFixed(1)} times tshark (target ${target}); ${verdict(ratio >= target)}`);
  console.log(`${name}: ${cpuRatio.toFixed(1)} times tshark for the same CPU time`);
  const { peakMiB } = ours.process;
  console.log(
    `${name}: peak ${peakMiB.toFixed(0)} MiB (target ${targets.peakMiB}); ${verdict(peakMiB < targets.peakMiB)}`,
  );
}

function perCpuSecond({ pdus, process }: Rate): number {
  return pdus / Math.max(process.cpuSeconds, 0.001);
}

function verdict(isReached: boolean): string {
  return isReached ? "reached" : "MISSED";
}

function print(name: string, { pdus, pdusPerSecond, process: { durationSeconds, cpuSeconds, peakMiB } }: Rate): void {
  const rate = Math.round(pdusPerSecond).toLocaleString("en");
  console.log(
    `${name.padEnd(30)} ${rate.padStart(9)} PDU/s  ${pdus} PDUs in ${durationSeconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s CPU, ${peakMiB.toFixed(0)} MiB`,
  );
}

async function decode(file: string, options: readonly string[]): Promise<Rate> {
  const run = await measured(process.execPath, [ttk, "decode", file, ...options], false);
  return rateOf(Number(/(\d+) PDUs/.exec(run.stderr)?.[1]), run);
}

async function canDoStats(): Promise<boolean> {
  return (await measured(process.execPath, [ttk, "decode", "--help"], true)).stdout.includes("--stats");
}

/** tshark's NDJSON, of this protocol alone. */
async function tsharkEk(lua: string, file: string): Promise<Rate> {
  const pdus = await tsharkStat(lua, file);
  const args = ["-X", `lua_script:${lua}`, "-r", file, "-Y", "teamtalk", "-T", "ek", "-J", "teamtalk"];
  return rateOf(pdus.pdus, await measured("tshark", args, false));
}

/** PDUs counted by tshark itself: as many fields of that name as there are PDUs. */
async function tsharkStat(lua: string, file: string): Promise<Rate> {
  const counter = "io,stat,0,COUNT(teamtalk.command_id)teamtalk.command_id";
  const run = await measured("tshark", ["-X", `lua_script:${lua}`, "-r", file, "-q", "-z", counter], true);
  return rateOf(Number(/<>\s+\S+\s+\|\s+(\d+)/.exec(run.stdout)?.[1]), run);
}

function rateOf(pdus: number, process: MeasuredProcess): Rate {
  if (!(pdus > 0)) throw new Error(`no count of PDUs in: ${process.stdout}${process.stderr}`);
  return { pdus, pdusPerSecond: pdus / process.durationSeconds, process };
}

await main();
