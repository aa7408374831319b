import type { UserInfo } from "../../../codec/generated/messages.js";
import { shareList } from "../../../codec/shared-list.js";
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

/** What a pull of changed users answers. */
export interface UserListing {
  readonly infos: UserInfo[];
  /** The latest `updated` among them; 0 when there are none. */
  readonly newest: number;
}

const listings = new WeakMap<readonly UserRecord[], UserListing>();

/** A storage that returns the very same list again (first pulls, as long as nobody changes) has it put into words once. */
export function userListing(users: readonly UserRecord[]): UserListing {
  const known = listings.get(users);
  if (known !== undefined) {
    shareList(known.infos);
    return known;
  }
  const newest = users.reduce((latest, { updated }) => Math.max(latest, updated), 0);
  const listing = { infos: users.map(userInfo), newest };
  listings.set(users, listing);
  return listing;
}
