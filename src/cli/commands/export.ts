import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Command, Option } from "commander";
import { makeFolder } from "../../server/make-folder.js";
import { usageError } from "../command-error.js";
import { type ExportFiles, grafanaFiles, protoFiles, wiresharkFiles } from "../export/export-files.js";
import { k8sFiles } from "../export/k8s-files.js";
import { requirePodArguments } from "../export/pod-arguments.js";
import type { Host } from "../host.js";
import { SEGMENTS_MAX } from "../load/shards/segment-value.js";
import { type StartAt, startAtValue } from "../load/shards/start-at-value.js";
import { countValue } from "../option-values.js";
import { version } from "../version.js";

interface K8sOptions extends ExportOptions {
  readonly shards: number;
  readonly startAt: StartAt;
  readonly image: string | undefined;
  readonly users: number;
  readonly seed: number | undefined;
}

interface ExportOptions {
  readonly out: string;
}

export function exportCommand(host: Host): Command {
  const command = new Command("export").description("Write files for other tools").addHelpText("after", examples);
  command
    .command("wireshark")
    .description("A Wireshark dissector in Lua, with the schemas and how to install it")
    .option("--out <folder>", "where to write", "teamtalk-wireshark")
    .action(async ({ out }: ExportOptions) => writeFiles(host, out, wiresharkFiles(version())));
  command
    .command("proto")
    .description("The protocol's schemas, for protoc and others")
    .option("--out <folder>", "where to write", "teamtalk-proto")
    .action(async ({ out }: ExportOptions) => writeFiles(host, out, protoFiles()));
  command
    .command("k8s")
    .description("A load run as a Kubernetes Indexed Job, a pod for each segment, and a reference cluster")
    .argument("[load...]", "behind --, what stands behind ttk load: scenario and options", [])
    .option("--out <folder>", "where to write", "teamtalk-k8s")
    .option("--shards <n>", "pods that share the users", countValue(1, SEGMENTS_MAX), 3)
    .addOption(
      new Option("--start-at <time>", "when all pods begin, as in 2026-11-25T21:00:00Z or +5m")
        .argParser(startAtValue)
        .default({ inMs: 300_000 }, "+5m"),
    )
    .option("--image <name>", "an image with ttk in it (default: Node.js, and this package from npm)")
    .option("--users <n>", "of the reference cluster: user1 … userN", countValue(2, 1_000_000), 10_000)
    .option("--seed <n>", "of the run", countValue(0, 2 ** 32 - 1))
    .action(async (load: readonly string[], { out, shards, startAt, image, users, seed }: K8sOptions) => {
      await requirePodArguments(host, { load, image, users });
      const startAtMs = "atMs" in startAt ? startAt.atMs : host.clock.nowMs() + startAt.inMs;
      const choice = { shards, image, users, load, version: version(), startAt: new Date(startAtMs) };
      await writeFiles(host, out, k8sFiles({ ...choice, seed: seed ?? Math.floor(host.random() * 2 ** 32) }));
    });
  command
    .command("grafana")
    .description("A Grafana dashboard of load runs, for Prometheus as its data source")
    .option("--out <folder>", "where to write", "teamtalk-grafana")
    .action(async ({ out }: ExportOptions) => writeFiles(host, out, grafanaFiles(version())));
  return command;
}

const examples = `
Examples:
  $ ttk export wireshark
  $ tshark -X lua_script:teamtalk-wireshark/teamtalk.lua -r night.pcap -Y 'teamtalk.command_id == 0x0301'
  $ ttk export proto --out schemas
  $ ttk export k8s --shards 3 -- steady-chat --users 3000 --rate 2000 --duration 10m
  $ ttk export grafana && ttk load --target 127.0.0.1:8000 --out prometheus-rw=http://127.0.0.1:9090/api/v1/write`;

/** Replaces files of these names, and no others. Says on stdout what it wrote. */
async function writeFiles(host: Host, out: string, files: ExportFiles): Promise<void> {
  for (const [name, text] of files) {
    const path = join(out, name);
    try {
      await makeFolder(dirname(resolve(host.cwd, path)));
      await writeFile(resolve(host.cwd, path), text);
    } catch (error) {
      throw usageError(`--out ${out}: ${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
    host.stdout.write(`${path}\n`);
  }
}
