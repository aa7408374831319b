import { peekNumber } from "../body-peek.js";
import { CommandId } from "../generated/commands.js";
import { KickReasonType } from "../generated/enums.js";
import { HEADER_SIZE, readCommandId } from "../pdu-header.js";
import type { PduDirection } from "../record/pdu-record.js";
import { commandById, hexId } from "../registry.js";
import type { AnalysedPdu, LinkEnds } from "./analysed-pdu.js";
import { LinkUsers } from "./link-users.js";
import { MessageIds, type MissingIds, type RepeatedId } from "./message-ids.js";
import { NumberSet } from "./number-set.js";
import { type Pair, Pairing, type PendingRequest } from "./pairing.js";

/** Where latencies are counted; the caller has a good one. */
export interface LatencyCounts {
  readonly count: number;
  readonly maxUs: number;
  recordUs(us: number): void;
  percentileUs(percent: number): number;
}

export interface LatencySummary {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface CommandStats {
  readonly id: string;
  readonly command: string | null;
  readonly pdus: number;
  readonly bytes: number;
  readonly c2s: number;
  readonly s2c: number;
  readonly s2s: number;
  /** Requests of clients, from request to response; `null` when none was answered. */
  readonly clientLatency: LatencySummary | null;
  /** How much of that other servers took. */
  readonly elsewhereLatency: LatencySummary | null;
  /** Requests between servers. */
  readonly serverLatency: LatencySummary | null;
  readonly unanswered: number;
}

export interface ConnectionStats {
  readonly client: string;
  readonly server: string;
  readonly user: string | null;
  readonly pdus: number;
  readonly bytes: number;
}

export interface UserStats {
  readonly id: number;
  readonly name: string | null;
  readonly connections: number;
  readonly pdus: number;
  readonly bytes: number;
}

export interface UnansweredRequest {
  readonly seq: number;
  readonly id: string;
  readonly command: string | null;
  readonly seqNum: number;
  readonly dir: PduDirection | null;
}

export interface Kick {
  readonly seq: number;
  readonly packet: number | null;
  readonly user: number;
  readonly reason: string;
}

export interface TrafficReport {
  readonly pdus: number;
  readonly bytes: number;
  /** Stretches of bytes that are no PDUs. */
  readonly skipped: number;
  /** Between the first and the last PDU. */
  readonly durationMs: number | null;
  readonly commands: readonly CommandStats[];
  readonly connections: readonly ConnectionStats[];
  readonly connectionsTotal: number;
  readonly users: readonly UserStats[];
  readonly usersTotal: number;
  readonly unanswered: readonly UnansweredRequest[];
  readonly unansweredTotal: number;
  readonly kicks: readonly Kick[];
  readonly kicksTotal: number;
  readonly repeatedIds: readonly RepeatedId[];
  readonly repeatedIdsTotal: number;
  readonly missingIds: readonly MissingIds[];
}

/** Entries of each list in a report; totals count on. */
const LISTED_MAX = 1_000;
const LINKS_MAX = 65_536;
const COMMAND_IDS = 65_536;

interface Tally {
  pdus: number;
  bytes: number;
}

interface CommandTally extends Tally {
  c2s: number;
  s2c: number;
  s2s: number;
  unanswered: number;
  client: LatencyCounts | undefined;
  elsewhere: LatencyCounts | undefined;
  server: LatencyCounts | undefined;
}

interface LinkTally extends Tally {
  readonly ends: LinkEnds | undefined;
}

/** Counts a stream of PDUs, reading what it needs in place: nothing is decoded, and memory does not grow with the input. */
export class TrafficStats {
  readonly #pairing = new Pairing((request) => this.#unanswered(request));
  readonly #users = new LinkUsers();
  readonly #ids = new MessageIds();
  readonly #commands = new Array<CommandTally | undefined>(COMMAND_IDS);
  readonly #links = new Map<number, LinkTally>();
  #lastLink: LinkTally | undefined;
  #lastLinkId = -1;
  readonly #linksMet = new NumberSet();
  #total: Tally = { pdus: 0, bytes: 0 };
  #skipped = 0;
  #firstMs: number | undefined;
  #lastMs: number | undefined;
  readonly #unansweredList: UnansweredRequest[] = [];
  #unansweredTotal = 0;
  readonly #kicks: Kick[] = [];
  #kicksTotal = 0;

  constructor(private readonly newCounts: () => LatencyCounts) {}

