import type { Command } from "commander";
import { type Address, formatAddress } from "../../net/address.js";
import type { ConformanceOptions } from "../../runner/conformance/run-conformance.js";
import type { PlayedAddresses } from "../../runner/conformance/surroundings.js";
import {
  type CaseRole,
  caseRoles,
  type PlayedRole,
  type PortName,
  playedFacts,
  playedRoles,
  roleFacts,
} from "../../scenarios/conformance/case-role.js";
import { usageError } from "../command-error.js";
import { addressValue, addressValues } from "../option-values.js";

type ListenOption = `listen${Capitalize<PlayedRole>}`;

/** Where the further ports of a server are, and where the suite listens as servers of its own. */
export interface RolePortOptions extends Readonly<Partial<Record<ListenOption, readonly Address[]>>> {
  readonly clients?: Address;
  readonly http?: Address;
}

const LISTEN_HOST = "127.0.0.1";
const furtherPorts: readonly Exclude<PortName, "target" | "peer">[] = ["clients", "http"];

export function addRolePortOptions(command: Command): Command {
  command
    .option("--clients <address>", "--role login, file: where clients dial it (default: port 8008, 8600)", addressValue)
    .option("--http <address>", "--role login: where clients ask by HTTP (default: port 8080)", addressValue);
  for (const role of playedRoles) {
    const { title, port } = playedFacts[role];
    const around = caseRoles.filter((each) => roleFacts[each].plays.includes(role));
    const what = `--role ${around.join(", ")}: listen as ${title} here (default: ${LISTEN_HOST}:${port})`;
    command.option(`--listen-${role} <address...>`, what, addressValues);
  }
  return command;
}

/** @throws CommandError for an option that this role has no use for */
export function portsFor(
  role: CaseRole,
  target: Address,
  options: RolePortOptions,
): Pick<ConformanceOptions, "clients" | "http" | "played"> {
  const { ports, plays } = roleFacts[role];
  for (const name of furtherPorts) {
    if (options[name] !== undefined && ports[name] === undefined) throw useless(`--${name}`, role);
  }
  const stray = playedRoles.find((played) => !plays.includes(played) && options[optionOf(played)] !== undefined);
  if (stray !== undefined) throw useless(`--listen-${stray}`, role);
  return {
    ...Object.fromEntries(
      furtherPorts.flatMap((name) => {
        const port = ports[name];
        return port === undefined ? [] : [[name, options[name] ?? { host: target.host, port }]];
      }),
    ),
    ...(plays.length > 0 ? { played: playedAt(plays, options) } : {}),
  };
}

/** At how many addresses each server is played. */
export function playedInstances(options: RolePortOptions): Partial<Record<PlayedRole, number>> {
  return Object.fromEntries(playedRoles.map((played) => [played, options[optionOf(played)]?.length ?? 1]));
}

/** What of a command line repeats these choices. */
export function rolePortWords(role: CaseRole, options: RolePortOptions): string[] {
  return [
    ...(role === "msg" ? [] : [`--role ${role}`]),
    ...furtherPorts.flatMap((name) => {
      const address = options[name];
      return address === undefined ? [] : [`--${name} ${formatAddress(address)}`];
    }),
    ...playedRoles.flatMap((played) => {
      const addresses = options[optionOf(played)];
      return addresses === undefined ? [] : [`--listen-${played} ${addresses.map(formatAddress).join(" ")}`];
    }),
  ];
}

function playedAt(plays: readonly PlayedRole[], options: RolePortOptions): PlayedAddresses {
  const at = (role: PlayedRole) => options[optionOf(role)] ?? [{ host: LISTEN_HOST, port: playedFacts[role].port }];
  return Object.fromEntries(plays.map((role) => [role, at(role)]));
}

function optionOf(role: PlayedRole): ListenOption {
  return `listen${role.charAt(0).toUpperCase()}${role.slice(1)}` as ListenOption;
}

function useless(option: string, role: CaseRole) {
  return usageError(`${option} means nothing to --role ${role}`);
}
