import { describe, expect, it } from "vitest";
import { type CommandBody, CommandId } from "../../../src/codec/generated/commands.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { LinkKinds } from "../../../src/codec/record/pdu-direction.js";

const PORT = 41_234;
const attach_data = Buffer.from("080912040000", "hex");

describe("a link on a port that says nothing", () => {
  it("is one between servers once a request carries attach_data", () => {
    const of = linkOf();
    expect(of(true, CommandId.CID_OTHER_HEARTBEAT, {})).toBe("c2s");
    expect(of(true, CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 1, attach_data })).toBe("s2s");
    const counts = { user_id: 1, total_cnt: 0, unreadinfo_list: [], attach_data };
    expect(of(false, CommandId.CID_MSG_UNREAD_CNT_RESPONSE, counts)).toBe("s2s");
  });

  it("is a client's although attach_data comes back to it, or it sends some after its login", () => {
    const of = linkOf();
    const counts = { user_id: 1, total_cnt: 0, unreadinfo_list: [], attach_data };
    expect(of(false, CommandId.CID_MSG_UNREAD_CNT_RESPONSE, counts)).toBe("s2c");
    const login = { user_name: "user1", password: "", online_status: 1, client_type: 1 } as const;
    expect(of(true, CommandId.CID_LOGIN_REQ_USERLOGIN, login)).toBe("c2s");
    expect(of(true, CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 1, attach_data })).toBe("c2s");
  });
});

function linkOf() {
  const kinds = new LinkKinds();
  return <C extends CommandId>(towardsServer: boolean, command: C, body: CommandBody[C]) => {
    const pdu = encodePdu(command, body);
    return kinds.directionOf(1, PORT, towardsServer, pdu, 0, pdu.length);
  };
}
