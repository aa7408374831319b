import { CommandId } from "../../codec/generated/commands.js";
import type { LinkHandler, PduLink } from "../../net/pdu-link.js";
import { type CommandHandlers, CommandIntake } from "../command-intake.js";
import type { Deviations } from "../deviations.js";
import type { ServerLog } from "../server-log.js";
import type { MsgServerChoice } from "./choose-msg-server.js";
import { discoveryBody } from "./discovery-answer.js";

/** The port where clients ask by PDU which msg_server to use (LSV-02). One question a connection. */
export class DiscoveryPort implements LinkHandler {
  readonly #intake: CommandIntake;
  readonly #deadlines = new Map<PduLink, NodeJS.Timeout>();

  /** @param timeoutMs how long a client may stay, however lively it looks: a question takes one round trip */
  constructor(
    choose: () => MsgServerChoice,
    private readonly timeoutMs: number,
    log: ServerLog,
    deviates: Deviations,
  ) {
    const answers: CommandHandlers = {
      [CommandId.CID_LOGIN_REQ_MSGSERVER]: (link, _, seqNum) => {
        link.send(CommandId.CID_LOGIN_RES_MSGSERVER, discoveryBody(choose()), seqNum);
        link.close();
      },
    };
    this.#intake = new CommandIntake("login", log, deviates["LSV-02"] ? {} : answers);
  }

  accept(link: PduLink): LinkHandler {
    this.#deadlines.set(
      link,
      setTimeout(() => link.destroy("idle"), this.timeoutMs),
    );
    return this;
  }

  onPdu(link: PduLink, bytes: Buffer, start: number, end: number): void {
    this.#intake.handle(link, this.#intake.note(link, bytes, start, end), bytes, start, end);
  }

  onClose(link: PduLink): void {
    clearTimeout(this.#deadlines.get(link));
    this.#deadlines.delete(link);
  }

  counters(): Record<string, number> {
    return this.#intake.counters();
  }
}
