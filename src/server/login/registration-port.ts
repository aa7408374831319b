import { CommandId } from "../../codec/generated/commands.js";
import type { CloseReason, LinkHandler, PduLink } from "../../net/pdu-link.js";
import { CommandIntake } from "../command-intake.js";
import type { ServerLog } from "../server-log.js";
import type { MsgServerDirectory } from "./msg-server-directory.js";

/** The port for msg_servers: they register and report their users (LSV-01), and are forgotten when lost (LSV-04). */
export class RegistrationPort implements LinkHandler {
  readonly #intake: CommandIntake;

  constructor(
    private readonly directory: MsgServerDirectory<PduLink>,
    private readonly log: ServerLog,
  ) {
    this.#intake = new CommandIntake("login", log, {
      [CommandId.CID_OTHER_MSG_SERV_INFO]: (link, info) => {
        const { priorIp, port, users, usersMax, hostName } = this.directory.register(link, info);
        this.log.note("login", "msg_server registered", { at: `${priorIp}:${port}`, users, usersMax, hostName });
      },
      [CommandId.CID_OTHER_USER_CNT_UPDATE]: (link, { user_action }) => {
        if (!this.directory.count(link, user_action)) this.#intake.countUndecodable();
      },
    });
  }

  onPdu(link: PduLink, bytes: Buffer, start: number, end: number): void {
    this.#intake.handle(link, this.#intake.note(link, bytes, start, end), bytes, start, end);
  }

  onClose(link: PduLink, reason: CloseReason): void {
    const lost = this.directory.remove(link);
    if (lost === undefined) return;
    this.log.trouble("login", "msg_server lost", { at: `${lost.priorIp}:${lost.port}`, reason });
  }

  counters(): Record<string, number> {
    return this.#intake.counters();
  }
}
