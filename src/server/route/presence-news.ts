import { type ClientType, UserStatType } from "../../codec/generated/enums.js";
import type { IMUserStatusUpdate, ServerUserStat } from "../../codec/generated/messages.js";
import { isPcClient, type PresenceTable } from "./presence-table.js";

/** login_status of 0x070e. */
const PcLoginStatus = { OFF: 0, ON: 1 } as const;
type PcLoginStatus = (typeof PcLoginStatus)[keyof typeof PcLoginStatus];

/** What msg_servers are to be told about one user, in this order. */
export interface PresenceNews {
  readonly userId: number;
  /** 0x070e, for the user's own mobile connections. */
  readonly pcLogin?: PcLoginStatus;
  /** 0x0203, for everybody's PC connections. */
  readonly status?: UserStatType;
}

/** Takes one 0x070a into the table (RTE-03, RTE-04). `undefined` when user_status is none of the known ones. */
export function applyUpdate<Link>(
  table: PresenceTable<Link>,
  link: Link,
  update: IMUserStatusUpdate,
): PresenceNews | undefined {
  const { user_id: userId, client_type: clientType } = update;
  const status = Object.values(UserStatType).find((known) => known === update.user_status);
  if (status === undefined) return undefined;
  if (status === UserStatType.USER_STATUS_OFFLINE) return applyOffline(table, link, userId, clientType);
  table.add(link, userId, clientType);
  return {
    userId,
    ...(table.isOnPc(userId) ? { pcLogin: PcLoginStatus.ON } : {}),
    ...(isPcClient(clientType) ? { status } : {}),
  };
}

function applyOffline<Link>(
  table: PresenceTable<Link>,
  link: Link,
  userId: number,
  clientType: ClientType,
): PresenceNews {
  table.remove(link, userId, clientType);
  if (!isPcClient(clientType) || table.isOnPc(userId)) return { userId };
  return leftPc(table, userId);
}

/**
 * Takes one 0x0708 into the table (RTE-01). The news are those who were on no PC before: after a route_server restart or a
 * lost link (RTE-07, RTE-11) the others believe that these are offline.
 */
export function applySnapshot<Link>(
  table: PresenceTable<Link>,
  link: Link,
  users: readonly ServerUserStat[],
): PresenceNews[] {
  const arrived = new Set<number>();
  for (const { user_id: userId, status, client_type: clientType } of users) {
    if (status === UserStatType.USER_STATUS_OFFLINE) continue;
    if (isPcClient(clientType) && !table.isOnPc(userId)) arrived.add(userId);
    table.add(link, userId, clientType);
  }
  return [...arrived].map((userId) => ({
    userId,
    pcLogin: PcLoginStatus.ON,
    status: UserStatType.USER_STATUS_ONLINE,
  }));
}

/** RTE-07: forgets a lost link. The news are those whose last PC connection was there. */
export function applyLostLink<Link>(table: PresenceTable<Link>, link: Link): PresenceNews[] {
  const wereOnPc = [...table.usersOf(link)].filter((userId) => table.isOnPc(userId));
  table.dropLink(link);
  return wereOnPc.filter((userId) => !table.isOnPc(userId)).map((userId) => leftPc(table, userId));
}

function leftPc<Link>(table: PresenceTable<Link>, userId: number): PresenceNews {
  return {
    userId,
    ...(table.has(userId) ? { pcLogin: PcLoginStatus.OFF } : {}),
    status: UserStatType.USER_STATUS_OFFLINE,
  };
}
