import { type CaseRole, caseRoles } from "../../src/scenarios/conformance/case-role.js";
import { type StorageName, storageNames } from "./stores.js";

export const profiles = ["strict", "teamtalk"] as const;
type Profile = (typeof profiles)[number];

/** What is judged, against what of ours. */
export interface Cell {
  readonly profile: Profile;
  readonly role: CaseRole;
  /** Of the cluster; 0 where the role has none. */
  readonly msgServers: number;
  /** `undefined` where the role keeps nothing. */
  readonly storage: StorageName | undefined;
}

/** One msg_server asks a store in its own process; two have two db_proxy_servers and two route_servers around them. */
const MSG_SERVERS = [1, 2];

export interface Choice {
  readonly profiles: readonly Profile[];
  readonly roles: readonly CaseRole[];
  readonly storages: readonly StorageName[];
}

export const everything: Choice = { profiles, roles: caseRoles, storages: storageNames };

export function cellsOf({ profiles, roles, storages }: Choice): Cell[] {
  return profiles.flatMap((profile) =>
    roles.flatMap((role): Cell[] => {
      if (role !== "msg" && role !== "db") return [{ profile, role, msgServers: 0, storage: undefined }];
      return storages.flatMap((storage) =>
        (role === "msg" ? MSG_SERVERS : [0]).map((msgServers) => ({ profile, role, msgServers, storage })),
      );
    }),
  );
}

export function cellName(cell: Cell): string {
  return `${cell.profile}: ${rowName(cell)}`;
}

/** The same of both profiles. */
export function rowName({ role, msgServers, storage }: Cell): string {
  const servers = msgServers === 0 ? [] : [`${msgServers} msg_server${msgServers === 1 ? "" : "s"}`];
  return [role, ...servers, ...(storage === undefined ? [] : [storage])].join(", ");
}
