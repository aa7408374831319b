/** A message that a server has acknowledged: from then on it must be in the history of its session (MSG-10). */
export interface Acked {
  readonly fromId: number;
  readonly toId: number;
  readonly isGroup: boolean;
  readonly msgId: number;
  readonly text: string;
}

interface Receipt {
  readonly connection: number;
  readonly msgId: number;
}

/** What was acknowledged, and what each device received. Every text is said once, so that a text names a message. */
export class ChatLedger {
  readonly acked: Acked[] = [];
  readonly twice: string[] = [];
  /** Connections that ended although nobody killed their server. */
  readonly disturbed: string[] = [];
  received = 0;
  /**
   * Received before a device's server was killed, and again over its connection to another one: what the killed server had
   * sent to route_server was still on its way. The receipt of it (0x0302) went to the server that is gone, so nobody could
   * know; as both have the same id, the device can tell. With another id it would be twice.
   */
  againElsewhere = 0;
  #receivedBy = new Map<string, Map<string, Receipt>>();
  #receivedBefore = new Map<string, Map<string, Receipt>>();

  /** @param connection which of the device's, counted */
  receive(device: string, connection: number, text: string, msgId: number): void {
    const texts = this.#receivedBy.get(device) ?? new Map<string, Receipt>();
    this.#receivedBy.set(device, texts);
    const before = texts.get(text) ?? this.#receivedBefore.get(device)?.get(text);
    if (before?.connection === connection) this.twice.push(`${device} received "${text}" twice`);
    else if (before !== undefined && before.msgId !== msgId) {
      this.twice.push(`${device} received "${text}" as ${before.msgId} and as ${msgId}`);
    } else if (before !== undefined) this.againElsewhere++;
    texts.set(text, { connection, msgId });
    this.received++;
  }

  /** What was received before the last round cannot be under way any more. */
  nextRound(): void {
    this.#receivedBefore = this.#receivedBy;
    this.#receivedBy = new Map();
  }
}
