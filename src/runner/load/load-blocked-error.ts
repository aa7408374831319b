/** The run could not begin: a device cannot connect, log in or pull, or setup failed. Says which, where and why. */
export class LoadBlockedError extends Error {
  override readonly name = "LoadBlockedError";
}
