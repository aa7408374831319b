import { describe, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { ClientType } from "../../src/codec/generated/enums.js";
import { encodePdu, framePdu } from "../../src/codec/pdu.js";
import { covered } from "../../src/server/pdu-log.js";
import { capturePdus } from "../helpers/capture-pdus.js";

const CAPTURED_PASSWORD = "5ebe2294ecd0e0f08eab7690d2a6ee69";

describe("a PDU in the log", () => {
  it("has no password of the captured logins, at clients' and at db_proxy_server's port", () => {
    const logins = [...capturePdus("cluster-session.pcap", 8000), ...capturePdus("cluster-session.pcap", 10600)].filter(
      ({ bytes }) => [0x0103, 0x0703].includes(bytes.readUInt16BE(10)),
    );
    expect(logins.length).toBeGreaterThan(10);
    expect(logins.filter(({ bytes }) => bytes.includes(CAPTURED_PASSWORD)).length).toBeGreaterThan(10);
    for (const { bytes } of logins) {
      const shown = covered(bytes);
      expect(shown.includes(CAPTURED_PASSWORD)).toBe(false);
      expect(shown).toHaveLength(bytes.length);
    }
  });

  it("has no token either", () => {
    const token = {
      user_id: 1,
      user_type: ClientType.CLIENT_TYPE_IOS,
      token: "ios:s3cret",
      push_count: 1,
      push_type: 1,
    };
    const pdus = [
      encodePdu(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id: 1, device_token: token.token }),
      encodePdu(CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP, { user_token_info: [token] }),
      encodePdu(CommandId.CID_OTHER_PUSH_TO_USER_REQ, { flash: "f", data: "{}", user_token_list: [token] }),
      encodePdu(CommandId.CID_OTHER_PUSH_TO_USER_RSP, {
        push_result_list: [{ user_token: token.token, result_code: 0 }],
      }),
    ];
    for (const pdu of pdus) {
      expect(pdu.includes("s3cret")).toBe(true);
      expect(covered(pdu).includes("s3cret")).toBe(false);
    }
  });

  it("is covered up whole when it should hold a password and cannot be decoded", () => {
    const broken = framePdu(CommandId.CID_LOGIN_REQ_USERLOGIN, Buffer.from("\x0a\x02ab\x12\x7fpassword"));
    expect(covered(broken).subarray(16).toString()).toBe("*".repeat(broken.length - 16));
  });

  it("is what it was otherwise", () => {
    const message = framePdu(CommandId.CID_MSG_DATA, Buffer.from("whatever"));
    expect(covered(message).equals(message)).toBe(true);
    expect(covered(Buffer.from("short")).toString()).toBe("short");
  });
});
