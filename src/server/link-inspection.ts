import { formatAddress } from "../net/address.js";
import type { PduListener } from "../net/listen.js";
import type { PduLink } from "../net/pdu-link.js";
import type { PersistentLink } from "../net/persistent-link.js";
import type { Inspection, LinkStatus } from "./inspection.js";
import type { RoleName } from "./role-name.js";

/** Links that a role dials. */
export interface DialledLinks {
  readonly to: RoleName;
  readonly links: readonly PersistentLink[];
  readonly isMaster?: (link: PduLink) => boolean;
}

/** A port that other servers dial. */
export interface ServersPort {
  readonly listener: PduListener;
  readonly isMaster?: (link: PduLink) => boolean;
}

/** The part of a role's inspection that is about its links to other servers. */
export function linkInspection(dialled: readonly DialledLinks[], ports: readonly ServersPort[] = []): Inspection {
  const to = dialled.flatMap(({ links, ...of }) =>
    links.map((persistent, at) => ({ ...of, persistent, id: `to ${of.to} ${at}` })),
  );
  const from = () =>
    ports.flatMap(({ listener, isMaster }) =>
      [...listener.connections].map((link) => ({ link, isMaster, id: `from ${formatAddress(link.remote)}` })),
    );
  return {
    links: () => [
      ...to.map(({ id, to: peer, persistent, isMaster }) => dialledStatus(id, peer, persistent, isMaster)),
      ...from().map(({ id, link, isMaster }) => ({
        id,
        direction: "from" as const,
        peer: "msg" as const,
        at: formatAddress(link.remote),
        isOpen: link.isOpen,
        isMaster: isMaster?.(link) ?? false,
        ...carried(link),
      })),
    ],
    cutLink: (id) => {
      const link = to.find((each) => each.id === id)?.persistent.link ?? from().find((each) => each.id === id)?.link;
      if (!link?.isOpen) return false;
      link.destroy();
      return true;
    },
  };
}

function dialledStatus(
  id: string,
  peer: RoleName,
  { address, link, nextDialMs }: PersistentLink,
  isMaster: DialledLinks["isMaster"],
): LinkStatus {
  const named = { id, direction: "to", peer, at: formatAddress(address) } as const;
  if (link?.isOpen) return { ...named, isOpen: true, isMaster: isMaster?.(link) ?? false, ...carried(link) };
  const redial =
    nextDialMs === undefined ? {} : { redialInMs: Math.max(0, Math.round(nextDialMs - performance.now())) };
  return { ...named, isOpen: false, isMaster: false, ...redial, pdusIn: 0, pdusOut: 0, outboxBytes: 0 };
}

function carried(link: PduLink) {
  const { local, openedMs, pdusIn, pdusOut, outboxBytes } = link;
  return {
    local: formatAddress(local),
    openForMs: Math.round(performance.now() - openedMs),
    pdusIn,
    pdusOut,
    outboxBytes,
  };
}
