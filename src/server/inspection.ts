import type { ClientType } from "../codec/generated/enums.js";
import type { DeviationId } from "./deviations.js";
import type { RoleName } from "./role-name.js";

/**
 * What a running role shows of itself when it is asked, and what can be done to it from outside: `GET /status` of the admin
 * port, and the live view of `ttk serve`. Nothing is kept or counted for it; what is shown is gathered at the moment.
 */

/** A link between two servers. */
export interface LinkStatus {
  /** Names it for `cutLink`, as long as the role runs. */
  readonly id: string;
  /** `to`: dialled by this role, and again when it is lost. `from`: the other side dialled. */
  readonly direction: "to" | "from";
  /** What is at the other end; who dials a port for servers does not say, and is taken for a msg_server. */
  readonly peer: RoleName;
  /** What was dialled, or where the other side dialled from: `127.0.0.1:8200`. */
  readonly at: string;
  /** This end of an open link; joins the two ends of one link where both are looked at. */
  readonly local?: string;
  readonly isOpen: boolean;
  /** RTE-08: commands go over this one of a msg_server's links to route_servers. */
  readonly isMaster: boolean;
  /** How long it has been open. */
  readonly openForMs?: number;
  /** When it is dialled again, where it is not open. */
  readonly redialInMs?: number;
  readonly pdusIn: number;
  readonly pdusOut: number;
  /** Bytes that wait for the other end to read. */
  readonly outboxBytes: number;
}

/** A logged-in connection. */
export interface ClientStatus {
  readonly userId: number;
  /** As it logged in with. */
  readonly userName: string;
  readonly clientType: ClientType;
  readonly peer: string;
  readonly openForMs: number;
  readonly outboxBytes: number;
  /** Messages that it has not confirmed (MSG-13). */
  readonly unconfirmed: number;
  readonly pdusIn: number;
  readonly pdusOut: number;
}

/** Logged-in connections by device class. */
type DeviceCounts = Readonly<Record<"windows" | "mac" | "ios" | "android", number>>;

/** What is asked for beside counts: so many connections, those first that are slowest to read. */
export interface ClientQuestion {
  readonly clientsMax: number;
  /** Only those whose user name or id has this in it. */
  readonly matching?: string;
}

export interface ClientsStatus {
  readonly devices: DeviceCounts;
  readonly slowest: readonly ClientStatus[];
}

/** What a role puts in for its inspection, each part where it has one. */
export interface Inspection {
  links(): readonly LinkStatus[];
  /** Destroys an open link, as a broken cable would; who dialled it dials again. `false`: no such link is open. */
  cutLink(id: string): boolean;
  clients?(question: ClientQuestion): ClientsStatus;
  /** LGN-14: as a login elsewhere would; all of the user's connections here, or those of one class. How many there were. */
  kick?(userId: number, clientType?: ClientType): number;
  /** A deviation was switched: what was made of the table when the role started is made anew. */
  deviationsChanged?(): void;
}

/** One role at one moment. */
export interface RoleStatus {
  readonly role: RoleName;
  /** What it listens on, by purpose. */
  readonly addresses: Readonly<Record<string, string>>;
  /** What it cannot serve without and does not have now. */
  readonly lacking: readonly string[];
  readonly links: readonly LinkStatus[];
  readonly clients?: ClientsStatus;
  readonly counters: Readonly<Record<string, number>>;
}

export interface DeviationStatus {
  readonly id: DeviationId;
  readonly roles: readonly RoleName[];
  readonly does: string;
  readonly isOn: boolean;
  /** Why it cannot be switched while servers run. */
  readonly fixedBecause?: string;
}

/** All roles of a process; a role is named by its place in `roles`. */
export interface ClusterInspection {
  roles(question: ClientQuestion): readonly RoleStatus[];
  deviations(): readonly DeviationStatus[];
  kick(role: number, userId: number, clientType?: ClientType): number;
  cutLink(role: number, id: string): boolean;
  /** What the switch cannot do is refused: `false`. */
  deviate(id: DeviationId, isOn: boolean): boolean;
}
