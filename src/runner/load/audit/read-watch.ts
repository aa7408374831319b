/** Another device of the user that must be told of a read ack (MSG-14). */
export interface AwaitedRead {
  readonly device: number;
  readonly fromDevice: number;
  readonly target: number;
  readonly msgId: number;
  readonly sentMs: number;
  /** Of the read ack. */
  readonly seqNum: number;
}

/** Whether what is read on one device is read on the others. One entry for each notice on its way. */
export class ReadWatch {
  readonly #awaited = new Map<number, AwaitedRead[]>();

  sent(read: AwaitedRead): void {
    const before = this.#awaited.get(read.device);
    if (before === undefined) this.#awaited.set(read.device, [read]);
    else before.push(read);
  }

  /** False when the notice was not awaited. */
  told(device: number, target: number, msgId: number): boolean {
    const reads = this.#awaited.get(device);
    const at = reads?.findIndex((read) => read.target === target && read.msgId === msgId) ?? -1;
    if (reads === undefined || at < 0) return false;
    reads.splice(at, 1);
    if (reads.length === 0) this.#awaited.delete(device);
    return true;
  }

  /** The device has gone. @returns the notices to it, or of what it has read, that have not come; they are awaited no more */
  offline(device: number): readonly AwaitedRead[] {
    const dropped = this.#awaited.get(device) ?? [];
    this.#awaited.delete(device);
    for (const [other, reads] of this.#awaited) {
      const left = reads.filter(({ fromDevice }) => fromDevice !== device);
      dropped.push(...reads.filter(({ fromDevice }) => fromDevice === device));
      if (left.length === 0) this.#awaited.delete(other);
      else this.#awaited.set(other, left);
    }
    return dropped;
  }

  get isQuiet(): boolean {
    return this.#awaited.size === 0;
  }

  /** Those that never came; they are awaited no more. */
  takeLeft(): readonly AwaitedRead[] {
    const left = [...this.#awaited.values()].flat();
    this.#awaited.clear();
    return left;
  }
}
