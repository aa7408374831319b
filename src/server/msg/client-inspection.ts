import { ClientType, KickReasonType } from "../../codec/generated/enums.js";
import { formatAddress } from "../../net/address.js";
import type { ClientQuestion, ClientStatus, ClientsStatus, Inspection } from "../inspection.js";
import type { ClientSession } from "./client-session.js";
import { kickLocally } from "./kick.js";
import type { MsgContext } from "./msg-context.js";

/** The part of msg_server's inspection that is about the clients logged in here. */
export function clientInspection(context: MsgContext): Required<Pick<Inspection, "clients" | "kick">> {
  return {
    clients: (question) => clientsStatus(context.users.all, question),
    kick: (userId, clientType) => {
      const before = context.counts.kicks;
      const classes =
        clientType === undefined ? [ClientType.CLIENT_TYPE_WINDOWS, ClientType.CLIENT_TYPE_IOS] : [clientType];
      for (const each of classes) kickLocally(context, userId, each, KickReasonType.KICK_REASON_DUPLICATE_USER);
      return context.counts.kicks - before;
    },
  };
}

function clientsStatus(sessions: ReadonlySet<ClientSession>, question: ClientQuestion): ClientsStatus {
  const devices = { windows: 0, mac: 0, ios: 0, android: 0 };
  for (const { clientType } of sessions) devices[deviceNames[clientType] ?? "windows"]++;
  const { clientsMax, matching = "" } = question;
  const wanted = matching === "" ? [...sessions] : [...sessions].filter((session) => isNamed(session, matching));
  // What has equal outboxes stays in the order in which it logged in, so that a list of them keeps still.
  wanted.sort((one, other) => other.link.outboxBytes - one.link.outboxBytes);
  return { devices, slowest: wanted.slice(0, clientsMax).map(clientStatus) };
}

const deviceNames = {
  [ClientType.CLIENT_TYPE_WINDOWS]: "windows",
  [ClientType.CLIENT_TYPE_MAC]: "mac",
  [ClientType.CLIENT_TYPE_IOS]: "ios",
  [ClientType.CLIENT_TYPE_ANDROID]: "android",
} as const;

function isNamed({ userName, userId }: ClientSession, part: string): boolean {
  return userName.includes(part) || String(userId).includes(part);
}

function clientStatus({ userId, userName, clientType, link, unconfirmed }: ClientSession): ClientStatus {
  return {
    userId,
    userName,
    clientType,
    peer: formatAddress(link.remote),
    openForMs: Math.round(performance.now() - link.openedMs),
    outboxBytes: link.outboxBytes,
    unconfirmed: unconfirmed.count,
    pdusIn: link.pdusIn,
    pdusOut: link.pdusOut,
  };
}
