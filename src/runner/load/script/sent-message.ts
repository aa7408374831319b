import type { TrackedMessage } from "./message-desk.js";
import type { VuContext } from "./vu-context.js";
import type { Waits } from "./waits.js";

const DELIVERED_TIMEOUT_S = 10;

/** A message that the server has acknowledged. */
export class SentMessage {
  constructor(
    private readonly waits: Waits,
    private readonly context: VuContext,
    private readonly tracked: TrackedMessage,
    readonly msgId: number,
    /** From the call to the ack. */
    readonly ackMs: number,
  ) {}

  /** Everybody of this process who was online when it was sent has it. */
  get isDelivered(): boolean {
    return this.tracked.isDelivered;
  }

  /** Waits until every device of this process that was online when the message was sent has it. @throws Error when one has not in time */
  async delivered(timeoutSeconds = DELIVERED_TIMEOUT_S): Promise<void> {
    const { sleepers, now } = this.context;
    if (this.tracked.isDelivered) return;
    await this.waits.for<void>((done) => {
      const wakeNot = sleepers.sleep(now() + timeoutSeconds * 1000, () => {
        this.tracked.delivered = undefined;
        done({ error: `message ${this.msgId} did not reach every device in ${timeoutSeconds} s` });
      });
      this.tracked.delivered = () => {
        wakeNot();
        done({ value: undefined });
      };
    });
  }
}
