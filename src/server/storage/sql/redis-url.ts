import { percentDecoded } from "./percent-decoded.js";

/** The groups that a deployment keeps its keys in, and the database number of each as shipped (docs/spec/storage.md). */
const shippedNumbers = { unread: 1, group_set: 2, sync: 3, token: 4, group_member: 5 } as const;

export type RedisGroup = keyof typeof shippedNumbers;

export interface RedisTarget {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly numbers: Readonly<Record<RedisGroup, number>>;
  /** Before every key; empty in a deployment. */
  readonly prefix: string;
  /** Without the password, for messages. */
  readonly shown: string;
}

const PORT = 6379;
const groups = Object.keys(shippedNumbers) as RedisGroup[];

/**
 * `redis://host`, with the database numbers of the shipped deployment; `redis://host/7`: all groups in 7;
 * `redis://host?unread=1&group_set=1&token=1&group_member=1`: each in its own. `prefix=` goes before every key.
 * `undefined` when it is not that.
 */
export function parseRedisUrl(text: string): RedisTarget | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname, searchParams } = new URL(text);
  if (protocol !== "redis:" || hostname === "") return undefined;
  const common = pathname.slice(1);
  const numbers = Object.fromEntries(
    groups.map((group) => [group, numberFrom(searchParams.get(group) ?? common, shippedNumbers[group])]),
  ) as Record<RedisGroup, number>;
  const known = new Set<string>([...groups, "prefix"]);
  if ([...searchParams.keys()].some((key) => !known.has(key)) || Object.values(numbers).some(Number.isNaN)) {
    return undefined;
  }
  const [user, secret] = [percentDecoded(username), percentDecoded(password)];
  if (user === undefined || secret === undefined) return undefined;
  const at = port === "" ? PORT : Number(port);
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: at,
    username: user === "" ? undefined : user,
    password: secret === "" ? undefined : secret,
    numbers,
    prefix: searchParams.get("prefix") ?? "",
    shown: `redis://${hostname}:${at}`,
  };
}

function numberFrom(text: string, otherwise: number): number {
  if (text === "") return otherwise;
  return /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
}
