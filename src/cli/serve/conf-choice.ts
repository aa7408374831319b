import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { didYouMean } from "../../codec/did-you-mean.js";
import type { Address } from "../../net/address.js";
import type { ClusterLayout } from "../../server/cluster-layout.js";
import type { RoleName } from "../../server/role-name.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { type ConfEntry, parseConf } from "./conf-file.js";
import { confKinds, isAmong } from "./conf-keys.js";
import { ConfValues, firstByKey } from "./conf-values.js";

const unreadable: Readonly<Record<string, string>> = { ENOENT: "no such file", EISDIR: "is a folder" };

/** What configuration files say, as the options of `ttk serve` that they stand for. */
export interface ConfChoice {
  roles: RoleName[];
  listenOn: { -readonly [role in keyof ClusterLayout]?: ClusterLayout[role] };
  login?: readonly Address[];
  route?: readonly Address[];
  dbProxy?: readonly Address[];
  fileServer?: readonly Address[];
  pushServer?: readonly Address[];
  linksPerDbProxy?: number;
  advertise?: string;
  advertise2?: string;
  /** Of file_server alone. */
  fileAdvertise?: readonly string[];
  msgMaxConnections?: number;
  textKey?: string;
  msfsSite?: string;
  discovery?: string;
  /** Seconds. */
  fileTaskTimeout?: number;
  msfsData?: string;
  storage?: string;
  redis?: string;
  audioMsfs?: string;
}

/**
 * Reads the original servers' own configuration files (`--conf`). A key that the server does not know, or has no use for, is
 * named on stderr.
 * @throws CommandError usage
 */
export async function readConfs(host: Host, paths: readonly string[]): Promise<ConfChoice> {
  const choice: ConfChoice = { roles: [], listenOn: {} };
  for (const path of paths) {
    const name = basename(path);
    const kind = confKinds[name];
    const names = Object.keys(confKinds);
    if (kind === undefined) {
      throw usageError(`${path} is none of ${names.join(", ")}${didYouMean(name, names)}`);
    }
    const text = await readFile(resolve(host.cwd, path), "utf8").catch((error: NodeJS.ErrnoException) => {
      throw usageError(`cannot read ${path}: ${unreadable[error.code ?? ""] ?? error.message}`);
    });
    // Comments may be in any encoding that has ASCII in it; UTF-16 has not, and would say nothing at all.
    if (text.includes("\0")) throw usageError(`${path} is no text; save it as UTF-8`);
    const { entries, odd } = parseConf(text);
    const warn = (line: number, what: string) => host.stderr.write(`${path}:${line}: ${what}\n`);
    for (const line of odd) warn(line, "is not key=value, and is passed over");
    for (const { key, line } of entries) {
      if (!isAmong(kind.keys, key)) warn(line, `${name} has no key ${key}${didYouMean(key, kind.keys.map(example))}`);
    }
    const stranded = strandedEntries(entries);
    for (const { line, what } of [...repeatedEntries(entries), ...stranded]) warn(line, what);
    choice.roles.push(kind.role);
    const values = new ConfValues(path, entries);
    translate[kind.role](values, choice);
    const named = new Set(stranded.map(({ key }) => key));
    const unused = values.unasked.filter((key) => isAmong(kind.keys, key) && !named.has(key));
    if (unused.length > 0) host.stderr.write(`${path}: not used: ${unused.join(", ")}\n`);
  }
  return choice;
}

function repeatedEntries(entries: readonly ConfEntry[]): { line: number; what: string }[] {
  const first = firstByKey(entries);
  return entries.flatMap(({ key, value, line }) => {
    const counts = first.get(key)?.line;
    if (value === "" || counts === undefined || counts === line) return [];
    return [{ line, what: `${key} is passed over: line ${counts} has it` }];
  });
}

/** Lists are read up to the first number that is missing, as by the original servers. */
function strandedEntries(entries: readonly ConfEntry[]): { key: string; line: number; what: string }[] {
  const keys = new Set(entries.filter(({ value }) => value !== "").map(({ key }) => key));
  return entries.flatMap(({ key, line }) => {
    const [, prefix, number] = /^(.+ServerIP)(\d+)$/.exec(key) ?? [];
    if (prefix === undefined) return [];
    const missing = Array.from({ length: Math.min(Number(number) - 1, LISTED_MAX) }, (_, n) => `${prefix}${n + 1}`);
    const first = missing.find((name) => !keys.has(name));
    return first === undefined ? [] : [{ key, line, what: `${key} is passed over: there is no ${first}` }];
  });
}

