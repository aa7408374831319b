import { type CommandId, commandRows } from "./generated/commands.js";
import { ServiceID } from "./generated/enums.js";

/** C client, M msg_server, R route_server, L login_server, D db_proxy_server, F file_server, P push_server. */
export type Party = "C" | "M" | "R" | "L" | "D" | "F" | "P";

/** One hop that a command may take: `C>M` is client to msg_server. */
export type Direction = `${Party}>${Party}`;

/** Dialler and listener: every link that the protocol has. http_msg_server dials as a msg_server does. */
export const linkKinds = ["CM", "CL", "CF", "MD", "MR", "ML", "MF", "MP"] as const;
export type LinkKind = (typeof linkKinds)[number];

export interface Command {
  readonly id: CommandId;
  readonly name: string;
  readonly serviceId: number;
  readonly serviceName: keyof typeof ServiceID;
  /** Full name: `IM.Login.IMLoginReq`. */
  readonly messageName: string;
  /** Empty for a command that any peer may send (heartbeat) or that none does. */
  readonly directions: readonly Direction[];
  readonly anyDirection: boolean;
  /** Numbers that old comments give the command; never seen on the wire. */
  readonly obsoleteIds: readonly number[];
}

/** Two histories of four S2S file commands: the wire says 0x0731–0x0734, old comments say 0x0715–0x0718. */
const obsoleteAliases: ReadonlyMap<number, CommandId> = new Map([
  [0x0715, 0x0731],
  [0x0716, 0x0732],
  [0x0717, 0x0733],
  [0x0718, 0x0734],
]);

export const commands: readonly Command[] = commandRows.map((row) => ({
  id: row.id,
  name: row.name,
  serviceId: ServiceID[row.service],
  serviceName: row.service,
  messageName: row.message,
  directions: (row.directions.match(/[A-Z]>[A-Z]/g) ?? []) as Direction[],
  anyDirection: row.directions === "any",
  obsoleteIds: [...obsoleteAliases].filter(([, id]) => id === row.id).map(([alias]) => alias),
}));

const byId = new Map<number, Command>(commands.map((command) => [command.id, command]));
const byName = new Map<string, Command>(commands.map((command) => [command.name, command]));

export function commandById(id: number): Command | undefined {
  return byId.get(id);
}

export function commandByName(name: string): Command | undefined {
  return byName.get(name);
}

/** The command that an obsolete number once meant. */
export function commandByObsoleteId(id: number): Command | undefined {
  const current = obsoleteAliases.get(id);
  return current === undefined ? undefined : byId.get(current);
}

/** Every command that carries the message, by full (`IM.Login.IMLoginReq`) or short name (`IMLoginReq`). */
export function commandsOfMessage(name: string): readonly Command[] {
  return commands.filter((command) => command.messageName === name || command.messageName.endsWith(`.${name}`));
}

/** A command id as the field writes it: `0x0103`. */
export function hexId(id: number): string {
  return `0x${id.toString(16).padStart(4, "0")}`;
}
