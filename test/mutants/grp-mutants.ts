import { CommandId } from "../../src/codec/generated/commands.js";
import { GroupModifyType, GroupType, MsgType, SessionType } from "../../src/codec/generated/enums.js";
import { encodePdu } from "../../src/codec/pdu.js";
import { alsoTells, ignores, neverSends, sends, sendsTwice, takes, together } from "./fault-words.js";
import type { Mutant } from "./mutant.js";
import { storageFault } from "./storage-fault.js";
import type { FaultyLine, WireFault } from "./wire-fault.js";

const { GROUP_TYPE_NORMAL, GROUP_TYPE_TMP } = GroupType;
const { GROUP_MODIFY_TYPE_ADD, GROUP_MODIFY_TYPE_DEL } = GroupModifyType;

const isGroupMessage = ({ msg_type }: { msg_type: MsgType }) => msg_type >= MsgType.MSG_TYPE_GROUP_TEXT;

/** Groups: their making, their members, what is said in them. */
export const grpMutants: readonly Mutant[] = [
  {
    id: "group-keeps-duplicates",
    breaks: ["GRP-01"],
    clients: () => {
      let asked: readonly number[] = [];
      return together(
        takes(CommandId.CID_GROUP_CREATE_REQUEST, ({ member_id_list }) => {
          asked = member_id_list;
          return undefined;
        }),
        sends(CommandId.CID_GROUP_CREATE_RESPONSE, (body) => ({ ...body, user_id_list: [...asked] })),
      );
    },
  },
  {
    id: "normal-group-made-by-a-client",
    breaks: ["GRP-01"],
    clients: () =>
      takes(CommandId.CID_GROUP_CREATE_REQUEST, (body) =>
        body.group_type === GROUP_TYPE_NORMAL ? { ...body, group_type: GROUP_TYPE_TMP } : undefined,
      ),
  },
  {
    id: "group-without-a-name",
    breaks: ["GRP-01"],
    clients: () =>
      takes(CommandId.CID_GROUP_CREATE_REQUEST, (body) =>
        body.group_name === "" ? { ...body, group_name: "unnamed" } : undefined,
      ),
  },
  {
    id: "group-without-members",
    breaks: ["GRP-01"],
    clients: () =>
      takes(CommandId.CID_GROUP_CREATE_REQUEST, (body, { userId }) =>
        body.member_id_list.length === 0 ? { ...body, member_id_list: [userId] } : undefined,
      ),
  },
  {
    id: "group-of-another-name",
    breaks: ["GRP-01"],
    clients: () =>
      takes(CommandId.CID_GROUP_CREATE_REQUEST, (body) => ({ ...body, group_name: `${body.group_name}!` })),
  },
  { id: "group-at-version-0", breaks: ["GRP-02"], clients: () => versions((version) => version - 1) },
  {
    id: "group-without-its-creator-named",
    breaks: ["GRP-02"],
    storage: storageFault("groups", (sound) => ({
      infos: async (userId, asked) => (await sound.infos(userId, asked)).map((group) => ({ ...group, creatorId: 0 })),
    })),
  },
  {
    id: "group-changed-by-its-creator-only",
    breaks: ["GRP-03"],
    storage: changing(async (change, sound) => {
      const [group] = await sound.infos(change.byId, [{ id: change.groupId, version: 0 }]);
      return group?.creatorId === change.byId ? sound.changeMembers(change) : undefined;
    }),
  },
  {
    id: "members-added-again",
    breaks: ["GRP-03"],
    clients: () =>
      sends(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, (body) =>
        body.change_type === GROUP_MODIFY_TYPE_ADD ? { ...body, result_code: 0 } : undefined,
      ),
  },
  {
    id: "normal-group-changed-by-any-member",
    breaks: ["GRP-03"],
    storage: changing(async (change, sound) => {
      const [group] = await sound.infos(change.byId, [{ id: change.groupId, version: 0 }]);
      const isMember = group?.members.includes(change.byId) ?? false;
      const byId = group?.kind === 1 && isMember ? group.creatorId : change.byId;
      return sound.changeMembers({ ...change, byId });
    }),
  },
  {
    id: "change-answered-without-current-members",
    breaks: ["GRP-03"],
    clients: () => sends(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, (body) => ({ ...body, cur_user_id_list: [] })),
  },
  {
    id: "change-answered-with-all-as-changed",
    breaks: ["GRP-03"],
    clients: () =>
      sends(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, (body) => ({
        ...body,
        chg_user_id_list: body.cur_user_id_list,
      })),
  },
  {
    id: "members-may-leave",
    breaks: ["GRP-04"],
    storage: changing(async (change, sound) => {
      if (change.change === "add") return sound.changeMembers(change);
      const [group] = await sound.infos(change.byId, [{ id: change.groupId, version: 0 }]);
      return sound.changeMembers({ ...change, byId: group?.creatorId ?? change.byId });
    }),
  },
  {
    id: "nobody-can-be-removed",
    breaks: ["GRP-04"],
    storage: changing(async (change, sound) => (change.change === "remove" ? undefined : sound.changeMembers(change))),
  },
  {
    id: "removed-member-keeps-session",
    breaks: ["GRP-04"],
    storage: storageFault("sessions", (sound) => {
      const last = new Map<string, Awaited<ReturnType<typeof sound.recent>>[number]>();
      return {
        async recent(userId, since) {
          const now = await sound.recent(userId, since);
          for (const each of now) if (each.kind === 2) last.set(`${userId} ${each.id}`, each);
          const gone = [...last].filter(
            ([key, { id }]) => key === `${userId} ${id}` && !now.some((each) => each.kind === 2 && each.id === id),
          );
          return [...now, ...gone.map(([, session]) => session)];
        },
      };
    }),
  },
  {
    id: "removed-member-keeps-unread",
    breaks: ["GRP-04"],
    storage: storageFault("sessions", (sound) => {
      const last = new Map<string, Awaited<ReturnType<typeof sound.unread>>[number]>();
      return {
        async unread(userId) {
          const now = await sound.unread(userId);
          for (const each of now) if (each.kind === 2) last.set(`${userId} ${each.id}`, each);
          const gone = [...last].filter(
            ([key, { id }]) => key === `${userId} ${id}` && !now.some((each) => each.kind === 2 && each.id === id),
          );
          return [...now, ...gone.map(([, session]) => session)];
        },
      };
    }),
  },
  { id: "0x040b-twice", breaks: ["GRP-05"], clients: () => sendsTwice(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY) },
  {
    id: "change-not-told",
    breaks: ["GRP-05"],
    clients: () => neverSends(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY),
  },
  {
    id: "change-not-told-to-removed",
    breaks: ["GRP-05"],
    clients: () =>
      neverSends(
        CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY,
        ({ change_type, chg_user_id_list }, { userId }) =>
          change_type === GROUP_MODIFY_TYPE_DEL && chg_user_id_list.includes(userId),
      ),
  },
  {
    id: "change-not-told-to-added",
    breaks: ["GRP-05"],
    clients: () =>
      neverSends(
        CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY,
        ({ change_type, chg_user_id_list }, { userId }) =>
          change_type === GROUP_MODIFY_TYPE_ADD && chg_user_id_list.includes(userId),
      ),
  },
  {
    id: "change-not-told-to-own-device",
    breaks: ["GRP-05"],
    clients: () =>
      neverSends(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, ({ user_id }, { userId }) => user_id === userId),
  },
  {
    id: "change-not-told-to-phones",
    breaks: ["GRP-05"],
    clients: () => neverSends(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, (_, { isMobile }) => isMobile),
  },
  {
    id: "change-told-to-the-asker",
    breaks: ["GRP-05"],
    clients: () =>
      sends(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, (body, _, pdu) => {
        const { user_id, change_type, group_id, cur_user_id_list, chg_user_id_list } = body;
        const notify = { user_id, change_type, group_id, cur_user_id_list, chg_user_id_list };
        return [pdu.bytes, encodePdu(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, notify)];
      }),
  },
  {
    id: "change-not-told-across-servers",
    breaks: ["GRP-05"],
    route: () => ignores(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY),
  },
  {
    id: "change-of-the-wrong-kind-told",
    breaks: ["GRP-05"],
    clients: () =>
      sends(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, (body) => ({ ...body, change_type: GROUP_MODIFY_TYPE_ADD })),
  },
  {
    id: "version-not-raised",
    breaks: ["GRP-05"],
    clients: () => versions((version) => Math.min(version, 1)),
  },
  { id: "version-raised-by-2", breaks: ["GRP-05"], clients: () => versions((version) => version * 2 - 1) },
  {
    id: "group-ack-of-one-to-one",
    breaks: ["GRP-06"],
    clients: () =>
      sends(CommandId.CID_MSG_DATA_ACK, (body) => ({ ...body, session_type: SessionType.SESSION_TYPE_SINGLE })),
  },
  {
    id: "group-message-numbered",
    breaks: ["GRP-06"],
    clients: () => ({
      sent(pdu) {
        const body = pdu.commandId === CommandId.CID_MSG_DATA ? pdu.body(CommandId.CID_MSG_DATA) : undefined;
        return body !== undefined && isGroupMessage(body) ? [pdu.withHeader({ seqNum: 9 })] : undefined;
      },
    }),
  },
  {
    id: "group-message-not-to-phones",
    breaks: ["GRP-06"],
    clients: () => neverSends(CommandId.CID_MSG_DATA, (body, { isMobile }) => isMobile && isGroupMessage(body)),
  },
  {
    id: "group-message-not-to-own-device",
    breaks: ["GRP-06"],
    clients: () =>
      neverSends(CommandId.CID_MSG_DATA, (body, { userId }) => isGroupMessage(body) && body.from_user_id === userId),
  },
  {
    id: "group-message-to-the-sender",
    breaks: ["GRP-06"],
    clients: () =>
      takes(CommandId.CID_MSG_DATA, (body, line) => {
        if (isGroupMessage(body)) line.toClient(encodePdu(CommandId.CID_MSG_DATA, { ...body, msg_id: 1 }));
        return undefined;
      }),
  },
  {
    id: "group-message-not-across-servers",
    breaks: ["GRP-06"],
    route: () => ignores(CommandId.CID_MSG_DATA, isGroupMessage),
  },
  {
    id: "group-ids-for-each-sender",
    breaks: ["GRP-06"],
    clients: () => {
      const sent = new Map<string, number>();
      return sends(CommandId.CID_MSG_DATA_ACK, (body) => {
        if (body.session_type !== SessionType.SESSION_TYPE_GROUP) return undefined;
        const key = `${body.user_id} ${body.session_id}`;
        const msg_id = (sent.get(key) ?? 0) + 1;
        sent.set(key, msg_id);
        return { ...body, msg_id };
      });
    },
  },
  { id: "group-message-of-outsider-acked", breaks: ["GRP-07"], clients: () => acking((id) => id < 0x7000_0000) },
  { id: "message-to-unknown-group-acked", breaks: ["GRP-07"], clients: () => acking((id) => id >= 0x7000_0000) },
  {
    id: "group-message-of-outsider-delivered",
    breaks: ["GRP-07"],
    storage: storageFault("messages", (sound, { groups }) => ({
      async append(message) {
        if (message.to.kind === 1) return sound.append(message);
        const [group] = await groups.infos(message.fromId, [{ id: message.to.id, version: 0 }]);
        const isMember = group?.members.includes(message.fromId) ?? false;
        return sound.append(isMember ? message : { ...message, fromId: group?.members[0] ?? message.fromId });
      },
    })),
  },
  {
    id: "group-unread-of-the-sender-raised",
    breaks: ["GRP-08"],
    storage: storageFault("sessions", (sound) => ({
      async unread(userId) {
        const own = (await sound.recent(userId, 0)).filter(({ kind, last }) => kind === 2 && last.fromId === userId);
        return [...(await sound.unread(userId)), ...own.map((session) => ({ ...session, count: 1 }))];
      },
    })),
  },
  {
    id: "group-unread-not-cleared",
    breaks: ["GRP-08"],
    storage: storageFault("sessions", (sound) => ({
      markRead: async (userId, session) => (session.kind === 2 ? undefined : sound.markRead(userId, session)),
    })),
  },
  {
    id: "group-unread-is-1-at-most",
    breaks: ["GRP-08"],
    storage: storageFault("sessions", (sound) => ({
      unread: async (userId) =>
        (await sound.unread(userId)).map((each) =>
          each.kind === 2 ? { ...each, count: Math.min(each.count, 1) } : each,
        ),
    })),
  },
  {
    id: "shield-of-outsider-set",
    breaks: ["GRP-09"],
    storage: storageFault("groups", () => ({ setShield: async () => true })),
  },
  {
    id: "shield-not-set",
    breaks: ["GRP-09", "GRP-10"],
    storage: storageFault("groups", () => ({ setShield: async () => false })),
  },
  {
    id: "shield-shown-to-everybody",
    breaks: ["GRP-10"],
    storage: storageFault("groups", (sound) => {
      const shields = new Map<number, number>();
      return {
        async setShield(userId, groupId, status) {
          const isSet = await sound.setShield(userId, groupId, status);
          if (isSet) shields.set(groupId, status);
          return isSet;
        },
        infos: async (userId, asked) =>
          (await sound.infos(userId, asked)).map((group) => ({ ...group, shield: shields.get(group.id) ?? 0 })),
      };
    }),
  },
  {
    id: "group-session-of-the-sender-only",
    breaks: ["GRP-11"],
    storage: storageFault("sessions", (sound) => ({
      recent: async (userId, since) =>
        (await sound.recent(userId, since)).filter(({ kind, last }) => kind === 1 || last.fromId === userId),
    })),
  },
  {
    id: "group-session-not-of-the-sender",
    breaks: ["GRP-11"],
    storage: storageFault("sessions", (sound) => ({
      recent: async (userId, since) =>
        (await sound.recent(userId, since)).filter(({ kind, last }) => kind === 1 || last.fromId !== userId),
    })),
  },
  {
    id: "group-message-to-everybody",
    breaks: ["GRP-06"],
    clients: () => {
      const members = new Map<number, readonly number[]>();
      return together(
        sends(CommandId.CID_GROUP_INFO_RESPONSE, ({ group_info_list }) => {
          for (const { group_id, group_member_list } of group_info_list) members.set(group_id, group_member_list);
          return undefined;
        }),
        alsoTells(
          CommandId.CID_MSG_DATA,
          ({ userId }, _, body) =>
            isGroupMessage(body) && userId !== 0 && members.get(body.to_session_id)?.includes(userId) === false,
        ),
      );
    },
  },
  {
    id: "change-told-to-everybody",
    breaks: ["GRP-05"],
    clients: () =>
      alsoTells(
        CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY,
        ({ userId }, _, { cur_user_id_list, chg_user_id_list }) =>
          userId !== 0 && ![...cur_user_id_list, ...chg_user_id_list].includes(userId),
      ),
  },
  {
    id: "change-told-of-user-0",
    breaks: ["GRP-05"],
    clients: () => sends(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, (body) => ({ ...body, user_id: 0 })),
  },
  {
    id: "change-answered-with-another-group",
    breaks: ["GRP-03"],
    clients: () =>
      sends(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, (body) => ({ ...body, group_id: (body.group_id ?? 0) + 1 })),
  },
  {
    id: "group-made-for-user-0",
    breaks: ["GRP-01"],
    clients: () => sends(CommandId.CID_GROUP_CREATE_RESPONSE, (body) => ({ ...body, user_id: 0 })),
  },
];

