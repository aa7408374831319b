import { CommandId } from "../../codec/generated/commands.js";
import type { IMMsgServInfo } from "../../codec/generated/messages.js";
import { type Address, formatAddress } from "../../net/address.js";
import { PersistentLink, type PersistentLinkOptions } from "../../net/persistent-link.js";
import { serverLinkDefaults } from "../server-link.js";
import type { ServerLog } from "../server-log.js";

/** user_action of 0x070b (LSV-01). */
const UserAction = { plusOne: 1, minusOne: 2 } as const;

/** The links to login_servers: registers there and reports every user that comes and goes (LSV-01). */
export class LoginClient {
  readonly #links: readonly PersistentLink[];

  /** `describe` is asked anew at each registration: the count of users is of that moment. */
  constructor(
    servers: readonly Address[],
    options: Partial<PersistentLinkOptions>,
    log: ServerLog,
    describe: () => IMMsgServInfo,
  ) {
    this.#links = servers.map((address) => {
      const at = formatAddress(address);
      return new PersistentLink(
        address,
        { ...serverLinkDefaults, ...options },
        {
          onOpen: (link) => {
            link.send(CommandId.CID_OTHER_MSG_SERV_INFO, describe());
            log.note("msg", "login_server link open", { at });
          },
          onPdu: () => {},
          onClose: (_, reason) => log.trouble("msg", "login_server link lost", { at, reason }),
          onUnreachable: (error, retryInMs) => log.trouble("msg", `login_server: ${error.message}`, { retryInMs }),
        },
      );
    });
  }

  get links(): readonly PersistentLink[] {
    return this.#links;
  }

  get isOpen(): boolean {
    return this.#links.some(({ isOpen }) => isOpen);
  }

  get openLinks(): number {
    return this.#links.filter(({ isOpen }) => isOpen).length;
  }

  start(): void {
    for (const link of this.#links) link.start();
  }

  stop(): void {
    for (const link of this.#links) link.stop();
  }

  userCame(userId: number): void {
    this.#report(UserAction.plusOne, userId);
  }

  userLeft(userId: number): void {
    this.#report(UserAction.minusOne, userId);
  }

  #report(user_action: number, user_id: number): void {
    for (const { link } of this.#links) link?.send(CommandId.CID_OTHER_USER_CNT_UPDATE, { user_action, user_id });
  }
}
