import { CommandId } from "../generated/commands.js";
import { commands, type Party } from "../registry.js";
import { counterpartOf } from "../schema-entries.js";

const responses = new Map<number, number>(
  commands
    .filter(({ messageName }) => messageName.endsWith("Req"))
    .flatMap((command) => {
      const response = counterpartOf(command);
      return response === undefined ? [] : [[command.id, response.id] as const];
    }),
);

/** How a request is called on its way to the server that answers it, where that differs. */
const forwardedAs = new Map<number, readonly number[]>([
  [CommandId.CID_OTHER_VALIDATE_REQ, [CommandId.CID_LOGIN_REQ_USERLOGIN]],
  [CommandId.CID_OTHER_FILE_TRANSFER_REQ, [CommandId.CID_FILE_REQUEST]],
  [
    CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST,
    [CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, CommandId.CID_FILE_REQUEST],
  ],
]);

/**
 * The command that answers a request on a link, or 0 when none does. 0x0301 is acknowledged to a client by 0x0302 (MSG-01),
 * comes back from db_proxy_server as itself (DBP-02), and is news to route_server; only clients' heartbeats are requests
 * (CON-01).
 */
export function answerCommand(commandId: number, isClientLink: boolean, listener: Party | undefined): number {
  if (commandId === CommandId.CID_MSG_DATA) {
    if (isClientLink) return CommandId.CID_MSG_DATA_ACK;
    return listener === "D" ? CommandId.CID_MSG_DATA : 0;
  }
  if (commandId === CommandId.CID_OTHER_HEARTBEAT) return isClientLink ? commandId : 0;
  return responses.get(commandId) ?? 0;
}

/** The commands of a client for which a server asks another one by this command. */
export function clientCommandsBehind(commandId: number): readonly number[] {
  return forwardedAs.get(commandId) ?? [commandId];
}
