import protobuf from "protobufjs/light.js";
import { ProtocolError } from "../../codec/protocol-error.js";

const USER_LIST_FIELD = 3;
const USER_ID_FIELD = 1;

/**
 * The user ids in the body of an IMAllUserRsp. The list is walked and not decoded: a crowd that pulls the whole directory
 * once for each device must not spend its one core on strings that nobody looks at.
 * @throws ProtocolError BODY_MALFORMED
 */
export function knownUserIds(body: Buffer): number[] {
  const ids: number[] = [];
  const reader = protobuf.Reader.create(body);
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag >>> 3 !== USER_LIST_FIELD) {
        reader.skipType(tag & 7);
        continue;
      }
      const end = reader.uint32() + reader.pos;
      ids.push(userIdWithin(reader, end));
      // Checks that the entry ends where it says.
      reader.skip(end - reader.pos);
    }
  } catch (error) {
    throw new ProtocolError("BODY_MALFORMED", {
      message: "IM.Buddy.IMAllUserRsp",
      reason: error instanceof Error ? error.message : String(error),
    });
  }
  return ids;
}

function userIdWithin(reader: protobuf.Reader, end: number): number {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === USER_ID_FIELD) return reader.uint32();
    reader.skipType(tag & 7);
  }
  throw new Error("an entry without user_id");
}
