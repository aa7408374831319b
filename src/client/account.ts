/** A user that somebody may log in as. */
export interface Account {
  readonly name: string;
  /** As typed by the user, not hashed. */
  readonly password: string;
}
