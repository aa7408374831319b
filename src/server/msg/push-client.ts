import { CommandId } from "../../codec/generated/commands.js";
import type { IMPushToUserReq } from "../../codec/generated/messages.js";
import { type Address, formatAddress } from "../../net/address.js";
import { PersistentLink, type PersistentLinkOptions } from "../../net/persistent-link.js";
import { serverLinkDefaults } from "../server-link.js";
import type { ServerLog } from "../server-log.js";

/** A push_server that has so much to read gets no more: a push is a courtesy, and no reason to lose the link. */
const OUTBOX_BYTES_MAX = 4 << 20;

/** The links to push_servers. One that is not there costs a line when it goes and one when it comes (PSH-03). */
export class PushClient {
  readonly #links: readonly PersistentLink[];
  pushesSent = 0;
  /** Not made, or not sent, because too many were under way. */
  pushesDropped = 0;
  #pending = 0;

  constructor(
    servers: readonly Address[],
    options: Partial<PersistentLinkOptions>,
    log: ServerLog,
    private readonly pendingMax: number,
  ) {
    this.#links = servers.map((address) => {
      const at = formatAddress(address);
      let isKnownToBeAway = false;
      return new PersistentLink(
        address,
        { ...serverLinkDefaults, ...options },
        {
          onOpen: () => {
            isKnownToBeAway = false;
            log.note("msg", "push_server link open", { at });
          },
          onPdu: () => {},
          onClose: (_, reason) => {
            isKnownToBeAway = true;
            log.trouble("msg", "push_server link lost", { at, reason });
          },
          onUnreachable: ({ message }) => {
            if (!isKnownToBeAway) log.trouble("msg", `push_server: ${message}`);
            isKnownToBeAway = true;
          },
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

  /** Of which it is not known yet whom they go to. */
  get pending(): number {
    return this.#pending;
  }

  /** Sends what is made, if anything. The newest goes nowhere when too many are being made: the others have begun to ask. */
  async push(make: () => Promise<IMPushToUserReq | undefined>): Promise<void> {
    if (this.#pending >= this.pendingMax) {
      this.pushesDropped++;
      return;
    }
    this.#pending++;
    try {
      const request = await make();
      if (request !== undefined) this.#send(request);
    } finally {
      this.#pending--;
    }
  }

  #send(request: IMPushToUserReq): void {
    const open = this.#links.find(({ isOpen }) => isOpen)?.link;
    if (open === undefined) return;
    if (open.outboxBytes > OUTBOX_BYTES_MAX) {
      this.pushesDropped++;
      return;
    }
    open.send(CommandId.CID_OTHER_PUSH_TO_USER_REQ, request);
    this.pushesSent++;
  }
}
