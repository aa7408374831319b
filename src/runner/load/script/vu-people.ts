/** A user of the run, as one writes to: plain data, so that setup may hand it on. */
export interface Person {
  readonly kind: "user";
  /** Number of the user in the run. */
  readonly user: number;
  readonly name: string;
}

/** A group that a scenario file has made. */
export interface Group {
  readonly kind: "group";
  /** Number of the group among the run's targets. */
  readonly target: number;
  /** The server's. */
  readonly groupId: number;
  readonly name: string;
}

/** What a message may be sent to. */
export type Recipient = Person | Group;

export function targetOf(recipient: Recipient): number {
  // A file in JavaScript may give a name, or what `anybody` returns while there is nobody.
  const target: unknown = recipient?.kind === "user" ? recipient.user : recipient?.target;
  if (typeof target === "number") return target;
  throw new TypeError(
    `${JSON.stringify(recipient)} is neither a person nor a group: take somebody of vu.people, or a group that was made`,
  );
}
