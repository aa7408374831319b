import type { MessageTable } from "./message-table.js";
import type { StreamTable } from "./stream-table.js";

/** Whether a delivery kept the order of its stream (MSG-09); each question notes the delivery as the newest of its recipient. */
export class StreamOrder {
  constructor(
    private readonly messages: MessageTable,
    private readonly streams: StreamTable,
  ) {}

  /** Hot: in the order of sending, and of msg_ids where the ack has said which is right. */
  isKept(row: number, recipient: number): boolean {
    const { messages, streams } = this;
    if (messages.isUnordered(row)) return true;
    const stream = messages.stream(row);
    const isNewer = streams.isNewer(stream, recipient, messages.serial(row));
    const msgId = messages.msgId(row);
    return (msgId === 0 || streams.isGreater(stream, recipient, msgId)) && isNewer;
  }

  /** In the order of msg_ids, for a delivery of which `isKept` was asked before the ack. */
  isKeptById(row: number, recipient: number): boolean {
    const { messages } = this;
    return messages.isUnordered(row) || this.streams.isGreater(messages.stream(row), recipient, messages.msgId(row));
  }
}
