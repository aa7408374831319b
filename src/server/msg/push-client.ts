import { CommandId } from "../../codec/generated/commands.js";
import type { IMPushToUserReq } from "../../codec/generated/messages.js";
import { ServerLinks, type ServerLinksOptions } from "../server-links.js";

/** A push_server that has so much to read gets no more: a push is a courtesy, and no reason to lose the link. */
const OUTBOX_BYTES_MAX = 4 << 20;

/** What msg_server says to push_servers: the pushes, to the first that is open. */
export class PushClient {
  readonly links: ServerLinks;
  pushesSent = 0;
  /** Not made, or not sent, because too many were under way. */
  pushesDropped = 0;
  /** Those that are being made: of which it is not known yet whom they go to. */
  #pending = 0;

  constructor(
    options: Omit<ServerLinksOptions, "to">,
    private readonly pendingMax: number,
  ) {
    this.links = new ServerLinks({ ...options, to: "push_server", isQuiet: true }, {});
  }

  get pending(): number {
    return this.#pending;
  }

  stop(): void {
    this.links.stop();
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
    const open = this.links.firstOpen;
    if (open === undefined) return;
    if (open.outboxBytes > OUTBOX_BYTES_MAX) {
      this.pushesDropped++;
      return;
    }
    open.send(CommandId.CID_OTHER_PUSH_TO_USER_REQ, request);
    this.pushesSent++;
  }
}