  /** Hot. */
  take(pdu: AnalysedPdu): void {
    const size = pdu.end - pdu.start;
    const commandId = readCommandId(pdu.buffer, pdu.start);
    const command = this.#commandTally(commandId);
    add(this.#total, size);
    add(command, size);
    if (pdu.dir !== null) command[pdu.dir]++;
    add(this.#linkTally(pdu), size);
    const { timeMs } = pdu;
    if (timeMs !== undefined) {
      this.#firstMs ??= timeMs;
      this.#lastMs = timeMs;
    }
    this.#users.take(pdu);
    this.#ids.take(pdu);
    if (commandId === CommandId.CID_LOGIN_KICK_USER) this.#kick(pdu);
    const pair = this.#pairing.take(pdu);
    if (pair?.latencyMs !== undefined) this.#latency(pair, pair.latencyMs);
  }

  /** Bytes that are no PDU. */
  skip(): void {
    this.#skipped++;
  }

  /** The input is over. */
  report(): TrafficReport {
    this.#pairing.end();
    const users = this.#userStats();
    return {
      ...this.#total,
      skipped: this.#skipped,
      durationMs: this.#firstMs === undefined || this.#lastMs === undefined ? null : this.#lastMs - this.#firstMs,
      commands: this.#commandStats(),
      connections: this.#connectionStats().slice(0, LISTED_MAX),
      connectionsTotal: this.#linksMet.size,
      users: users.slice(0, LISTED_MAX),
      usersTotal: users.length,
      unanswered: this.#unansweredList,
      unansweredTotal: this.#unansweredTotal,
      kicks: this.#kicks,
      kicksTotal: this.#kicksTotal,
      repeatedIds: this.#ids.repeated,
      repeatedIdsTotal: this.#ids.repeatedCount,
      missingIds: this.#ids.missing().slice(0, LISTED_MAX),
    };
  }

  #latency({ request, hops }: Pair, latencyMs: number): void {
    const tally = this.#commandTally(request.commandId);
    if (request.dir === "s2s") {
      tally.server ??= this.newCounts();
      return tally.server.recordUs(latencyMs * 1000);
    }
    tally.client ??= this.newCounts();
    tally.client.recordUs(latencyMs * 1000);
    if (hops.length === 0) return;
    tally.elsewhere ??= this.newCounts();
    tally.elsewhere.recordUs(hops.reduce((sum, hop) => sum + (hop.latencyMs ?? 0), 0) * 1000);
  }

  #unanswered({ seq, commandId, seqNum, dir }: PendingRequest): void {
    this.#commandTally(commandId).unanswered++;
    this.#unansweredTotal++;
    if (this.#unansweredList.length >= LISTED_MAX) return;
    this.#unansweredList.push({ seq, id: hexId(commandId), command: nameOf(commandId), seqNum, dir });
  }

  #kick({ buffer, start, end, seq, packetNumber }: AnalysedPdu): void {
    this.#kicksTotal++;
    if (this.#kicks.length >= LISTED_MAX) return;
    const user = peekNumber(buffer, start + HEADER_SIZE, end, 1);
    this.#kicks.push({
      seq,
      packet: packetNumber ?? null,
      user,
      reason: reasonName(peekNumber(buffer, start + HEADER_SIZE, end, 2)),
    });
  }

  #commandTally(commandId: number): CommandTally {
    const known = this.#commands[commandId];
    if (known !== undefined) return known;
    const none = { client: undefined, elsewhere: undefined, server: undefined };
    const made = { pdus: 0, bytes: 0, c2s: 0, s2c: 0, s2s: 0, unanswered: 0, ...none };
    this.#commands[commandId] = made;
    return made;
  }

  #linkTally({ link, connection }: AnalysedPdu): LinkTally {
    if (link === this.#lastLinkId && this.#lastLink !== undefined) return this.#lastLink;
    let tally = this.#links.get(link);
    if (tally === undefined) {
      // Its ends alone: the connection holds what reassembly needs, and there may be tens of thousands.
      const ends = connection && { client: connection.client, server: connection.server };
      tally = { pdus: 0, bytes: 0, ends };
      this.#linksMet.add(link);
      // More links than that are counted, not listed.
      if (this.#links.size < LINKS_MAX) this.#links.set(link, tally);
    }
    [this.#lastLinkId, this.#lastLink] = [link, tally];
    return tally;
  }

  #commandStats(): CommandStats[] {
    return this.#commands
      .flatMap((tally, id) => {
        if (tally === undefined) return [];
        const { client, elsewhere, server, ...counts } = tally;
        return {
          id: hexId(id),
          command: nameOf(id),
          ...counts,
          clientLatency: summary(client),
          elsewhereLatency: summary(elsewhere),
          serverLatency: summary(server),
        };
      })
      .sort((a, b) => b.pdus - a.pdus);
  }

  #connectionStats(): ConnectionStats[] {
    return [...this.#links]
      .flatMap(([link, { ends, pdus, bytes }]) => {
        if (ends === undefined) return [];
        const user = this.#users.userOf(link);
        const name = user === undefined ? null : (user.name ?? `user ${user.id}`);
        return { client: endText(ends.client), server: endText(ends.server), user: name, pdus, bytes };
      })
      .sort((a, b) => b.pdus - a.pdus);
  }

  #userStats(): UserStats[] {
    const byId = new Map<number, Tally & { connections: number }>();
    for (const [link, { pdus, bytes }] of this.#links) {
      const user = this.#users.userOf(link);
      if (user === undefined) continue;
      const tally = byId.get(user.id) ?? { pdus: 0, bytes: 0, connections: 0 };
      tally.pdus += pdus;
      tally.bytes += bytes;
      tally.connections++;
      byId.set(user.id, tally);
    }
    return [...byId]
      .map(([id, { connections, pdus, bytes }]) => ({
        id,
        name: this.#users.nameOf(id) ?? null,
        connections,
        pdus,
        bytes,
      }))
      .sort((a, b) => b.pdus - a.pdus);
  }
}

function add(tally: Tally, size: number): void {
  tally.pdus++;
  tally.bytes += size;
}

function summary(counts: LatencyCounts | undefined): LatencySummary | null {
  if (counts === undefined) return null;
  const ms = (percent: number) => counts.percentileUs(percent) / 1000;
  return { count: counts.count, p50Ms: ms(50), p90Ms: ms(90), p99Ms: ms(99), maxMs: counts.maxUs / 1000 };
}

function nameOf(commandId: number): string | null {
  return commandById(commandId)?.name ?? null;
}

function reasonName(reason: number): string {
  return Object.entries(KickReasonType).find(([, number]) => number === reason)?.[0] ?? String(reason);
}

function endText({ address, port }: LinkEnds["client"]): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
