/**
 * What became of the messages. Once `finish` has been called
 * `sent = acked + unacked + abandoned` and `expectedDeliveries = delivered + lost + corrupted + unjudged`.
 */
export interface DeliveryCounts {
  /** Messages. */
  sent: number;
  acked: number;
  /** Never acknowledged although the sender stayed connected. */
  unacked: number;
  /** Unacknowledged because the sender's connection was lost: the server may or may not have them. */
  abandoned: number;
  /** Deliveries: a message counts once for each device that must get it. */
  expectedDeliveries: number;
  delivered: number;
  /** Acknowledged, never arrived: not by the end of the run, nor within 20 s while its device stayed. */
  lost: number;
  duplicated: number;
  /** Arrived after one of the same sender's device to the same user that was sent after this one's ack. */
  reordered: number;
  /** Arrived changed: content, sender, receiver or msg_id; or its ack has no msg_id, or another one. */
  corrupted: number;
  /** Arrived where it does not belong, or nothing that was sent explains it. */
  misdelivered: number;
  /** Cannot be judged: the recipient soon after, or the sender before its ack, was disconnected meanwhile. */
  unjudged: number;
  /** Messages of another run, or from people who are none of this one's. Not a fault. */
  foreign: number;
  /** Something that one device of a user has been told and another one, online all the time, has not: a message, or that a session was read (MSG-14). */
  diverged: number;
  /** Read acks that another device of the user must be told of; `readsTold` were, and what is missing is in `diverged`. */
  readsExpected: number;
  readsTold: number;
  /** Acknowledged messages that were looked for in history in the end, and those that were not there intact (MSG-10). */
  historyChecked: number;
  notInHistory: number;
  /** Unread counts of sessions that were compared, and those that were not what they must be (MSG-11, MSG-14, GRP-08). */
  unreadChecked: number;
  unreadWrong: number;
}

export function noCounts(): DeliveryCounts {
  return {
    sent: 0,
    acked: 0,
    unacked: 0,
    abandoned: 0,
    expectedDeliveries: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    misdelivered: 0,
    unjudged: 0,
    foreign: 0,
    diverged: 0,
    readsExpected: 0,
    readsTold: 0,
    historyChecked: 0,
    notInHistory: 0,
    unreadChecked: 0,
    unreadWrong: 0,
  };
}
