/** The store cannot be opened: unreachable, refused, or not what it should be. The message is one line. */
export class StorageOpenError extends Error {
  override readonly name = "StorageOpenError";

  constructor(
    message: string,
    /** Nobody answers there: somebody may be about to start. */
    readonly isAway = false,
  ) {
    super(message);
  }
}
