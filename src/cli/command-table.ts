import type { Command } from "commander";
import type { Host } from "./host.js";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Its exit code is a verdict, which stands whoever reads what it prints. */
  readonly judges?: true;
  /** It speaks of all the others, which are complete then. */
  readonly needsAll?: true;
  /** Loaded only when the command is called: start-up time of `ttk decode` matters. */
  readonly load: () => Promise<(host: Host) => Command>;
}

export const commandTable: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "start a reference cluster, judge it and load it",
    judges: true,
    load: async () => (await import("./commands/demo.js")).demoCommand,
  },
  {
    name: "serve",
    summary: "run the reference servers",
    load: async () => (await import("./commands/serve.js")).serveCommand,
  },
  {
    name: "seed",
    summary: "make users, departments and groups: in a store, or as files",
    load: async () => (await import("./commands/seed.js")).seedCommand,
  },
  {
    name: "conform",
    summary: "judge a server against the protocol, requirement by requirement",
    judges: true,
    load: async () => (await import("./commands/conform.js")).conformCommand,
  },
  {
    name: "load",
    summary: "simulate thousands of multi-device users and account for every message",
    judges: true,
    load: async () => (await import("./commands/load.js")).loadCommand,
  },
  {
    name: "report",
    summary: "render or compare finished runs: HTML, Markdown, JUnit and others",
    judges: true,
    load: async () => (await import("./commands/report.js")).reportCommand,
  },
  {
    name: "decode",
    summary: "tell what hex dumps, captures and raw bytes say",
    load: async () => (await import("./commands/decode.js")).decodeCommand,
  },
  {
    name: "encode",
    summary: "make PDU bytes from words or JSON, also broken ones; send them",
    load: async () => (await import("./commands/encode.js")).encodeCommand,
  },
  {
    name: "browse",
    summary: "walk through a capture in the terminal",
    load: async () => (await import("./commands/browse.js")).browseCommand,
  },
  {
    name: "tap",
    summary: "pass connections on; show, record and disturb what passes",
    load: async () => (await import("./commands/tap.js")).tapCommand,
  },
  {
    name: "schema",
    summary: "explain a command, message, enum or field",
    load: async () => (await import("./commands/schema.js")).schemaCommand,
  },
  {
    name: "export",
    summary: "write files for other tools: Wireshark, protoc, Kubernetes, Grafana",
    load: async () => (await import("./commands/export.js")).exportCommand,
  },
  {
    name: "completion",
    summary: "print a script for the completion of bash, zsh or fish",
    needsAll: true,
    load: async () => (await import("./commands/completion.js")).completionCommand,
  },
];
