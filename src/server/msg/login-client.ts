import { CommandId } from "../../codec/generated/commands.js";
import type { IMMsgServInfo } from "../../codec/generated/messages.js";
import { ServerLinks, type ServerLinksOptions } from "../server-links.js";

/** user_action of 0x070b (LSV-01). */
const UserAction = { plusOne: 1, minusOne: 2 } as const;

/** What msg_server says to login_servers: it registers there and reports every user that comes and goes (LSV-01). */
export class LoginClient {
  readonly links: ServerLinks;

  /** `describe` is asked anew at each registration: the count of users is of that moment. */
  constructor(options: Omit<ServerLinksOptions, "to">, describe: () => IMMsgServInfo) {
    this.links = new ServerLinks(
      { ...options, to: "login_server" },
      {
        opened: (link) => {
          link.send(CommandId.CID_OTHER_MSG_SERV_INFO, describe());
          return {};
        },
      },
    );
  }

  stop(): void {
    this.links.stop();
  }

  userCame(userId: number): void {
    this.#report(UserAction.plusOne, userId);
  }

  userLeft(userId: number): void {
    this.#report(UserAction.minusOne, userId);
  }

  #report(user_action: number, user_id: number): void {
    for (const { link } of this.links.all) link?.send(CommandId.CID_OTHER_USER_CNT_UPDATE, { user_action, user_id });
  }
}
