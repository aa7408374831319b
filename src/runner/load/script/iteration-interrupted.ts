/** Thrown by whatever an iteration waits for when its executor wants it to end. Not a failure; let it pass. */
export class IterationInterrupted extends Error {
  override readonly name = "IterationInterrupted";

  constructor() {
    super("the iteration was interrupted");
  }
}
