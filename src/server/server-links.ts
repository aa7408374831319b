import { type Address, formatAddress } from "../net/address.js";
import type { PduLink } from "../net/pdu-link.js";
import { PersistentLink, type PersistentLinkHandler, type PersistentLinkOptions } from "../net/persistent-link.js";
import type { RoleName } from "./role-name.js";
import { serverLinkDefaults } from "./server-link.js";
import type { NoteDetail, ServerLog } from "./server-log.js";

export interface ServerLinksOptions {
  /** Whose links these are, for the log. */
  readonly role: RoleName;
  readonly to: "db_proxy_server" | "file_server" | "login_server" | "push_server" | "route_server";
  /** One link to each; several to one that is named several times. */
  readonly servers: readonly Address[];
  /** What differs from the defaults of links between servers. */
  readonly link?: Partial<PersistentLinkOptions> | undefined;
  readonly log: ServerLog;
  /** PSH-03: one that is not there costs a line when it goes and one when it comes, however often it is dialled. */
  readonly isQuiet?: boolean;
}

/** What is particular to links of one kind. */
export interface ServerLinksHandler {
  /** @returns what else the log says of it */
  opened?(link: PduLink): NoteDetail;
  onPdu?: PersistentLinkHandler["onPdu"];
  lost?(link: PduLink): void;
}

/** The links of a server to all servers of one kind: each is dialled again when lost, and the log says how it fares. */
export class ServerLinks {
  readonly all: readonly PersistentLink[];

  constructor(
    private readonly options: ServerLinksOptions,
    handler: ServerLinksHandler,
  ) {
    const { servers } = options;
    // Of several links to one server, one says that nobody answers.
    this.all = servers.map((address, place) => this.#linkTo(address, handler, servers.indexOf(address) === place));
  }

  get isOpen(): boolean {
    return this.all.some(({ isOpen }) => isOpen);
  }

  get openCount(): number {
    return this.all.filter(({ isOpen }) => isOpen).length;
  }

  get firstOpen(): PduLink | undefined {
    return this.all.find(({ isOpen }) => isOpen)?.link;
  }

  start(): void {
    for (const link of this.all) link.start();
  }

  stop(): void {
    for (const link of this.all) link.stop();
  }

  #linkTo(address: Address, handler: ServerLinksHandler, tells: boolean): PersistentLink {
    const { role, to, link: linkOptions, log, isQuiet = false } = this.options;
    const at = formatAddress(address);
    let isKnownToBeAway = false;
    return new PersistentLink(
      address,
      { ...serverLinkDefaults, ...linkOptions },
      {
        onOpen: (link) => {
          isKnownToBeAway = false;
          log.note(role, `${to} link open`, { at, ...handler.opened?.(link) });
        },
        onPdu: handler.onPdu ?? (() => {}),
        onClose: (link, reason) => {
          isKnownToBeAway = true;
          handler.lost?.(link);
          log.trouble(role, `${to} link lost`, { at, reason });
        },
        onUnreachable: ({ message }, retryInMs) => {
          if (!tells || (isQuiet && isKnownToBeAway)) return;
          isKnownToBeAway = true;
          log.trouble(role, `${to}: ${message}`, isQuiet ? {} : { retryInMs });
        },
      },
    );
  }
}