function versions(other: (version: number) => number): WireFault {
  return sends(CommandId.CID_GROUP_INFO_RESPONSE, (body) => ({
    ...body,
    group_info_list: body.group_info_list.map((group) => ({ ...group, version: other(group.version) })),
  }));
}

type GroupStorage = import("../../src/server/storage/storage.js").GroupStorage;
type Change = Parameters<GroupStorage["changeMembers"]>[0];

function changing(change: (change: Change, sound: GroupStorage) => ReturnType<GroupStorage["changeMembers"]>) {
  return storageFault("groups", (sound) => ({ changeMembers: (asked) => change(asked, sound) }));
}

/** Acks group messages that the server ignores: those whose ack has not come when it acks a later message. */
function acking(which: (groupId: number) => boolean): WireFault {
  /** By connection, then seq_num. */
  const due = new WeakMap<FaultyLine, Map<number, Buffer>>();
  return {
    received(pdu, line) {
      const body = pdu.commandId === CommandId.CID_MSG_DATA ? pdu.body(CommandId.CID_MSG_DATA) : undefined;
      if (body === undefined || !isGroupMessage(body) || !which(body.to_session_id)) return undefined;
      const ack = { user_id: line.userId, session_id: body.to_session_id, msg_id: 1 };
      const acks = due.get(line) ?? new Map<number, Buffer>();
      const session_type = SessionType.SESSION_TYPE_GROUP;
      acks.set(pdu.header.seqNum, pdu.with(CommandId.CID_MSG_DATA_ACK, { ...ack, session_type }));
      due.set(line, acks);
      return undefined;
    },
    sent({ commandId, header }, line) {
      if (commandId !== CommandId.CID_MSG_DATA_ACK) return undefined;
      const acks = due.get(line);
      if (acks?.delete(header.seqNum) !== false) return undefined;
      for (const ack of acks.values()) line.toClient(ack);
      acks.clear();
      return undefined;
    },
  };
}
