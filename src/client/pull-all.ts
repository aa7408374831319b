import { CommandId } from "../codec/generated/commands.js";
import type {
  IMAllUserRsp,
  IMDepartmentRsp,
  IMGroupInfoListRsp,
  IMNormalGroupListRsp,
  IMRecentContactSessionRsp,
  IMUnreadMsgCntRsp,
  IMUsersStatRsp,
} from "../codec/generated/messages.js";
import type { Device } from "./device.js";

/** What a client pulls after its login, in the order of the shipped clients (PUL). */
export type PullName = "departments" | "users" | "groups" | "group_info" | "sessions" | "status" | "unread";

export interface PullOptions {
  /** Last times received, in unix seconds; 0 = everything, as on a first login. */
  readonly since?: { readonly departments: number; readonly users: number; readonly sessions: number };
  /** Whose status to ask for; everybody that the user pull named unless given. */
  readonly statusOf?: readonly number[];
  readonly onPull?: (name: PullName, durationMs: number) => void;
}

export interface Pulled {
  readonly departments: IMDepartmentRsp;
  readonly users: IMAllUserRsp;
  readonly groups: IMNormalGroupListRsp;
  readonly groupInfo: IMGroupInfoListRsp;
  readonly sessions: IMRecentContactSessionRsp;
  readonly status: IMUsersStatRsp;
  readonly unread: IMUnreadMsgCntRsp;
}

/** The seven pulls of a logged-in device, one after the other (PUL-01…08). @throws ClientError */
export async function pullAll(device: Device, options: PullOptions = {}): Promise<Pulled> {
  const { since = { departments: 0, users: 0, sessions: 0 }, onPull } = options;
  const user_id = device.userId;

  async function timed<T>(name: PullName, pull: Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const answer = await pull;
    onPull?.(name, performance.now() - startedMs);
    return answer;
  }

  const departments = await timed(
    "departments",
    device.request(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id, latest_update_time: since.departments }),
  );
  const users = await timed(
    "users",
    device.request(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, { user_id, latest_update_time: since.users }),
  );
  const groups = await timed("groups", device.request(CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id }));
  // Version 0 asks for a group whatever its version (PUL-05): a first login knows none.
  const unknown = groups.group_version_list.map(({ group_id }) => ({ group_id, version: 0 }));
  const groupInfo = await timed(
    "group_info",
    device.request(CommandId.CID_GROUP_INFO_REQUEST, { user_id, group_version_list: unknown }),
  );
  const sessions = await timed(
    "sessions",
    device.request(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, {
      user_id,
      latest_update_time: since.sessions,
    }),
  );
  const user_id_list = [...(options.statusOf ?? users.user_list.map((user) => user.user_id))];
  const status = await timed(
    "status",
    device.request(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, { user_id, user_id_list }),
  );
  const unread = await timed("unread", device.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }));
  return { departments, users, groups, groupInfo, sessions, status, unread };
}
