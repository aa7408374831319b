import type { PduPeer } from "../../client/peer.js";
import { CommandId } from "../../codec/generated/commands.js";
import type { BaseContext } from "./base-context.js";

/** 0x0109 of any kind has come (LGN-15). @throws ExpectationError */
export async function expectTokenAnswered(context: BaseContext, peer: PduPeer): Promise<void> {
  await context.eventually(
    "0x0109",
    async () => [...peer.inbox, ...peer.malformed].filter(isTokenAnswer).length,
    (count) => count > 0,
  );
  overlookTokenAnswers(peer);
}

/** Whether 0x0109 keeps the schema is judged where LGN-17 is: the original servers leave its body empty. */
export function overlookTokenAnswers({ malformed }: PduPeer): void {
  malformed.splice(0, malformed.length, ...malformed.filter((pdu) => !isTokenAnswer(pdu)));
}

function isTokenAnswer({ commandId }: { readonly commandId: number }): boolean {
  return commandId === CommandId.CID_LOGIN_RES_DEVICETOKEN;
}
