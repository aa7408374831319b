import { decodeBody } from "../../src/codec/body-codec.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { ResultType } from "../../src/codec/generated/enums.js";
import { clientLimits, HEADER_SIZE, readCommandId, readSeqNum } from "../../src/codec/pdu-header.js";
import type { Address } from "../../src/net/address.js";
import { listen, type PduListener } from "../../src/net/listen.js";

/** Lets everybody in, echoes heartbeats if told to, and does nothing else: what a case may take for granted, and no more. */
export class WelcomingServer {
  private constructor(private readonly listener: PduListener) {}

  static async start({ echoesHeartbeats }: { readonly echoesHeartbeats: boolean }): Promise<WelcomingServer> {
    const listener = await listen({ host: "127.0.0.1", port: 0 }, { limits: clientLimits }, () => ({
      onPdu(link, bytes, start, end) {
        const seqNum = readSeqNum(bytes, start);
        const commandId = readCommandId(bytes, start);
        if (commandId === CommandId.CID_OTHER_HEARTBEAT && echoesHeartbeats) link.send(commandId, {}, seqNum);
        if (commandId !== CommandId.CID_LOGIN_REQ_USERLOGIN) return;
        const { user_name, online_status } = decodeBody(commandId, bytes, start + HEADER_SIZE, end);
        const answer = {
          server_time: 1_700_000_000,
          result_code: ResultType.REFUSE_REASON_NONE,
          result_string: "welcome",
          online_status,
          user_info: userInfo(user_name),
        };
        link.send(CommandId.CID_LOGIN_RES_USERLOGIN, answer, seqNum);
      },
      onClose() {},
    }));
    return new WelcomingServer(listener);
  }

  get address(): Address {
    return this.listener.address;
  }

  stop(): void {
    this.listener.close();
    for (const link of this.listener.connections) link.destroy();
  }
}

/** `user7` is user 7. */
function userInfo(name: string) {
  const texts = {
    user_nick_name: name,
    user_real_name: name,
    user_tel: "",
    user_domain: "",
    email: "",
    avatar_url: "",
  };
  const user_id = Number(/\d+/.exec(name)?.[0] ?? 0) + 1;
  return { ...texts, user_id, user_gender: 1, department_id: 1, status: 0, sign_info: "" };
}
