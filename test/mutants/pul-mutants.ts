import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType, SessionType, UserStatType } from "../../src/codec/generated/enums.js";
import { neverSends, sends, takes, together } from "./fault-words.js";
import type { Mutant } from "./mutant.js";
import { storageFault } from "./storage-fault.js";

const { USER_STATUS_ONLINE, USER_STATUS_OFFLINE } = UserStatType;

/** What clients pull after their login. */
export const pulMutants: readonly Mutant[] = [
  {
    id: "departments-whatever-the-time",
    breaks: ["PUL-01"],
    clients: () => takes(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, (body) => ({ ...body, latest_update_time: 0 })),
  },
  {
    id: "departments-of-exactly-the-time-too",
    breaks: ["PUL-01"],
    storage: storageFault("departments", (sound) => ({ changedSince: (since) => sound.changedSince(since - 1) })),
  },
  {
    id: "departments-without-time",
    breaks: ["PUL-01"],
    clients: () => sends(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, (body) => ({ ...body, latest_update_time: 0 })),
  },
  {
    id: "departments-twice",
    breaks: ["PUL-01"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, (body) => ({
        ...body,
        dept_list: [...body.dept_list, ...body.dept_list],
      })),
  },
  {
    id: "users-whatever-the-time",
    breaks: ["PUL-02"],
    clients: () => takes(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, (body) => ({ ...body, latest_update_time: 0 })),
  },
  {
    id: "users-newer-than-the-time-only",
    breaks: ["PUL-02"],
    storage: storageFault("accounts", (sound) => ({
      changedSince: (since) => sound.changedSince(since === 0 ? 0 : since + 1),
    })),
  },
  {
    id: "users-with-the-server-time",
    breaks: ["PUL-02", "PUL-09"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE, (body) => ({
        ...body,
        latest_update_time: Math.floor(Date.now() / 1000) + 1,
      })),
  },
  {
    id: "users-at-most-100",
    breaks: ["PUL-02"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE, (body) => ({
        ...body,
        user_list: body.user_list.slice(0, 100),
      })),
  },
  {
    id: "users-without-oneself",
    breaks: ["PUL-02"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE, (body, { userId }) => ({
        ...body,
        user_list: body.user_list.filter(({ user_id }) => user_id !== userId),
      })),
  },
  {
    id: "users-who-have-left",
    breaks: ["PUL-02"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE, (body) => ({
        ...body,
        user_list: body.user_list.map((user, at) => (at === 0 ? { ...user, user_id: 99_999, status: 3 } : user)),
      })),
  },
  {
    id: "details-of-unknown-users",
    breaks: ["PUL-03"],
    storage: storageFault("accounts", (sound) => ({
      async byIds(ids) {
        const found = await sound.byIds(ids);
        const [someone] = await sound.byIds([1]);
        const unknown = ids.filter((id) => !found.some((user) => user.id === id));
        return someone === undefined ? found : [...found, ...unknown.map((id) => ({ ...someone, id }))];
      },
    })),
  },
  {
    id: "details-of-nobody-not-answered",
    breaks: ["PUL-03"],
    clients: () =>
      neverSends(CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE, ({ user_info_list }) => user_info_list.length === 0),
  },
  {
    id: "details-of-another-user",
    breaks: ["PUL-03"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE, (body) => ({
        ...body,
        user_info_list: body.user_info_list.map((user) => ({ ...user, user_nick_name: "somebody", sign_info: "else" })),
      })),
  },
  {
    id: "temporary-groups-listed",
    breaks: ["PUL-04"],
    clients: () => {
      const temporary = new Map<number, number>();
      return together(
        sends(CommandId.CID_GROUP_CREATE_RESPONSE, ({ group_id }, { userId }) => {
          if (group_id !== undefined) temporary.set(userId, group_id);
          return undefined;
        }),
        sends(CommandId.CID_GROUP_NORMAL_LIST_RESPONSE, (body, { userId }) => {
          const group_id = temporary.get(userId);
          if (group_id === undefined) return undefined;
          return { ...body, group_version_list: [...body.group_version_list, { group_id, version: 1 }] };
        }),
      );
    },
  },
  {
    // All users had none at all, the suite would find no group to judge by, and block.
    id: "groups-of-most-users-not-listed",
    breaks: ["PUL-04"],
    storage: storageFault("groups", (sound) => ({
      normalOf: async (userId) => (userId % 10 === 1 ? sound.normalOf(userId) : []),
    })),
  },
  {
    id: "groups-with-wrong-version",
    breaks: ["PUL-04"],
    storage: storageFault("groups", (sound) => ({
      normalOf: async (userId) =>
        (await sound.normalOf(userId)).map(({ id, version }) => ({ id, version: version + 1 })),
    })),
  },
  {
    id: "group-details-whatever-the-version",
    breaks: ["PUL-05"],
    storage: storageFault("groups", (sound) => ({
      infos: (userId, asked) =>
        sound.infos(
          userId,
          asked.map(({ id }) => ({ id, version: 0 })),
        ),
    })),
  },
  {
    id: "group-details-for-members-only",
    breaks: ["PUL-05"],
    storage: storageFault("groups", (sound) => ({
      infos: async (userId, asked) =>
        (await sound.infos(userId, asked)).filter(({ members }) => members.includes(userId)),
    })),
  },
  {
    id: "group-details-of-unknown-groups",
    breaks: ["PUL-05"],
    storage: storageFault("groups", (sound) => ({
      async infos(userId, asked) {
        const found = await sound.infos(userId, asked);
        const [some] = found;
        const unknown = asked.filter(({ id }) => !found.some((group) => group.id === id));
        return some === undefined ? found : [...found, ...unknown.map(({ id }) => ({ ...some, id }))];
      },
    })),
  },
  {
    id: "group-details-without-asker",
    breaks: ["PUL-05"],
    storage: storageFault("groups", (sound) => ({
      infos: async (userId, asked) =>
        (await sound.infos(userId, asked)).map((group) => ({
          ...group,
          members: group.members.filter((id) => id !== userId),
        })),
    })),
  },
  {
    id: "sessions-oldest-first",
    breaks: ["PUL-06"],
    storage: storageFault("sessions", (sound) => ({
      recent: async (userId, since) => (await sound.recent(userId, since)).toReversed(),
    })),
  },
  {
    id: "sessions-whatever-the-time",
    breaks: ["PUL-06"],
    storage: storageFault("sessions", (sound) => ({ recent: (userId) => sound.recent(userId, 0) })),
  },
  {
    id: "sessions-of-exactly-the-time-too",
    breaks: ["PUL-06"],
    storage: storageFault("sessions", (sound) => ({ recent: (userId, since) => sound.recent(userId, since - 1) })),
  },
  {
    id: "sessions-without-limit",
    breaks: ["PUL-06"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE, (body) => {
        const [first] = body.contact_session_list;
        if (first === undefined) return undefined;
        const more = Array.from({ length: 100 }, (_, at) => ({ ...first, session_id: 1_000_000 + at }));
        return { ...body, contact_session_list: [...body.contact_session_list, ...more] };
      }),
  },
  {
    id: "sessions-with-the-message-before",
    breaks: ["PUL-06"],
    storage: storageFault("sessions", (sound, { messages }) => ({
      recent: async (userId, since) =>
        Promise.all(
          (await sound.recent(userId, since)).map(async (session) => {
            const [last] = await messages.history(userId, session, Math.max(1, session.last.msgId - 1), 1);
            return last === undefined ? session : { ...session, last };
          }),
        ),
    })),
  },
  {
    id: "session-of-receiver-missing",
    breaks: ["MSG-21", "PUL-06"],
    storage: storageFault("sessions", (sound) => ({
      recent: async (userId, since) =>
        (await sound.recent(userId, since)).filter(({ kind, last }) => kind === 2 || last.fromId === userId),
    })),
  },
  {
    id: "sessions-with-type-0-data",
    breaks: ["PUL-06"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE, (body) => ({
        ...body,
        contact_session_list: body.contact_session_list.map((each) => ({ ...each, latest_msg_type: 2 as const })),
      })),
  },
  {
    id: "statuses-sorted",
    breaks: ["PUL-07"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, (body) => ({
        ...body,
        user_stat_list: body.user_stat_list.toSorted((a, b) => a.user_id - b.user_id),
      })),
  },
  {
    id: "status-of-unknown-left-out",
    breaks: ["PUL-07"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, (body) => ({
        ...body,
        user_stat_list: body.user_stat_list.filter(({ user_id }) => user_id < 0x7000_0000),
      })),
  },
  {
    id: "status-of-nobody-not-answered",
    breaks: ["PUL-07"],
    clients: () =>
      neverSends(CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, ({ user_stat_list }) => user_stat_list.length === 0),
  },
  {
    id: "phone-counts-as-online",
    breaks: ["PUL-07"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, (body, { all }) => ({
        ...body,
        user_stat_list: body.user_stat_list.map(({ user_id, status }) => ({
          user_id,
          status: all.some(({ userId }) => userId === user_id) ? USER_STATUS_ONLINE : status,
        })),
      })),
  },
  {
    id: "status-of-own-server-only",
    breaks: ["PUL-07"],
    route: () => {
      const here = new WeakMap<object, Set<number>>();
      return {
        received(pdu, line) {
          const users = here.get(line) ?? new Set<number>();
          here.set(line, users);
          const update =
            pdu.commandId === CommandId.CID_OTHER_USER_STATUS_UPDATE
              ? pdu.body(CommandId.CID_OTHER_USER_STATUS_UPDATE)
              : undefined;
          if (update !== undefined) users.add(update.user_id);
          return undefined;
        },
        ...sends(CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, (body, line) => ({
          ...body,
          user_stat_list: body.user_stat_list.map(({ user_id, status }) => ({
            user_id,
            status: here.get(line)?.has(user_id) ? status : USER_STATUS_OFFLINE,
          })),
        })),
      };
    },
  },
  {
    id: "unread-total-without-groups",
    breaks: ["PUL-08"],
    clients: () =>
      sends(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, (body) => ({
        ...body,
        total_cnt: body.unreadinfo_list
          .filter(({ session_type }) => session_type === SessionType.SESSION_TYPE_SINGLE)
          .reduce((sum, { unread_cnt }) => sum + unread_cnt, 0),
      })),
  },
  {
    id: "unread-total-counts-sessions",
    breaks: ["PUL-08"],
    clients: () =>
      sends(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, (body) => ({ ...body, total_cnt: body.unreadinfo_list.length })),
  },
  {
    id: "unread-without-groups",
    breaks: ["PUL-08"],
    storage: storageFault("sessions", (sound) => ({
      unread: async (userId) => (await sound.unread(userId)).filter(({ kind }) => kind === 1),
    })),
  },
  {
    id: "unread-with-first-message",
    breaks: ["PUL-08"],
    storage: storageFault("sessions", (sound, { messages }) => ({
      unread: async (userId) =>
        Promise.all(
          (await sound.unread(userId)).map(async (session) => {
            const [first] = await messages.history(userId, session, 1, 1);
            return first === undefined ? session : { ...session, last: first };
          }),
        ),
    })),
  },
  {
    id: "unread-lists-read-sessions",
    breaks: ["PUL-08"],
    clients: () =>
      sends(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, (body) => {
        const [first] = body.unreadinfo_list;
        if (first === undefined) return undefined;
        const read = { ...first, session_id: 1_000_000, unread_cnt: 0 };
        return { ...body, unreadinfo_list: [...body.unreadinfo_list, read] };
      }),
  },
  {
    id: "change-missed-by-next-pull",
    breaks: ["PUL-09"],
    storage: storageFault("accounts", (sound) => ({
      changedSince: async (since) => (since === 0 ? sound.changedSince(0) : []),
    })),
  },
  {
    id: "details-of-another-gender",
    breaks: ["PUL-03"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE, (body) => ({
        ...body,
        user_info_list: body.user_info_list.map((user) => ({ ...user, user_gender: user.user_gender + 1 })),
      })),
  },
  {
    id: "unread-message-as-audio",
    breaks: ["PUL-08"],
    clients: () =>
      sends(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, (body) => ({
        ...body,
        unreadinfo_list: body.unreadinfo_list.map((entry) => ({
          ...entry,
          latest_msg_type: MsgType.MSG_TYPE_SINGLE_AUDIO,
        })),
      })),
  },
  {
    id: "unread-message-from-oneself",
    breaks: ["PUL-08"],
    clients: () =>
      sends(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, (body, { userId }) => ({
        ...body,
        unreadinfo_list: body.unreadinfo_list.map((entry) => ({ ...entry, latest_msg_from_user_id: userId })),
      })),
  },
];
