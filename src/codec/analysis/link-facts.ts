/** A request that the other side has not answered yet. */
export interface WaitingRequest {
  readonly seq: number;
  readonly commandId: number;
  readonly seqNum: number;
  readonly timeMs: number | undefined;
  /** The command that answers it. */
  readonly answer: number;
  /** The requirement that says that it must be answered; `undefined` where it may be ignored. */
  readonly dueBy: string | undefined;
}

/** A group, as its details told last. */
interface KnownGroup {
  readonly creator: number;
  readonly isNormal: boolean;
}

/** What the checks know of a client's connection so far. */
export interface LinkFacts {
  /** The capture has every PDU of it from its opening on, as far as can be told. */
  isWhole: boolean;
  /** Address of who listens; message ids are compared within one, for a file may hold captures of several deployments. */
  readonly server: string;
  /** Position of its first PDU; what is lost of it makes it begin anew. */
  readonly firstSeq: number;
  /** Of the first PDU of either side, and of the last one of the side that dialled; milliseconds since 1970. */
  readonly firstMs: number | undefined;
  dialledMs: number | undefined;
  /** By position, oldest first. */
  readonly waiting: Map<number, WaitingRequest>;
  /** When the last messages that were acknowledged had been sent, oldest first. */
  readonly acceptedMs: number[];
  readonly groups: Map<number, KnownGroup>;
  /** The change of members that this connection asked for last, as the others are told. */
  ownMemberNews: string | undefined;
  /** `undefined` before the login, or when it was not captured. */
  userId: number | undefined;
  clientType: number | undefined;
  loginAnswers: number;
  isKicked: boolean;
  /** The server has said that it closes: a login that failed, a logout. */
  saidGoodbye: "refused login" | "logout" | undefined;
  /** `session msg_id` of messages acknowledged to this connection lately. */
  readonly acknowledged: Set<string>;
  /** Groups that the user has shielded, and not opened again. */
  readonly shieldedGroups: Set<number>;
  /** The last change of members told to this connection. */
  lastMemberNews: string | undefined;
  /** The last message delivered to this connection, for each session. */
  readonly delivered: Map<string, number>;
}

/** The facts of a link of which the first PDU known is that of position `firstSeq`. */
export function newLinkFacts(
  isWhole: boolean,
  server: string,
  firstSeq: number,
  firstMs: number | undefined,
): LinkFacts {
  return {
    isWhole,
    server,
    firstSeq,
    firstMs,
    dialledMs: undefined,
    waiting: new Map(),
    acceptedMs: [],
    groups: new Map(),
    ownMemberNews: undefined,
    userId: undefined,
    clientType: undefined,
    loginAnswers: 0,
    isKicked: false,
    saidGoodbye: undefined,
    acknowledged: new Set(),
    shieldedGroups: new Set(),
    lastMemberNews: undefined,
    delivered: new Map(),
  };
}

/** client_type's class: 0x01, 0x02 are PCs, 0x11, 0x12 mobile ones (LGN-09). */
export function isMobile({ clientType }: LinkFacts): boolean | undefined {
  return clientType === undefined ? undefined : (clientType & 0x10) !== 0;
}
