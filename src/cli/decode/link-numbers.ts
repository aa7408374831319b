/** Each capture counts its connections from 1; in a run of several they must not be taken for one another. */
export class LinkNumbers {
  #highest = 0;

  /** Numbers for the connections of another capture. */
  begin(): (connectionId: number) => number {
    const before = this.#highest;
    return (connectionId) => {
      const link = before + connectionId;
      this.#highest = Math.max(this.#highest, link);
      return link;
    };
  }
}
