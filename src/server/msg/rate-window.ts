/** How much of one kind a connection has sent in a fixed second of the server's clock, as MSG-08 counts messages. */
export class RateWindow {
  #second = 0;
  #count = 0;

  /** Hot. Counts one more, and says whether it is one too many. @param perSecondMax 0 = any number */
  isOver(second: number, perSecondMax: number): boolean {
    if (perSecondMax === 0) return false;
    if (this.#second !== second) {
      this.#second = second;
      this.#count = 0;
    }
    return ++this.#count > perSecondMax;
  }
}
