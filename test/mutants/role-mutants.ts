import type { DeviationId } from "../../src/server/deviations.js";
import { sendsHeader } from "./fault-words.js";
import {
  ignoringZeroLength,
  isUndecodable,
  isUnknown,
  losing,
  losingTheRest,
  onReceived,
  requiring,
} from "./framing-faults.js";
import type { Mutant } from "./mutant.js";
import { dbMutants } from "./roles/db-mutants.js";
import { fileMutants } from "./roles/file-mutants.js";
import { httpMsgMutants } from "./roles/http-msg-mutants.js";
import { isolatedMutants } from "./roles/isolated-mutants.js";
import { loginMutants } from "./roles/login-mutants.js";
import { msfsMutants } from "./roles/msfs-mutants.js";
import type { RoleMutant } from "./roles/role-mutant.js";
import { routeMutants } from "./roles/route-mutants.js";
import type { WireFault } from "./wire-fault.js";

type Role = NonNullable<Mutant["role"]>;
type Port = keyof NonNullable<Mutant["ports"]>;

/** What every server that speaks PDUs may get wrong, at one of its ports: of it what breaks these requirements. */
function framing(port: Port, broken: readonly string[]): readonly RoleMutant[] {
  const faults: readonly (readonly [id: string, breaks: string, fault: () => WireFault])[] = [
    ["rest-of-segment-lost", "FRM-02", () => losingTheRest],
    ["split-header-lost", "FRM-03", () => losing("header")],
    ["split-body-lost", "FRM-03", () => losing("body")],
    ["zero-length-ignored", "FRM-04", () => ignoringZeroLength],
    ["version-checked", "FRM-07", () => requiring(({ header }) => header.version === 1)],
    ["dispatch-on-service-id", "FRM-07", () => requiring(({ header }) => header.serviceId === header.commandId >>> 8)],
    ["seq-num-lost", "FRM-08", () => sendsHeader(() => ({ seqNum: 0 }))],
    ["unknown-command-closes", "FRM-09", () => onReceived(isUnknown, (_, line) => line.close())],
    ["undecodable-body-closes", "FRM-10", () => onReceived(isUndecodable, (_, line) => line.close())],
  ];
  const wanted = faults.filter(([, breaks]) => broken.includes(breaks));
  return wanted.map(([id, breaks, fault]) => ({
    id: port === "target" ? id : `${id}.${port}`,
    breaks: [breaks],
    ports: { [port]: fault },
  }));
}

const all: Readonly<Record<Role, readonly RoleMutant[]>> = {
  route: [...routeMutants, ...framing("target", ["FRM-02", "FRM-03", "FRM-04", "FRM-07", "FRM-08", "FRM-09"])],
  login: [...loginMutants, ...framing("target", ["FRM-02", "FRM-03", "FRM-04", "FRM-09", "FRM-10"])],
  db: [...dbMutants, ...framing("target", ["FRM-02", "FRM-03", "FRM-04", "FRM-08", "FRM-09", "FRM-10"])],
  file: [
    ...fileMutants,
    ...framing("target", ["FRM-02", "FRM-03", "FRM-04", "FRM-08", "FRM-09", "FRM-10"]),
    ...framing("clients", ["FRM-03", "FRM-04", "FRM-08"]),
  ],
  "http-msg": httpMsgMutants,
  msfs: msfsMutants,
  "msg-isolated": isolatedMutants,
};

/** Deviations of a role that its cases see; the others show to clients, or by chance. */
const seen: Readonly<Record<Role, readonly DeviationId[]>> = {
  route: ["FRM-05", "RTE-02", "RTE-07"],
  login: ["LSV-02", "LSV-03"],
  db: ["LGN-08", "MSG-05", "MSG-12", "MSG-18", "GRP-03"],
  file: [],
  "http-msg": ["HMS-03"],
  msfs: [],
  "msg-isolated": [],
};

/** Faults of the servers that clients do not see, or not as such, by role: `route.relays-twice`. */
export const roleMutants: readonly Mutant[] = (Object.keys(all) as Role[]).flatMap((role) => [
  ...all[role].map((mutant) => ({ ...mutant, id: `${role}.${mutant.id}`, role })),
  ...seen[role].map((deviation) => ({
    id: `${role}.original.${deviation}`,
    breaks: [deviation] as const,
    role,
    deviation,
  })),
]);
