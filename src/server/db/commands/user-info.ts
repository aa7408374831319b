import type { UserInfo } from "../../../codec/generated/messages.js";
import type { UserRecord } from "../../storage/storage.js";

/** A user as the wire has it; the login name is user_real_name. */
export function userInfo(user: UserRecord): UserInfo {
  return {
    user_id: user.id,
    user_gender: user.sex,
    user_nick_name: user.nick,
    avatar_url: user.avatar,
    department_id: user.departmentId,
    email: user.email,
    user_real_name: user.name,
    user_tel: user.phone,
    user_domain: user.domain,
    status: user.status,
    sign_info: user.signInfo,
  };
}
