import { percentDecoded } from "./percent-decoded.js";

/** The groups that a deployment keeps its keys in, and the database number of each as shipped (docs/spec/storage.md). */
const shippedNumbers = { unread: 1, group_set: 2, sync: 3, token: 4, group_member: 5 } as const;

export type RedisGroup = keyof typeof shippedNumbers;

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

export interface RedisTarget extends RedisAddress {
  /** Of groups that are kept by another server. */
  readonly elsewhere: Readonly<Partial<Record<RedisGroup, RedisAddress>>>;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly numbers: Readonly<Record<RedisGroup, number>>;
  /** Before every key; empty in a deployment. */
  readonly prefix: string;
  /** Without the password, for messages. */
  readonly shown: string;
}

const PORT = 6379;
const PORT_MAX = 0xffff;
const groups = Object.keys(shippedNumbers) as RedisGroup[];
/** `4`, `other/4`, `other:6380/4`, `[::1]:6380/4`. */
const PLACE = /^(?:(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?\/)?(\d{1,4})$/i;

/**
 * `redis://host`, with the database numbers of the shipped deployment; `redis://host/7`: all groups in 7;
 * `redis://host?unread=1&group_set=1&token=1&group_member=1`: each in its own, `token=other:6380/4` by another server with the
 * same user and password. `prefix=` goes before every key.
 * `undefined` when it is not that.
 */
export function parseRedisUrl(text: string): RedisTarget | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname, searchParams } = new URL(text);
  if (protocol !== "redis:" || hostname === "") return undefined;
  const common = pathname.slice(1);
  const numbers: Record<RedisGroup, number> = { ...shippedNumbers };
  const elsewhere: Partial<Record<RedisGroup, RedisAddress>> = {};
  for (const group of groups) {
    const place = searchParams.get(group) || common;
    if (place === "") continue;
    const [, otherHost, otherPort = PORT, number] = PLACE.exec(place) ?? [];
    if (number === undefined || Number(otherPort) > PORT_MAX) return undefined;
    numbers[group] = Number(number);
    if (otherHost !== undefined) elsewhere[group] = { host: hostIn(otherHost), port: Number(otherPort) };
  }
  const known = new Set<string>([...groups, "prefix"]);
  if ([...searchParams.keys()].some((key) => !known.has(key))) return undefined;
  const [user, secret] = [percentDecoded(username), percentDecoded(password)];
  if (user === undefined || secret === undefined) return undefined;
  const at = port === "" ? PORT : Number(port);
  return {
    host: hostIn(hostname),
    port: at,
    elsewhere,
    username: user === "" ? undefined : user,
    password: secret === "" ? undefined : secret,
    numbers,
    prefix: searchParams.get("prefix") ?? "",
    shown: `redis://${hostname}:${at}`,
  };
}

/** Without the brackets that an IPv6 address has in a URL. */
function hostIn(text: string): string {
  return text.replace(/^\[(.*)\]$/, "$1");
}
