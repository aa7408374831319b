import { peekBytes } from "../body-peek.js";
import { CappedMap } from "../capped-map.js";
import { HEADER_SIZE, readCommandId } from "../pdu-header.js";
import {
  type Command,
  commandById,
  commands,
  type Direction,
  type LinkKind,
  linkKinds,
  type Party,
} from "../registry.js";
import type { PduDirection } from "./pdu-record.js";

const anyKind = (1 << linkKinds.length) - 1;
const clientKinds = maskOf((kind) => kind.startsWith("C"));

/** docs/spec/protocol.md, "Servers, default ports": who listens there, and who dials. */
const kindOfPort: ReadonlyMap<number, LinkKind> = new Map([
  [8000, "CM"],
  [8008, "CL"],
  [8600, "CF"],
  [8100, "ML"],
  [8200, "MR"],
  [8500, "MP"],
  [8601, "MF"],
  [10600, "MD"],
]);

const towardsListener = new Map(commands.map((command) => [command.id as number, kindsOf(command, true)]));
const towardsDialler = new Map(commands.map((command) => [command.id as number, kindsOf(command, false)]));

/** The only possible listener, for every set of kinds. */
const listenerOfMask = Array.from({ length: anyKind + 1 }, (_, mask) => {
  const listeners = new Set(linkKinds.filter((_, index) => mask & (1 << index)).map((kind) => kind[1] as Party));
  const [only] = listeners;
  return listeners.size === 1 ? only : undefined;
});

/** Links remembered; the one heard of first is forgotten for a new one. */
const LINKS_MAX = 65_536;

/** What a command alone says about its direction; `null` when it goes several ways (0x0301) or any (heartbeat). */
export function directionOfCommand(commandId: number): PduDirection | null {
  const ways = new Set((commandById(commandId)?.directions ?? []).map(wayOf));
  const [only] = ways;
  return ways.size === 1 && only !== undefined ? only : null;
}

function wayOf(direction: Direction): PduDirection {
  if (direction.startsWith("C")) return "c2s";
  return direction.endsWith("C") ? "s2c" : "s2s";
}

/** In every message that has it; with it a msg_server tells which client a request between servers is for. */
const ATTACH_FIELD = 20;

/**
 * Learns which servers a connection joins: from the default ports, or else from the commands seen on it, each of which only
 * some kinds of link carry in that direction, and from a request's attach_data, which no client sends. Until only links
 * between servers are possible, a client is assumed.
 */
export class LinkKinds {
  readonly #kinds = new CappedMap<number | string, number>(LINKS_MAX);

  /** Of the PDU `buffer[start, end)`, cut off perhaps. Hot. `towardsServer`: the sender is the side that dialled. */
  directionOf(
    link: number | string,
    serverPort: number,
    towardsServer: boolean,
    buffer: Buffer,
    start: number,
    end: number,
  ): PduDirection {
    const before = this.#kinds.get(link) ?? this.#begin(link, serverPort);
    const commandId = end - start < HEADER_SIZE ? 0 : readCommandId(buffer, start);
    const possible = (towardsServer ? towardsListener : towardsDialler).get(commandId) ?? anyKind;
    // What contradicts everything before it is odd traffic, not another kind of link.
    let mask = before & possible || before;
    if (towardsServer && isOpen(mask) && peekBytes(buffer, start + HEADER_SIZE, end, ATTACH_FIELD) !== undefined)
      mask &= ~clientKinds;
    if (mask !== before) this.#kinds.set(link, mask);
    if (!isClient(mask)) return "s2s";
    return towardsServer ? "c2s" : "s2c";
  }

  /** Who listens on the link, once that is known. Hot. */
  listenerOf(link: number | string): Party | undefined {
    return listenerOfMask[this.#kinds.get(link) ?? anyKind];
  }

  #begin(link: number | string, serverPort: number): number {
    const kind = kindOfPort.get(serverPort);
    const mask = kind === undefined ? anyKind : 1 << linkKinds.indexOf(kind);
    this.#kinds.set(link, mask);
    return mask;
  }
}

function isOpen(mask: number): boolean {
  return isClient(mask) && (mask & ~clientKinds) !== 0;
}

function isClient(mask: number): boolean {
  return (mask & clientKinds) !== 0;
}

/** The kinds of link that carry a command in one of its directions. */
function kindsOf({ directions, anyDirection }: Command, towardsListener: boolean): number {
  if (anyDirection || directions.length === 0) return anyKind;
  const mask = maskOf(([dialler, listener]) =>
    directions.includes((towardsListener ? `${dialler}>${listener}` : `${listener}>${dialler}`) as Direction),
  );
  return mask === 0 ? anyKind : mask;
}

function maskOf(wanted: (kind: LinkKind) => boolean): number {
  return linkKinds.reduce((mask, kind, index) => (wanted(kind) ? mask | (1 << index) : mask), 0);
}
