import type { Device } from "../../../client/device.js";
import { CommandId } from "../../../codec/generated/commands.js";

/** What the server calls everybody: user ids by account name (PUL-02). @throws ClientError */
export async function directoryOf(device: Device): Promise<ReadonlyMap<string, number>> {
  const asked = { user_id: device.userId, latest_update_time: 0 };
  const { user_list } = await device.request(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, asked);
  return new Map(user_list.map((user) => [user.user_real_name, user.user_id]));
}
