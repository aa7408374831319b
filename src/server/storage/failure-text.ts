/** In words of an operator what kept a storage from doing what it was asked. */
export function failureText(error: Error & { readonly code?: unknown }): string {
  // Of ioredis, whose message is about the option that ended the waiting.
  if (error.name === "MaxRetriesPerRequestError") return "Redis does not answer";
  if (error.code === "ETIMEDOUT") return `MySQL does not answer (${error.message})`;
  return error.code === "ECONNREFUSED" ? `MySQL does not answer (${error.code})` : error.message;
}

/** Whether it is the storage's doing, by what drivers call their errors; else it is our own. */
export function isStorageFailure(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return "code" in error || error.name === "ReplyError" || error.name === "MaxRetriesPerRequestError";
}
