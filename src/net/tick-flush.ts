/** Something that collects output during a tick and writes it out at its end. */
export interface Flushable {
  flush(): void;
}

let dirty: Flushable[] = [];
let scheduled = false;

/**
 * Has `flush` called once, after every socket that is readable in this tick has been read: answers to requests that
 * arrived together leave in one write each connection.
 */
export function flushAtEndOfTick(link: Flushable): void {
  dirty.push(link);
  if (scheduled) return;
  scheduled = true;
  setImmediate(flushAll);
}

function flushAll(): void {
  const links = dirty;
  dirty = [];
  scheduled = false;
  for (const link of links) link.flush();
}
