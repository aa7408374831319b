import type { SessionKind } from "../storage.js";
import type { TableMessage } from "./audio-messages.js";
import { PEER } from "./conversation-rows.js";

/** The new messages of one conversation: of a pair, both ways, or of a group. */
export class Talk {
  messages: TableMessage[] = [];
  /** Where each of them stands in the batch. */
  places: number[] = [];
  /** Of the relation or the group: whose message ids these are. Known once all are accepted. */
  sequenceId = 0;
  /** Of the first message, the others follow. Known once taken. */
  firstId = 0;

  /** Of a pair the smaller id comes first; of a group it is twice the group's. */
  constructor(
    readonly kind: SessionKind,
    readonly smallId: number,
    readonly bigId: number,
  ) {}

  keepOnly(isAccepted: (message: TableMessage) => boolean): void {
    if (this.messages.every(isAccepted)) return;
    this.places = this.places.filter((_, index) => isAccepted(this.messages[index] as TableMessage));
    this.messages = this.messages.filter(isAccepted);
  }

  /** @param untaken by place in the batch */
  dropAt(untaken: { has(place: number): boolean }): void {
    this.messages = this.messages.filter((_, index) => !untaken.has(this.places[index] as number));
    this.places = this.places.filter((place) => !untaken.has(place));
  }

  /** Each message as a talk of its own. */
  apart(): Talk[] {
    return this.messages.map((message, index) => {
      const one = new Talk(this.kind, this.smallId, this.bigId);
      one.messages = [message];
      one.places = [this.places[index] as number];
      one.sequenceId = this.sequenceId;
      one.firstId = this.firstId + index;
      return one;
    });
  }
}

/** Hot: a batch has few conversations and many messages, and only this and the insert look at each message. */
export function talksOf(messages: readonly TableMessage[]): Talk[] {
  const talks: Talk[] = [];
  const pairs = new Map<number, Map<number, Talk>>();
  const groups = new Map<number, Map<number, Talk>>();
  for (let place = 0; place < messages.length; place++) {
    const message = messages[place] as TableMessage;
    const { kind, id } = message.to;
    const otherId = kind === PEER ? message.fromId : id;
    const [smallId, bigId] = id < otherId ? [id, otherId] : [otherId, id];
    const known = kind === PEER ? pairs : groups;
    const ofSmall = known.get(smallId) ?? new Map<number, Talk>();
    if (ofSmall.size === 0) known.set(smallId, ofSmall);
    let talk = ofSmall.get(bigId);
    if (talk === undefined) {
      talk = new Talk(kind, smallId, bigId);
      ofSmall.set(bigId, talk);
      talks.push(talk);
    }
    talk.messages.push(message);
    talk.places.push(place);
  }
  return talks;
}
