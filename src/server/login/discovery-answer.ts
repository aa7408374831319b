import { ResultType } from "../../codec/generated/enums.js";
import type { IMMsgServRsp } from "../../codec/generated/messages.js";
import type { MsgServerChoice } from "./choose-msg-server.js";

/** Addresses of other services that login_server hands out with a msg_server. */
export interface ServiceLinks {
  readonly msfsPrior: string;
  readonly msfsBackup: string;
  readonly discovery: string;
}

/** What `GET /msg_server` answers, in the order in which the original writes its fields (LSV-03, protocol.md). */
export type DiscoveryAnswer =
  | {
      readonly backupIP: string;
      readonly code: 0;
      readonly discovery: string;
      readonly msfsBackup: string;
      readonly msfsPrior: string;
      readonly msg: "";
      /** A decimal number, as text. */
      readonly port: string;
      readonly priorIP: string;
    }
  | { readonly code: 1 | 2; readonly msg: string };

export function discoveryAnswer(choice: MsgServerChoice, links: ServiceLinks): DiscoveryAnswer {
  if (choice.kind === "none-known") return { code: 1, msg: "no msg_server is known" };
  if (choice.kind === "all-full") return { code: 2, msg: "all msg_servers are full" };
  return {
    backupIP: choice.server.backupIp,
    code: 0,
    discovery: links.discovery,
    msfsBackup: links.msfsBackup,
    msfsPrior: links.msfsPrior,
    msg: "",
    port: String(choice.server.port),
    priorIP: choice.server.priorIp,
  };
}

/** The same by PDU: the body of 0x0102 (LSV-02). */
export function discoveryBody(choice: MsgServerChoice): IMMsgServRsp {
  if (choice.kind === "none-known") return { result_code: ResultType.REFUSE_REASON_NO_MSG_SERVER };
  if (choice.kind === "all-full") return { result_code: ResultType.REFUSE_REASON_MSG_SERVER_FULL };
  const { priorIp, backupIp, port } = choice.server;
  return { result_code: ResultType.REFUSE_REASON_NONE, prior_ip: priorIp, backip_ip: backupIp, port };
}
