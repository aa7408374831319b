import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { usageError } from "../command-error.js";
import { type ExportFiles, grafanaFiles, protoFiles, wiresharkFiles } from "../export/export-files.js";
import type { Host } from "../host.js";
import { version } from "../version.js";

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
  $ ttk export grafana && ttk load --target 127.0.0.1:8000 --out prometheus-rw=http://127.0.0.1:9090/api/v1/write`;

/** Replaces files of these names, and no others. Says on stdout what it wrote. */
async function writeFiles(host: Host, out: string, files: ExportFiles): Promise<void> {
  for (const [name, text] of files) {
    const path = join(out, name);
    try {
      await mkdir(dirname(resolve(host.cwd, path)), { recursive: true });
      await writeFile(resolve(host.cwd, path), text);
    } catch (error) {
      throw usageError(`--out ${out}: ${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
    host.stdout.write(`${path}\n`);
  }
}
