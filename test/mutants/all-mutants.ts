import { type DeviationId, deviationIds, deviations } from "../../src/server/deviations.js";
import { conMutants } from "./con-mutants.js";
import { filMutants } from "./fil-mutants.js";
import { frmMutants } from "./frm-mutants.js";
import { grpMutants } from "./grp-mutants.js";
import { lgnMutants } from "./lgn-mutants.js";
import { msgMutants } from "./msg-mutants.js";
import type { Mutant } from "./mutant.js";
import { preMutants } from "./pre-mutants.js";
import { pulMutants } from "./pul-mutants.js";
import { roleMutants } from "./role-mutants.js";

/** Deviations that show on no connection of a client, with what would have to be looked at instead. */
const unseenByClients: Partial<Record<DeviationId, string>> = {
  "RTE-02": "route_server's links",
  "RTE-07": "msg_servers that are lost",
  "LSV-02": "login_server's port",
  "LSV-03": "login_server's HTTP port",
  "PSH-03": "a log",
  "HMS-03": "http_msg_server's port",
};

/** What the original servers are known to do is a fault like any other. */
const deviating: readonly Mutant[] = deviationIds
  .filter((id) => unseenByClients[id] === undefined)
  .map((id) => ({ id: `original.${id}`, breaks: [id], deviation: id }));

/** In the order of docs/spec/behaviour.md; those of the original servers last. */
export const allMutants: readonly Mutant[] = [
  ...frmMutants,
  ...conMutants,
  ...lgnMutants,
  ...pulMutants,
  ...msgMutants,
  ...grpMutants,
  ...preMutants,
  ...filMutants,
  ...deviating,
  ...roleMutants,
];

/** What a mutant does, in words: those of its id, or of the deviation. */
export function inWords({ id, deviation }: Mutant): string {
  return deviation === undefined ? id.replaceAll(/[.-]/g, " ") : deviations[deviation].does;
}
