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
  #receivedBy = new Map<string, Set<string>>();
  #receivedBefore = new Map<string, Set<string>>();

  receive(device: string, text: string): void {
    const texts = this.#receivedBy.get(device) ?? new Set();
    this.#receivedBy.set(device, texts);
    if (texts.has(text) || this.#receivedBefore.get(device)?.has(text)) {
      this.twice.push(`${device} received "${text}" twice`);
    }
    texts.add(text);
    this.received++;
  }

  /** What was received before the last round cannot be under way any more. */
  nextRound(): void {
    this.#receivedBefore = this.#receivedBy;
    this.#receivedBy = new Map();
  }
}
