import { type Command, commandById, type Direction } from "../registry.js";
import type { PduDirection } from "./pdu-record.js";

/** docs/spec/protocol.md, "Servers, default ports": who dials these. */
const clientPorts: ReadonlySet<number> = new Set([8000, 8008, 8600]);
const serverPorts: ReadonlySet<number> = new Set([8100, 8200, 8500, 8601, 10600]);

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

/**
 * Learns whether a connection joins a client and a server or two servers: from the default ports, or else from the first
 * command that only one kind of link carries. Until then, and for commands that both carry, a client is assumed.
 */
export class LinkKinds {
  readonly #kinds = new Map<string, "client" | "servers">();

  /** `towardsServer`: the sender is the side that dialled. */
  directionOf(connection: string, serverPort: number, towardsServer: boolean, commandId: number): PduDirection {
    const kind = this.#kinds.get(connection) ?? this.#learn(connection, serverPort, commandById(commandId));
    if (kind === "servers") return "s2s";
    return towardsServer ? "c2s" : "s2c";
  }

  #learn(connection: string, serverPort: number, command: Command | undefined): "client" | "servers" | undefined {
    const kind = kindOfPort(serverPort) ?? (command === undefined ? undefined : kindOfCommand(command));
    if (kind !== undefined) this.#kinds.set(connection, kind);
    return kind;
  }
}

function kindOfPort(port: number): "client" | "servers" | undefined {
  if (clientPorts.has(port)) return "client";
  return serverPorts.has(port) ? "servers" : undefined;
}

function kindOfCommand({ directions }: Command): "client" | "servers" | undefined {
  const withClient = directions.filter((direction) => direction.includes("C")).length;
  if (directions.length === 0) return undefined;
  if (withClient === directions.length) return "client";
  return withClient === 0 ? "servers" : undefined;
}
