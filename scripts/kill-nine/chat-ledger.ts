/** A message that a server has acknowledged: from then on it must be in the history of its session (MSG-10). */
export interface Acked {
  readonly fromId: number;
  readonly toId: number;
  readonly isGroup: boolean;
  readonly msgId: number;
  readonly text: string;
}

/** What was acknowledged, and what each device received. Every text is said once, so that a text names a message. */
export class ChatLedger {
  readonly acked: Acked[] = [];
  readonly twice: string[] = [];
  /** Connections that ended although nobody killed their server. */
  readonly disturbed: string[] = [];
  received = 0;
  /**
   * Received before a device's server was killed, and again once it was at another one: what the killed server had sent to
   * route_server was still on its way. Nobody could know, and the message has the same id.
   */
  againElsewhere = 0;
  #receivedBy = new Map<string, Map<string, number>>();
  #receivedBefore = new Map<string, Map<string, number>>();

  /** @param connection which of the device's, counted */
  receive(device: string, connection: number, text: string): void {
    const texts = this.#receivedBy.get(device) ?? new Map<string, number>();
    this.#receivedBy.set(device, texts);
    const before = texts.get(text) ?? this.#receivedBefore.get(device)?.get(text);
    if (before === connection) this.twice.push(`${device} received "${text}" twice`);
    else if (before !== undefined) this.againElsewhere++;
    texts.set(text, connection);
    this.received++;
  }

  /** What was received before the last round cannot be under way any more. */
  nextRound(): void {
    this.#receivedBefore = this.#receivedBy;
    this.#receivedBy = new Map();
  }
}
