import type { FaultyLine, WireFault } from "../wire-fault.js";
import { none } from "./port-faults.js";

/** Requests by HTTP that read otherwise to the server. */
export function asking(rewrite: (text: string) => string): WireFault {
  return { read: (bytes) => Buffer.from(rewrite(bytes.toString("latin1")), "latin1") };
}

/** Answers by HTTP that the server writes otherwise; their length stands in a header, so it has to stay. */
export function answering(rewrite: (text: string) => string): WireFault {
  return { written: (bytes) => Buffer.from(rewrite(bytes.toString("latin1")), "latin1") };
}

/** Requests that the server closes for. */
export function closingFor(pattern: RegExp): WireFault {
  return {
    read(bytes, line) {
      if (!pattern.test(bytes.toString("utf8"))) return bytes;
      line.close();
      return none;
    },
  };
}

/** As a server with a short queue of connections does, to one in so many of those who come. */
export function droppingSome(oneIn: number): WireFault {
  let connections = 0;
  return {
    opened(line) {
      connections++;
      if (connections % oneIn === 0) line.close();
    },
  };
}

/** What comes after the first read of a connection is lost. */
export function readingOnce(): WireFault {
  const hasRead = new WeakSet<FaultyLine>();
  return {
    read(bytes, line) {
      if (hasRead.has(line)) return none;
      hasRead.add(line);
      return bytes;
    },
  };
}

/** While the body of one request has not come, no other is read. */
export function readingInTurn(): WireFault {
  let unfinished: FaultyLine | undefined;
  const over = (line: FaultyLine) => {
    if (unfinished === line) unfinished = undefined;
    return false;
  };
  return {
    read(bytes, line) {
      if (unfinished !== undefined && unfinished !== line) return none;
      if (unfinished === undefined && !isWhole(bytes.toString("latin1"))) unfinished = line;
      return bytes;
    },
    staysOpen: over,
    missesClose: over,
  };
}

/** Nothing is read any more once a client has hung up before its answer. */
export function stuckByHangUps(): WireFault {
  const asked = new WeakSet<FaultyLine>();
  let isStuck = false;
  return {
    read(bytes, line) {
      if (isStuck) return none;
      asked.add(line);
      return bytes;
    },
    staysOpen(line) {
      asked.delete(line);
      return false;
    },
    missesClose(line) {
      if (asked.has(line)) isStuck = true;
      return false;
    },
  };
}

function isWhole(request: string): boolean {
  const [head = "", ...rest] = request.split("\r\n\r\n");
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return rest.join("\r\n\r\n").length >= length;
}