function example(pattern: string): string {
  return pattern.replace("#", "1");
}

const LISTED_MAX = 1000;
/** The originals refuse to start without an address; nothing is open to others that does not say so. */
const loopback = "127.0.0.1";

const translate: Readonly<Record<RoleName, (conf: ConfValues, choice: ConfChoice) => void>> = {
  msg(conf, choice) {
    choice.listenOn.msg = [conf.listenAddress("ListenIP", "ListenPort", loopback, 8000)];
    give(choice, "dbProxy", conf.addresses("DBServer"));
    give(choice, "login", conf.addresses("LoginServer"));
    give(choice, "route", conf.addresses("RouteServer"));
    give(choice, "pushServer", conf.addresses("PushServer"));
    give(choice, "fileServer", conf.addresses("FileServer"));
    give(choice, "linksPerDbProxy", conf.count("ConcurrentDBConnCnt"));
    give(choice, "advertise", conf.optional("IpAddr1"));
    give(choice, "advertise2", conf.optional("IpAddr2"));
    give(choice, "msgMaxConnections", conf.count("MaxConnCnt"));
    give(choice, "textKey", conf.key("aesKey"));
  },
  route(conf, choice) {
    choice.listenOn.route = [conf.listenAddress("ListenIP", "ListenMsgPort", loopback, 8200)];
  },
  login(conf, choice) {
    choice.listenOn.login = {
      clients: conf.listenAddress("ClientListenIP", "ClientPort", loopback, 8008),
      http: conf.listenAddress("HttpListenIP", "HttpPort", loopback, 8080),
      servers: conf.listenAddress("MsgServerListenIP", "MsgServerPort", loopback, 8100),
    };
    give(choice, "msfsSite", conf.optional("msfs"));
    give(choice, "discovery", conf.optional("discovery"));
  },
  db(conf, choice) {
    choice.listenOn.db = [conf.listenAddress("ListenIP", "ListenPort", loopback, 10600)];
    give(choice, "storage", conf.mysqlUrl());
    give(choice, "redis", conf.redisUrl());
    if (choice.storage !== undefined) give(choice, "audioMsfs", conf.site("MsfsSite"));
    give(choice, "textKey", conf.key("aesKey"));
  },
  file(conf, choice) {
    const hostKey = conf.has("ClientListenIP") ? "ClientListenIP" : "Address";
    const portKey = conf.has("ClientListenPort") ? "ClientListenPort" : "ListenPort";
    const clients = conf.listenAddress(hostKey, portKey, loopback, 8600);
    choice.listenOn.file = {
      clients,
      servers: conf.listenAddress("MsgServerListenIP", "MsgServerListenPort", clients.host, 8601),
    };
    if (conf.has("FileServerIp")) give(choice, "fileAdvertise", conf.hosts("FileServerIp", loopback));
    give(choice, "fileTaskTimeout", conf.count("TaskTimeout"));
  },
  push(conf, choice) {
    choice.listenOn.push = conf.listenAddress("ListenIP", "ListenPort", loopback, 8500);
  },
  "http-msg"(conf, choice) {
    choice.listenOn.httpMsg = conf.listenAddress("ListenIP", "ListenPort", loopback, 8400);
    give(choice, "dbProxy", conf.addresses("DBServer"));
    give(choice, "route", conf.addresses("RouteServer"));
    give(choice, "linksPerDbProxy", conf.count("ConcurrentDBConnCnt"));
  },
  msfs(conf, choice) {
    choice.listenOn.msfs = conf.listenAddress("ListenIP", "ListenPort", loopback, 8700);
    give(choice, "msfsData", conf.optional("BaseDir"));
  },
};

/** The first file that says something counts; a value that is not there says nothing. */
function give<Key extends keyof ConfChoice>(choice: ConfChoice, key: Key, value: ConfChoice[Key] | undefined): void {
  const isNothing = value === undefined || (Array.isArray(value) && value.length === 0);
  if (!isNothing && choice[key] === undefined) choice[key] = value as ConfChoice[Key];
}
