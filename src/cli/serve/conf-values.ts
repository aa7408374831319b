import { isIPv6 } from "node:net";
import { type Address, isHost, type ListenAddress } from "../../net/address.js";
import { soundSite } from "../../server/storage/sql/sound-files.js";
import { usageError } from "../command-error.js";
import type { ConfEntry } from "./conf-file.js";

const PORT_MAX = 65_535;
const COUNT_MAX = 0xffffffff;
const KEY_SIZE_BYTES = 32;
/** The original's names of its Redis instances, and the group of keys that each holds (docs/spec/storage.md). */
const keyGroups = ["unread", "group_set", "sync", "token", "group_member"];

/** The values of one configuration file. Every method throws CommandError usage, with the line, for a value that is wrong. */
export class ConfValues {
  readonly #byKey: ReadonlyMap<string, ConfEntry>;
  readonly #asked = new Set<string>();

  constructor(
    private readonly path: string,
    entries: readonly ConfEntry[],
  ) {
    this.#byKey = firstByKey(entries);
  }

  /** Keys whose value nobody has asked for, in their order. */
  get unasked(): string[] {
    const entries = [...this.#byKey.values()].filter(({ key }) => !this.#asked.has(key));
    return entries.sort((a, b) => a.line - b.line).map(({ key }) => key);
  }

  has(key: string): boolean {
    return this.optional(key) !== undefined;
  }

  /** `undefined` when it is absent or empty. */
  optional(key: string): string | undefined {
    this.#asked.add(key);
    return this.#byKey.get(key)?.value;
  }

  /** Name or address of a machine. */
  host(key: string, otherwise: string): string {
    const text = this.optional(key) ?? otherwise;
    if (isHost(text)) return text;
    throw this.#wrong(key, `must be a host's name or address, without a port, not "${text}"`);
  }

  /** Several, `;` between. */
  hosts(key: string, otherwise: string): string[] {
    const hosts = (this.optional(key) ?? otherwise).split(";").map((host) => host.trim());
    const found = hosts.filter((host) => host !== "");
    const odd = found.find((host) => !isHost(host));
    if (odd !== undefined) throw this.#wrong(key, `must be hosts' names or addresses, ; between, not "${odd}"`);
    if (found.length === 0) throw this.#wrong(key, "must be at least one host's name or address");
    return found;
  }

  count(key: string): number | undefined {
    return this.has(key) ? this.#number(key, 1, COUNT_MAX, 0) : undefined;
  }

  port(key: string, otherwise: number): number {
    return this.#number(key, 1, PORT_MAX, otherwise);
  }

  /** At each of the hosts, `;` between: the originals take several wherever they listen. */
  listenAddress(hostKey: string, portKey: string, otherHost: string, otherPort: number): ListenAddress {
    const isOne = this.optional(hostKey)?.includes(";") !== true;
    const [host = otherHost, ...alsoOn] = isOne ? [this.host(hostKey, otherHost)] : this.hosts(hostKey, otherHost);
    const address = { host, port: this.port(portKey, otherPort) };
    return alsoOn.length === 0 ? address : { ...address, alsoOn };
  }

  /** `DBServerIP1` with `DBServerPort1`, and so on while there are any; each once. */
  addresses(prefix: string): Address[] {
    const found: Address[] = [];
    for (let n = 1; this.has(`${prefix}IP${n}`); n++) {
      const host = this.host(`${prefix}IP${n}`, "");
      if (!this.has(`${prefix}Port${n}`)) throw this.#wrong(`${prefix}IP${n}`, `has no ${prefix}Port${n}`);
      const port = this.port(`${prefix}Port${n}`, 0);
      if (!found.some((other) => other.host === host && other.port === port)) found.push({ host, port });
    }
    return found;
  }

  key(name: string): string | undefined {
    const text = this.optional(name);
    if (text === undefined || Buffer.byteLength(text) === KEY_SIZE_BYTES) return text;
    throw this.#wrong(name, `must have ${KEY_SIZE_BYTES} characters, not ${text.length}`);
  }

  /** An msfs, where db_proxy_server keeps sounds. */
  site(key: string): string | undefined {
    const text = this.optional(key);
    if (text === undefined || soundSite(text) !== undefined) return text;
    throw this.#wrong(key, `must be host, host:port or http://host:port/, not "${text}"`);
  }

  /** The master among DBInstances, which is where an original writes. */
  mysqlUrl(): string | undefined {
    const names = this.#names("DBInstances");
    const name = names.find((each) => each.endsWith("_master")) ?? names[0];
    if (name === undefined) return undefined;
    const url = new URL(`mysql://${urlHost(this.#hostOf("DBInstances", name))}`);
    url.port = String(this.port(`${name}_port`, 3306));
    url.username = encodeURIComponent(this.optional(`${name}_username`) ?? "");
    url.password = encodeURIComponent(this.optional(`${name}_password`) ?? "");
    url.pathname = `/${encodeURIComponent(this.optional(`${name}_dbname`) ?? "teamtalk")}`;
    return url.href;
  }

  /** CacheInstances by the groups of keys that they hold. */
  redisUrl(): string | undefined {
    const names = this.#names("CacheInstances").filter((name) => keyGroups.includes(name));
    const [first] = names;
    if (first === undefined) return undefined;
    const at = (name: string) => `${urlHost(this.#hostOf("CacheInstances", name))}:${this.port(`${name}_port`, 6379)}`;
    const databases = names.map((name) => {
      const server = at(name) === at(first) ? "" : `${at(name)}/`;
      return `${name}=${server}${this.#number(`${name}_db`, 0, 1000, 0)}`;
    });
    return `redis://${at(first)}?${databases.join("&")}`;
  }

  #hostOf(instances: string, name: string): string {
    const key = `${name}_host`;
    if (!this.has(key)) throw this.#wrong(instances, `names ${name}, but there is no ${key}`);
    return this.host(key, "");
  }

  #names(key: string): string[] {
    return (this.optional(key) ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "");
  }

  #number(key: string, min: number, max: number, otherwise: number): number {
    const text = this.optional(key);
    if (text === undefined) return otherwise;
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw this.#wrong(key, `must be a whole number, ${min} to ${max}, not "${text}"`);
  }

  #wrong(key: string, what: string): Error {
    return usageError(`${this.path}:${this.#byKey.get(key)?.line ?? 0}: ${key} ${what}`);
  }
}

/** The first value of a key counts, as in the original, which knows no empty ones. */
export function firstByKey(entries: readonly ConfEntry[]): ReadonlyMap<string, ConfEntry> {
  return new Map(
    entries
      .filter(({ value }) => value !== "")
      .toReversed()
      .map((entry) => [entry.key, entry]),
  );
}

/** As it stands in a URL. */
function urlHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
