import { commandById, hexId } from "../../codec/registry.js";
import type { ClientStatus, LinkStatus, RoleStatus } from "../../server/inspection.js";
import { shortName } from "../browse/pdu-words.js";
import { printable } from "../components/fit-text.js";

/** All roles at one time, by the view's clock. */
export interface Moment {
  readonly atMs: number;
  readonly roles: readonly RoleStatus[];
}

/** A server, or a link of the server above it. */
export interface ServerRow {
  readonly key: string;
  readonly role: number;
  readonly name: string;
  readonly status: RoleStatus;
  readonly link?: LinkStatus;
  /** PDUs a second that the link has carried, or all ports of the server. */
  readonly inRate: number;
  readonly outRate: number;
}

export interface ClientRow extends ClientStatus {
  readonly key: string;
  readonly role: number;
  readonly server: string;
}

export interface CommandRow {
  readonly key: string;
  readonly server: string;
  readonly name: string;
  readonly inRate: number;
  readonly outRate: number;
  /** Both ways, since the start. */
  readonly total: number;
}

/** `msg`, or `msg 2` where there are several. */
function serverNames(roles: readonly RoleStatus[]): string[] {
  return roles.map(({ role }, at) => {
    const alike = roles.filter((other) => other.role === role).length;
    const nth = roles.slice(0, at + 1).filter((other) => other.role === role).length;
    return alike === 1 ? role : `${role} ${nth}`;
  });
}

/**
 * Servers, each with the links that it dials. One that is dialled from here is shown at its dialler's alone; those that
 * come from elsewhere stand at the server that they come to.
 */
export function serverRows({ roles, atMs }: Moment, before: Moment | undefined): ServerRow[] {
  const names = serverNames(roles);
  const dialledHere = new Set(
    roles.flatMap(({ links }) => links.flatMap(({ direction, local }) => (direction === "to" ? [local] : []))),
  );
  return roles.flatMap((status, role) => {
    const shown = status.links.filter(({ direction, at }) => direction === "to" || !dialledHere.has(at));
    const per = perSecond(atMs, before?.atMs);
    const old = before?.roles[role];
    const rateOf = (counter: string) => per(counted([status], counter), old && counted([old], counter));
    return [
      {
        role,
        status,
        key: `${role}`,
        name: names[role] ?? status.role,
        inRate: rateOf("pdusIn"),
        outRate: rateOf("pdusOut"),
      },
      ...shown.map((link) => {
        const oldLink = old?.links.find(({ id }) => id === link.id);
        return {
          role,
          status,
          key: `${role} ${link.id}`,
          name: `${link.direction === "to" ? "->" : "<-"} ${peerName(link, roles, names)}`,
          link,
          inRate: per(link.pdusIn, oldLink?.pdusIn),
          outRate: per(link.pdusOut, oldLink?.pdusOut),
        };
      }),
    ];
  });
}

/** Which of the servers here it leads to; otherwise only what kind of server. */
function peerName({ peer, at }: LinkStatus, roles: readonly RoleStatus[], names: readonly string[]): string {
  const here = roles.findIndex(({ role, addresses }) => role === peer && Object.values(addresses).includes(at));
  return names[here] ?? peer;
}

/** Those of all msg_servers, slowest readers first. */
export function clientRows({ roles }: Moment): ClientRow[] {
  const names = serverNames(roles);
  return roles
    .flatMap(({ clients }, role) =>
      (clients?.slowest ?? []).map((client) => ({
        ...client,
        userName: printable(client.userName),
        key: `${role} ${client.peer}`,
        role,
        server: names[role] ?? "",
      })),
    )
    .sort((one, other) => other.outboxBytes - one.outboxBytes);
}

/**
 * A row for each server and command that it got or sent. Those with most of them come first, by powers of two: rows that
 * grow side by side would otherwise change places all the time.
 */
export function commandRows({ roles, atMs }: Moment, before: Moment | undefined): CommandRow[] {
  const names = serverNames(roles);
  const per = perSecond(atMs, before?.atMs);
  return roles
    .flatMap(({ counters }, role) => {
      const old = before?.roles[role]?.counters;
      const ids = new Map<string, Record<"in" | "out", { rate: number; total: number }>>();
      for (const [counter, count] of Object.entries(counters)) {
        const [, way, id] = /\bpdus(In|Out)By\.(0x[0-9a-f]+)$/.exec(counter) ?? [];
        if (id === undefined) continue;
        const both = ids.get(id) ?? { in: { rate: 0, total: 0 }, out: { rate: 0, total: 0 } };
        ids.set(id, both);
        const one = way === "In" ? both.in : both.out;
        one.total += count;
        one.rate += per(count, old?.[counter] ?? (old === undefined ? undefined : 0));
      }
      return [...ids].map(([id, both]) => ({
        key: `${role} ${id}`,
        server: names[role] ?? "",
        name: nameOf(Number(id)),
        inRate: both.in.rate,
        outRate: both.out.rate,
        total: both.in.total + both.out.total,
      }));
    })
    .sort((one, other) => Math.floor(Math.log2(other.total)) - Math.floor(Math.log2(one.total)));
}

function nameOf(id: number): string {
  return commandById(id) === undefined ? hexId(id) : `${hexId(id)} ${shortName(id)}`;
}

/** What a counter grew by in a second. 0 where there is nothing to compare with, or the counter began anew. */
export function perSecond(atMs: number, beforeMs: number | undefined) {
  const seconds = beforeMs === undefined ? 0 : (atMs - beforeMs) / 1000;
  return (now: number, before: number | undefined): number =>
    before === undefined || seconds <= 0 ? 0 : Math.max(0, now - before) / seconds;
}

/** The sum of a counter over roles and their ports: `clients.connections` is one of `connections`. */
export function counted(roles: readonly RoleStatus[], ...names: readonly string[]): number {
  return roles.reduce(
    (sum, { counters }) =>
      sum +
      Object.entries(counters).reduce(
        (of, [name, count]) => (names.includes(name.slice(name.lastIndexOf(".") + 1)) ? of + count : of),
        0,
      ),
    0,
  );
}
