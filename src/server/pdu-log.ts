import { decodeBody } from "../codec/body-codec.js";
import { CommandId } from "../codec/generated/commands.js";
import { HEADER_SIZE, readCommandId } from "../codec/pdu-header.js";
import { ProtocolError } from "../codec/protocol-error.js";
import { formatAddress } from "../net/address.js";
import type { LinkOptions } from "../net/pdu-link.js";
import type { RoleName } from "./role-name.js";
import type { ServerLog } from "./server-log.js";

/** `*` in ASCII. */
const COVER = 0x2a;

/** Where secrets are: the fields of each command that holds any. */
const secretsIn: ReadonlyMap<number, (body: never) => readonly string[]> = new Map<
  number,
  (body: never) => readonly string[]
>([
  [CommandId.CID_LOGIN_REQ_USERLOGIN, ({ password }: { password: string }) => [password]],
  [CommandId.CID_OTHER_VALIDATE_REQ, ({ password }: { password: string }) => [password]],
  [CommandId.CID_LOGIN_REQ_DEVICETOKEN, ({ device_token }: { device_token: string }) => [device_token]],
  [
    CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP,
    (body: { user_token_info: { token: string }[] }) => tokens(body.user_token_info),
  ],
  [
    CommandId.CID_OTHER_PUSH_TO_USER_REQ,
    (body: { user_token_list: { token: string }[] }) => tokens(body.user_token_list),
  ],
  [
    CommandId.CID_OTHER_PUSH_TO_USER_RSP,
    (body: { push_result_list: { user_token: string }[] }) => body.push_result_list.map(({ user_token }) => user_token),
  ],
]);

function tokens(infos: readonly { readonly token: string }[]): string[] {
  return infos.map(({ token }) => token);
}

/** What a link is given so that its PDUs are logged; nothing when nobody wants to see them. */
export function pduTrace(role: RoleName, { pdu: log }: ServerLog): Pick<LinkOptions, "trace"> {
  if (log === undefined) return {};
  return {
    trace: (link, direction, bytes, start, end) =>
      log({ role, peer: formatAddress(link.remote), direction, bytes: covered(bytes.subarray(start, end)) }),
  };
}

/** A copy with `*` over every secret; over the whole body when it is one of those commands and cannot be decoded. */
export function covered(pdu: Buffer): Buffer {
  const copy = Buffer.from(pdu);
  if (pdu.length < HEADER_SIZE) return copy;
  const commandId = readCommandId(pdu);
  const secrets = secretsIn.get(commandId);
  if (secrets === undefined) return copy;
  try {
    for (const secret of secrets(decodeBody(commandId as CommandId, pdu, HEADER_SIZE) as never)) cover(copy, secret);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    copy.fill(COVER, HEADER_SIZE);
  }
  return copy;
}

function cover(pdu: Buffer, secret: string): void {
  const bytes = Buffer.from(secret, "utf8");
  if (bytes.length === 0) return;
  for (let at = pdu.indexOf(bytes, HEADER_SIZE); at >= 0; at = pdu.indexOf(bytes, at + bytes.length)) {
    pdu.fill(COVER, at, at + bytes.length);
  }
}
