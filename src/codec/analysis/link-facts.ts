/** What the checks know of a client's connection so far. */
export interface LinkFacts {
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
}

export function newLinkFacts(): LinkFacts {
  return {
    userId: undefined,
    clientType: undefined,
    loginAnswers: 0,
    isKicked: false,
    saidGoodbye: undefined,
    acknowledged: new Set(),
    shieldedGroups: new Set(),
    lastMemberNews: undefined,
  };
}

/** client_type's class: 0x01, 0x02 are PCs, 0x11, 0x12 mobile ones (LGN-09). */
export function isMobile({ clientType }: LinkFacts): boolean | undefined {
  return clientType === undefined ? undefined : (clientType & 0x10) !== 0;
}
