/** The store cannot be opened: unreachable, refused, or not what it should be. The message is one line. */
export class StorageOpenError extends Error {
  override readonly name = "StorageOpenError";
}
