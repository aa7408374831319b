import { type Command, Option } from "commander";
import type { ClientTypeName } from "../../client/client-type.js";
import { TOKEN_SIZE_BYTES } from "../../runner/load/oracle/message-token.js";
import type { Habits } from "../../scenarios/load/behaviour.js";
import { peerChoices } from "../../scenarios/load/peer-choice.js";
import { countValue } from "../option-values.js";
import { deviceTypesValue } from "./device-types-value.js";
import { durationValue } from "./duration-value.js";
import type { LoadChoice } from "./load-choice.js";
import { shareValue } from "./share-value.js";
import { rangeValue } from "./size-range-value.js";

/** What the command line says about how users live, whatever the scenario. */
export interface BehaviourOptions {
  readonly talkTo?: Habits["talkTo"] | "groups";
  readonly contacts?: number;
  readonly groupShare?: number;
  readonly groups?: number;
  readonly groupSize?: { readonly from: number; readonly to: number };
  readonly readShare?: number;
  readonly onlineTime?: number;
  readonly offlineTime?: number;
  readonly switchTime?: number;
  readonly deviceTypes?: readonly ClientTypeName[];
  readonly size?: { readonly from: number; readonly to: number };
  readonly encrypted?: boolean;
  readonly audioShare?: number;
  readonly finalCheck?: number;
}

/** Of those, what a scenario file says itself. */
export const refusedForFiles = [
  "talkTo",
  "contacts",
  "groupShare",
  "groups",
  "groupSize",
  "readShare",
  "onlineTime",
  "offlineTime",
  "switchTime",
  "deviceTypes",
] as const satisfies readonly (keyof BehaviourOptions)[];

export function addBehaviourOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--talk-to <whom>",
        "whom users write to: docs/load.md says what each means (default: uniform)",
      ).choices([...Object.keys(peerChoices), "groups"]),
    )
    .option("--contacts <n>", "--talk-to contacts: how many each has (default: 20)", countValue(1, 10_000))
    .option("--group-share <percent>", "messages that go to groups made for the run, as in 30%", shareValue)
    .option("--groups <n>", "groups to make (default: so many that each user is in two)", countValue(1, 100_000))
    .option("--group-size <n>", "members of each, or a range as in 3-50 (default: 20)", rangeValue(2, 1000))
    .option("--read-share <percent>", "messages that are read, and acknowledged as read, when they come", shareValue)
    .addOption(time("--online-time <time>", "mean time that a user stays online before going away with all devices"))
    .addOption(time("--offline-time <time>", "mean time that it is away then"))
    .addOption(time("--switch-time <time>", "multi-device: mean time before a user takes the other PC or phone"))
    .option(
      "--device-types <list>",
      "kinds of PC and phone that users have in turn: windows,mac,ios,android",
      deviceTypesValue,
    )
    .option(
      "--size <bytes>",
      `of a message's text, or a range as in ${TOKEN_SIZE_BYTES}-400, short ones oftener (default: 64)`,
      rangeValue(1, 4096),
    )
    .option("--encrypted", "texts are encrypted as the shipped clients do; costs the generator some 20 µs each")
    .option("--audio-share <percent>", "messages that are audio", shareValue)
    .option(
      "--final-check <share>",
      "users whose unread counts and history are compared in the end: all, none or as in 10%",
      shareValue,
    );
}

function time(flags: string, description: string): Option {
  return new Option(flags, description).argParser(durationValue);
}

export function behaviourChoice(options: BehaviourOptions): Partial<LoadChoice> {
  const { talkTo, onlineTime: onlineMs, offlineTime: offlineMs, switchTime: switchMs } = options;
  const { contacts, readShare, groupShare, size, groupSize } = options;
  const habits = {
    talkTo: talkTo === "groups" ? undefined : talkTo,
    groupShare: talkTo === "groups" ? 1 : groupShare,
    contacts,
    readShare,
    onlineMs,
    offlineMs,
    switchMs,
  };
  return {
    habits: Object.fromEntries(Object.entries(habits).filter(([, value]) => value !== undefined)),
    groups: options.groups,
    groupSize,
    deviceTypes: options.deviceTypes,
    messageSize: size === undefined ? undefined : { fromBytes: size.from, toBytes: size.to },
    isEncrypted: options.encrypted,
    audioShare: options.audioShare,
    finalCheckShare: options.finalCheck,
  };
}
