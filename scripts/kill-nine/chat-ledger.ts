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
  received = 0;
  readonly #receivedBy = new Map<string, Set<string>>();

  receive(device: string, text: string): void {
    const texts = this.#receivedBy.get(device) ?? new Set();
    this.#receivedBy.set(device, texts);
    if (texts.has(text)) this.twice.push(`${device} received "${text}" twice`);
    texts.add(text);
    this.received++;
  }
}
