import { basename } from "node:path";
import { Command } from "commander";
import { loadIndex } from "../browse/load-index.js";
import { LoadProgress } from "../browse/load-progress.js";
import { SpillingStore } from "../browse/spilling-store.js";
import { blockedError } from "../command-error.js";
import { ExitCode } from "../exit-codes.js";
import type { Host } from "../host.js";
import { portValues, textKeyValue } from "../option-values.js";
import { isFillable, viewTerminal } from "../terminal-view.js";

interface BrowseOptions {
  readonly key?: string;
  readonly port?: ReadonlySet<number>;
}

export function browseCommand(host: Host): Command {
  return new Command("browse")
    .description("Walk through a capture, a raw stream or a hex dump in the terminal")
    .argument("<file>", "pcap, pcapng (also gzipped), raw PDUs, or text with bytes in any shape")
    .option("--key <32 bytes>", "key of message text, instead of the shipped one", textKeyValue)
    .option("--port <port...>", "only connections with one of these ports", portValues)
    .addHelpText("after", examples)
    .action((file: string, options: BrowseOptions) => browse(host, file, options));
}

const examples = `
Examples:
  $ ttk browse night.pcap
  $ ttk browse night.pcapng.gz --port 8000

Keys: ? shows them all. f filters, / searches, c follows a connection, u a user, r jumps from request to response,
v shows who sends what to whom, Enter goes into the fields of a PDU, q quits. Without a terminal, see ttk decode.`;

async function browse(host: Host, file: string, { key, port }: BrowseOptions): Promise<void> {
  if (!isFillable(host)) {
    throw blockedError("browse needs a terminal for its keys and its screen; ttk decode prints to files and pipes");
  }
  const store = new SpillingStore(`${Math.round(host.clock.nowMs())}-${Math.round(host.random() * 1e9)}`);
  const progress = new LoadProgress(host);
  // What draws the screen takes a while to load: it does so while the file is read.
  const view = import("../../tui/browse/open-browser.js");
  try {
    const index = await loadIndex(file, store, {
      cwd: host.cwd,
      signal: host.signal,
      onProgress: (readBytes, fileBytes, rows) => progress.show(readBytes, fileBytes, rows),
      ...(port === undefined ? {} : { ports: port }),
    });
    progress.end();
    // Stands in the terminal again when the view is left.
    for (const remark of index.remarks) host.stderr.write(`${file}: ${remark}\n`);
    const { openBrowser } = await view;
    await openBrowser(index, {
      title: basename(file),
      ...viewTerminal(host),
      signal: host.signal,
      ...(key === undefined ? {} : { textKey: key }),
    });
  } catch (error) {
    if (!host.signal.aborted) throw error;
    host.exitCode = ExitCode.interrupted;
  } finally {
    progress.end();
    store.close();
  }
}
