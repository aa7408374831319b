import { CommandId } from "../../../codec/generated/commands.js";
import { GroupType } from "../../../codec/generated/enums.js";
import type { VirtualDevice } from "./virtual-device.js";

/**
 * Makes a temporary group (GRP-01) for the run; returns the server's id of it.
 * @throws ClientError, Error when the server refuses
 */
export async function makeGroup(creator: VirtualDevice, name: string, memberIds: number[]): Promise<number> {
  const answer = await creator.request(CommandId.CID_GROUP_CREATE_REQUEST, {
    user_id: creator.userId,
    group_type: GroupType.GROUP_TYPE_TMP,
    group_name: name,
    group_avatar: "",
    member_id_list: memberIds,
  });
  if (answer.result_code !== 0 || !answer.group_id) {
    throw new Error(`the server refused to make a group: result ${answer.result_code}`);
  }
  return answer.group_id;
}
