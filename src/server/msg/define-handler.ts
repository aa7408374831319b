import type { CommandBody, CommandId } from "../../codec/generated/commands.js";
import type { ClientSession, SessionState } from "./client-session.js";
import type { MsgContext } from "./msg-context.js";

/**
 * What msg_server does with one command of a client. The dispatcher has decoded the body, checked the state and logged; a
 * promise that rejects with DatabaseUnavailableError means no answer. Bodies may hold views of the read buffer: a handler
 * that keeps bytes beyond its first await copies them.
 */
export interface ClientHandler<C extends CommandId = CommandId> {
  readonly command: C;
  /** CON-06: states in which the command has any effect. */
  readonly allowedIn: readonly SessionState[];
  handle(context: MsgContext, session: ClientSession, body: CommandBody[C], seqNum: number): void | Promise<void>;
}

export const always: readonly SessionState[] = ["connected", "loggingIn", "loggedIn"];
export const onceLoggedIn: readonly SessionState[] = ["loggedIn"];

/** Erases the command from the type, so that handlers of all commands fit one table. */
export function defineHandler<C extends CommandId>(handler: ClientHandler<C>): ClientHandler {
  return handler as unknown as ClientHandler;
}
