import { ClientType } from "../../codec/generated/enums.js";

/** Bit of client_type that tells a phone from a PC. */
const MOBILE_BIT = 0x10;

export function isPcClient(clientType: ClientType): boolean {
  return (clientType & MOBILE_BIT) === 0;
}

const clientTypes = Object.values(ClientType);
/** Connections of one user, by client type in the order of `clientTypes`. */
type Counts = number[];

/**
 * Who is connected where (RTE-02): for each user a count of connections by client type, for each link that reported some.
 * Counts are kept for each link, so that losing a link takes away exactly what it had brought; a link whose last
 * connection of a user left is forgotten for that user at once, and a user whose last connection left likewise.
 */
export class PresenceTable<Link> {
  readonly #byLink = new Map<Link, Map<number, Counts>>();
  /** Sum over the links; no entry for a user without any connection. */
  readonly #totals = new Map<number, Counts>();

  /** @param keepsLeavers RTE-02, as the original: a link stays with a user whose last client left it, and so does the user */
  constructor(private readonly keepsLeavers = false) {}

  get userCount(): number {
    return this.#totals.size;
  }

  has(userId: number): boolean {
    return this.#totals.has(userId);
  }

  isOnPc(userId: number): boolean {
    const total = this.#totals.get(userId);
    return total?.some((count, slot) => count > 0 && isPcClient(clientTypes[slot] as ClientType)) ?? false;
  }

  count(userId: number, clientType: ClientType): number {
    return this.#totals.get(userId)?.[slotOf(clientType)] ?? 0;
  }

  linksOf(userId: number): Set<Link> {
    const links = new Set<Link>();
    for (const [link, users] of this.#byLink) if (users.has(userId)) links.add(link);
    return links;
  }

  /** Whether a connection of any of the users is at this link. */
  isAnyAt(link: Link, userIds: Iterable<number>): boolean {
    const users = this.#byLink.get(link);
    if (users === undefined) return false;
    for (const userId of userIds) if (users.has(userId)) return true;
    return false;
  }

  add(link: Link, userId: number, clientType: ClientType): void {
    let users = this.#byLink.get(link);
    if (users === undefined) {
      users = new Map();
      this.#byLink.set(link, users);
    }
    increment(users, userId, clientType);
    increment(this.#totals, userId, clientType);
  }

  /** One connection less. A link cannot take away what it did not report: then nothing changes. */
  remove(link: Link, userId: number, clientType: ClientType): void {
    const users = this.#byLink.get(link);
    if (users === undefined || (users.get(userId)?.[slotOf(clientType)] ?? 0) === 0) return;
    subtract(users, userId, countsOfOne(clientType), this.keepsLeavers);
    subtract(this.#totals, userId, countsOfOne(clientType), this.keepsLeavers);
    if (users.size === 0) this.#byLink.delete(link);
  }

  /** RTE-07: forgets the link for every user; returns the users it had. */
  dropLink(link: Link): number[] {
    const users = this.#byLink.get(link);
    if (users === undefined) return [];
    this.#byLink.delete(link);
    for (const [userId, counts] of users) {
      subtract(this.#totals, userId, counts, this.keepsLeavers && this.linksOf(userId).size > 0);
    }
    return [...users.keys()];
  }

  /** The users of one link. */
  usersOf(link: Link): Iterable<number> {
    return this.#byLink.get(link)?.keys() ?? [];
  }
}

function slotOf(clientType: ClientType): number {
  return clientTypes.indexOf(clientType);
}

function countsOfOne(clientType: ClientType): Counts {
  return clientTypes.map((type) => (type === clientType ? 1 : 0));
}

function increment(users: Map<number, Counts>, userId: number, clientType: ClientType): void {
  const counts = users.get(userId);
  if (counts === undefined) {
    users.set(userId, countsOfOne(clientType));
    return;
  }
  const slot = slotOf(clientType);
  counts[slot] = (counts[slot] ?? 0) + 1;
}

function subtract(users: Map<number, Counts>, userId: number, less: Counts, keepsEmpty: boolean): void {
  const left = (users.get(userId) ?? []).map((count, slot) => count - (less[slot] ?? 0));
  if (keepsEmpty || left.some((count) => count > 0)) users.set(userId, left);
  else users.delete(userId);
}
