import { CommandId } from "../../../codec/generated/commands.js";
import { MsgType, SessionType } from "../../../codec/generated/enums.js";
import type { DeviceSessions } from "../devices/device-sessions.js";
import type { Messenger } from "../devices/messenger.js";
import type { VirtualDevice } from "../devices/virtual-device.js";
import { LoadBlockedError } from "../load-blocked-error.js";
import type { LoadPlan } from "../load-plan.js";
import type { RunLoop } from "../run-loop.js";
import { isOwn, wholeRun } from "../segment.js";
import { introduction } from "./introduction.js";

interface GroupSources {
  readonly plan: LoadPlan;
  readonly sessions: DeviceSessions;
  readonly messenger: Messenger;
  readonly loop: RunLoop;
  readonly signal: AbortSignal;
  /** What a group of the run is called. */
  readonly nameOf: (group: number) => string;
}

/** How long after a shard has made its own groups the others must have made theirs, and how often it looks. */
const FOUND_WITHIN_MS = 60_000;
const LOOK_INTERVAL_MS = 250;
/** A first pull: everything. */
const FROM_THE_BEGINNING = 0;

/**
 * The groups that other shards make. Temporary groups are in no list (PUL-04), but a message makes each a session of all
 * its members (GRP-11): whoever makes a group writes one to it, and a member elsewhere finds the group among its sessions.
 */
export class FarGroups {
  constructor(private readonly sources: GroupSources) {}

  /** Lets the members of other shards find a group of ours. @throws ClientError */
  async introduce(group: number, creator: VirtualDevice, groupId: number): Promise<void> {
    const { groups, segment = wholeRun } = this.sources.plan;
    if ((groups[group] ?? []).every((user) => isOwn(user, segment))) return;
    await creator.request(CommandId.CID_MSG_DATA, {
      from_user_id: creator.userId,
      to_session_id: groupId,
      msg_id: 0,
      create_time: 0,
      msg_type: MsgType.MSG_TYPE_GROUP_TEXT,
      msg_data: introduction,
    });
  }

  /** Finds the groups of other shards that our users are in. @throws LoadBlockedError when that takes too long */
  async find(): Promise<void> {
    const { loop, signal, nameOf } = this.sources;
    const deadlineMs = loop.now() + FOUND_WITHIN_MS;
    const left = this.#wanted();
    for (;;) {
      const [next] = left;
      if (next === undefined || signal.aborted) return;
      const [name, group] = next;
      if (loop.now() >= deadlineMs) {
        throw new LoadBlockedError(`no other segment has made the group "${nameOf(group)}" (GRP-11)`);
      }
      await this.#look(left, group);
      if (!left.has(name)) continue;
      const nextMs = loop.now() + LOOK_INTERVAL_MS;
      await loop.until(() => signal.aborted || loop.now() >= nextMs);
    }
  }

  /** By name. */
  #wanted(): Map<string, number> {
    const { plan, nameOf } = this.sources;
    const { groups, segment = wholeRun } = plan;
    const wanted = new Map<string, number>();
    for (const [group, members] of groups.entries()) {
      const isMade = isOwn(members[0] as number, segment);
      if (!isMade && members.some((user) => isOwn(user, segment))) wanted.set(nameOf(group), group);
    }
    return wanted;
  }

  /** Asks a member of one group, and takes away all that it knows. */
  async #look(left: Map<string, number>, group: number): Promise<void> {
    const { messenger } = this.sources;
    const member = this.#memberOf(group);
    try {
      const { userId: user_id } = member;
      const { contact_session_list } = await member.request(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, {
        user_id,
        latest_update_time: FROM_THE_BEGINNING,
      });
      const group_version_list = contact_session_list
        .filter(({ session_type }) => session_type === SessionType.SESSION_TYPE_GROUP)
        .map(({ session_id }) => ({ group_id: session_id, version: 0 }));
      if (group_version_list.length === 0) return;
      const asked = { user_id, group_version_list };
      const { group_info_list } = await member.request(CommandId.CID_GROUP_INFO_REQUEST, asked);
      for (const { group_id, group_name } of group_info_list) {
        const found = left.get(group_name);
        if (found === undefined) continue;
        messenger.groupMade(found, group_id);
        left.delete(group_name);
      }
    } catch (error) {
      throw new LoadBlockedError(`${this.sources.sessions.nameOf(member.index)}: ${(error as Error).message}`);
    }
  }

  #memberOf(group: number): VirtualDevice {
    const { plan, sessions } = this.sources;
    const { groups, devicesPerUser } = plan;
    for (const user of groups[group] ?? []) {
      const devices = sessions.devices.slice(user * devicesPerUser, (user + 1) * devicesPerUser);
      const online = devices.find((device) => device !== undefined && sessions.isOnline(device.index));
      if (online !== undefined) return online;
    }
    throw new LoadBlockedError(`nobody of the group ${group + 1} is online in this segment`);
  }
}
