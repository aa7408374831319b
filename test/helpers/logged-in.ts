import { PduPeer } from "../../src/client/peer.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { ClientType, UserStatType } from "../../src/codec/generated/enums.js";
import type { Address } from "../../src/net/address.js";

// md5 of "secret", as the shipped clients send it (protocol.md).
const SECRET = "5ebe2294ecd0e0f08eab7690d2a6ee69";

export const PC = ClientType.CLIENT_TYPE_WINDOWS;
export const PHONE = ClientType.CLIENT_TYPE_IOS;

export interface LoggedIn {
  readonly peer: PduPeer;
  readonly userId: number;
}

/** A connection that has logged in as `user_name`, whose password is `secret`. */
export async function logIn(at: Address, user_name: string, client_type: ClientType = PC): Promise<LoggedIn> {
  const peer = await PduPeer.dial(at, { label: user_name });
  const answer = await peer.request(CommandId.CID_LOGIN_REQ_USERLOGIN, {
    user_name,
    password: SECRET,
    online_status: UserStatType.USER_STATUS_ONLINE,
    client_type,
  });
  if (answer.user_info === undefined) throw new Error(`${user_name}: ${answer.result_string}`);
  return { peer, userId: answer.user_info.user_id };
}
