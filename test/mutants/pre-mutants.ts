import { CommandId } from "../../src/codec/generated/commands.js";
import { UserStatType } from "../../src/codec/generated/enums.js";
import { encodePdu } from "../../src/codec/pdu.js";
import { alsoTells, ignores, neverSends, sends, takes } from "./fault-words.js";
import type { Mutant } from "./mutant.js";
import { storageFault } from "./storage-fault.js";
import type { FaultyLine } from "./wire-fault.js";

const { USER_STATUS_ONLINE, USER_STATUS_OFFLINE } = UserStatType;
const PRESENCE = CommandId.CID_BUDDY_LIST_STATUS_NOTIFY;
const PC_STATUS = CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY;
const SIGNATURE = CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY;

/** Presence and what else everybody is told. */
export const preMutants: readonly Mutant[] = [
  {
    id: "pc-login-not-told",
    breaks: ["PRE-01"],
    clients: () => neverSends(PRESENCE, ({ user_stat }) => user_stat.status === USER_STATUS_ONLINE),
  },
  {
    id: "pc-logout-not-told",
    breaks: ["PRE-01"],
    clients: () => neverSends(PRESENCE, ({ user_stat }) => user_stat.status === USER_STATUS_OFFLINE),
  },
  {
    id: "own-presence-not-told",
    breaks: ["PRE-01"],
    clients: () => neverSends(PRESENCE, ({ user_stat }, { userId }) => user_stat.user_id === userId),
  },
  {
    id: "further-pc-login-not-told",
    breaks: ["PRE-01"],
    clients: () => {
      const told = new WeakMap<FaultyLine, Map<number, UserStatType>>();
      return neverSends(PRESENCE, ({ user_stat: { user_id, status } }, line) => {
        const toldHere = told.get(line) ?? new Map();
        told.set(line, toldHere);
        const isAgain = toldHere.get(user_id) === status;
        toldHere.set(user_id, status);
        return isAgain;
      });
    },
  },
  {
    id: "phones-told-of-presence",
    breaks: ["PRE-01"],
    clients: () =>
      sends(PRESENCE, (_, { all }, pdu) => {
        for (const line of all) if (line.isMobile && line.userId !== 0) line.toClient(pdu.bytes);
        return undefined;
      }),
  },
  {
    id: "pc-logout-not-told-while-a-phone-stays",
    breaks: ["PRE-01"],
    clients: () =>
      neverSends(
        PRESENCE,
        ({ user_stat }, { all }) =>
          user_stat.status === USER_STATUS_OFFLINE &&
          all.some((line) => line.isMobile && line.userId === user_stat.user_id),
      ),
  },
  {
    id: "offline-while-another-pc-stays",
    breaks: ["PRE-01"],
    route: () =>
      sends(PRESENCE, ({ user_stat }, _, pdu) =>
        user_stat.status === USER_STATUS_ONLINE
          ? [pdu.bytes, encodePdu(PRESENCE, { user_stat: { ...user_stat, status: USER_STATUS_OFFLINE } })]
          : undefined,
      ),
  },
  {
    id: "phone-login-told",
    breaks: ["PRE-02"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, (_, line) => {
        const user_stat = { user_id: line.userId, status: USER_STATUS_ONLINE };
        const told = line.all.filter((each) => line.isMobile && each !== line && each.userId !== 0 && !each.isMobile);
        for (const each of told) each.toClient(encodePdu(PRESENCE, { user_stat }));
        return undefined;
      }),
  },
  { id: "phone-not-told-of-its-pc", breaks: ["PRE-03"], clients: () => neverSends(PC_STATUS) },
  {
    id: "phone-not-told-that-its-pc-left",
    breaks: ["PRE-03"],
    clients: () => neverSends(PC_STATUS, ({ login_stat }) => login_stat === USER_STATUS_OFFLINE),
  },
  {
    id: "phone-not-told-at-its-login",
    breaks: ["PRE-03"],
    clients: () => {
      const SOON_MS = 200;
      const loggedIn = new WeakMap<object, number>();
      return {
        sent(pdu, line) {
          if (pdu.commandId === CommandId.CID_LOGIN_RES_USERLOGIN) loggedIn.set(line, performance.now());
          const age = performance.now() - (loggedIn.get(line) ?? 0);
          return pdu.commandId === PC_STATUS && age < SOON_MS ? [] : undefined;
        },
      };
    },
  },
  {
    id: "phone-told-the-contrary",
    breaks: ["PRE-03"],
    clients: () =>
      sends(PC_STATUS, (body) => ({
        ...body,
        login_stat: body.login_stat === USER_STATUS_ONLINE ? USER_STATUS_OFFLINE : USER_STATUS_ONLINE,
      })),
  },
  {
    id: "presence-not-across-servers",
    breaks: ["PRE-01"],
    route: () => {
      const own = new WeakMap<object, Set<number>>();
      return {
        received(pdu, line) {
          const update =
            pdu.commandId === CommandId.CID_OTHER_USER_STATUS_UPDATE
              ? pdu.body(CommandId.CID_OTHER_USER_STATUS_UPDATE)
              : undefined;
          if (update !== undefined) own.set(line, (own.get(line) ?? new Set()).add(update.user_id));
          return undefined;
        },
        ...neverSends(PRESENCE, ({ user_stat }, line) => !own.get(line)?.has(user_stat.user_id)),
      };
    },
  },
  {
    id: "phone-not-told-across-servers",
    breaks: ["PRE-03"],
    route: () => {
      const own = new WeakMap<object, Set<number>>();
      return {
        received(pdu, line) {
          const update =
            pdu.commandId === CommandId.CID_OTHER_USER_STATUS_UPDATE
              ? pdu.body(CommandId.CID_OTHER_USER_STATUS_UPDATE)
              : undefined;
          if (update !== undefined && update.client_type < 0x10)
            own.set(line, (own.get(line) ?? new Set()).add(update.user_id));
          return undefined;
        },
        ...neverSends(CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY, ({ user_id }, line) => !own.get(line)?.has(user_id)),
      };
    },
  },
  { id: "signature-not-told", breaks: ["PRE-04"], clients: () => neverSends(SIGNATURE) },
  {
    id: "signature-not-told-to-phones",
    breaks: ["PRE-04"],
    clients: () => neverSends(SIGNATURE, (_, { isMobile }) => isMobile),
  },
  {
    id: "signature-not-told-to-the-asker",
    breaks: ["PRE-04"],
    clients: () => neverSends(SIGNATURE, ({ changed_user_id }, { userId }) => changed_user_id === userId),
  },
  {
    id: "signature-not-across-servers",
    breaks: ["PRE-04"],
    route: () => {
      const asked = new Map<string, object>();
      return {
        ...takes(SIGNATURE, ({ sign_info }, line) => {
          asked.set(sign_info, line);
          return undefined;
        }),
        ...neverSends(SIGNATURE, ({ sign_info }, line) => asked.get(sign_info) !== line),
      };
    },
  },
  {
    id: "signature-not-stored",
    breaks: ["PRE-04"],
    storage: storageFault("accounts", () => ({ setSignInfo: async (_, text) => Buffer.byteLength(text) <= 128 })),
  },
  {
    id: "signature-of-129-bytes-cut",
    breaks: ["PRE-04"],
    storage: storageFault("accounts", (sound) => ({
      setSignInfo: (userId, text) => sound.setSignInfo(userId, text.slice(0, 128)),
    })),
  },
  {
    id: "signature-of-128-bytes-refused",
    breaks: ["PRE-04"],
    storage: storageFault("accounts", (sound) => ({
      setSignInfo: async (userId, text) => Buffer.byteLength(text) < 128 && sound.setSignInfo(userId, text),
    })),
  },
  {
    id: "signature-answered-without-text",
    breaks: ["PRE-04"],
    clients: () => sends(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_RESPONSE, ({ sign_info, ...body }) => body),
  },
  {
    id: "refused-signature-told",
    breaks: ["PRE-04"],
    clients: () =>
      takes(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, ({ sign_info }, line) => {
        if (Buffer.byteLength(sign_info) <= 128) return undefined;
        line.toClient(encodePdu(SIGNATURE, { changed_user_id: line.userId, sign_info }));
        return undefined;
      }),
  },
  {
    id: "avatar-not-told-to-other-devices",
    breaks: ["PRE-05"],
    clients: () => neverSends(CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_RESPONSE, (_, { isMobile }) => isMobile),
  },
  { id: "avatar-ignored", breaks: ["PRE-05"], clients: () => ignores(CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST) },
  {
    id: "phones-told-of-others-pcs",
    breaks: ["PRE-03"],
    clients: () =>
      alsoTells(PC_STATUS, ({ userId, isMobile }, _, { user_id }) => isMobile && userId !== user_id && userId !== 0),
  },
];
