import type { WireFault } from "../wire-fault.js";
import { answering, asking, closingFor, droppingSome, readingInTurn, readingOnce } from "./http-faults.js";
import type { RoleMutant } from "./role-mutant.js";

const NOT_THERE = "/g0/00/00000000000000000000000000000000.png";

/** Of every byte of a request. */
function readingBytes(rewrite: (byte: number) => number): WireFault {
  return { read: (bytes) => Buffer.from(bytes.map(rewrite)) };
}

/** Whoever asks for a file is given the one that came last. */
function givingTheLatest(): WireFault {
  let latest = "";
  return {
    written(bytes) {
      latest = /"path": *"([^"]+)"/.exec(bytes.toString("latin1"))?.[1] ?? latest;
      return bytes;
    },
    ...asking((text) => text.replace(/^GET (?!\/g0\/000\/)[^ ]+/, `GET /${latest}`)),
  };
}

/** A file is gone once somebody has had it. */
function givingOnce(): WireFault {
  const given = new Set<string>();
  return asking((text) =>
    text.replace(/^GET ([^ ]+)/, (line, path: string) => {
      if (given.has(path)) return `GET ${NOT_THERE}`;
      given.add(path);
      return line;
    }),
  );
}

export const msfsMutants: readonly RoleMutant[] = [
  {
    id: "no-path",
    breaks: ["MFS-01"],
    ports: { target: () => answering((text) => text.replace('"path"', '"file"')) },
  },
  { id: "no-url", breaks: ["MFS-01"], ports: { target: () => answering((text) => text.replace('"url"', '"uri"')) } },
  {
    id: "error-code-left-out",
    breaks: ["MFS-01"],
    ports: { target: () => answering((text) => text.replace('"error_code"', '"error-code"')) },
  },
  { id: "seven-bits", breaks: ["MFS-01"], ports: { target: () => readingBytes((byte) => byte & 0x7f) } },
  {
    id: "nul-as-blank",
    breaks: ["MFS-01"],
    ports: { target: () => readingBytes((byte) => (byte === 0 ? 0x20 : byte)) },
  },
  {
    id: "lone-line-ends-as-blanks",
    breaks: ["MFS-01"],
    ports: { target: () => asking((text) => text.replaceAll(/(?<!\r)\n/g, " ")) },
  },
  {
    id: "boundaries-by-their-beginning",
    breaks: ["MFS-01"],
    ports: {
      target: () => asking((text) => text.replace(/--ttk-[0-9a-f]{15}--\r\n\r\n/, (found) => "-".repeat(found.length))),
    },
  },
  {
    id: "names-in-ascii-alone",
    breaks: ["MFS-01"],
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is not ASCII
    ports: { target: () => closingFor(/filename="[^"]*[^\x00-\x7f]/) },
  },
  { id: "names-without-blanks", breaks: ["MFS-01"], ports: { target: () => closingFor(/filename="[^"]* /) } },
  {
    id: "endings-in-lower-case-alone",
    breaks: ["MFS-01"],
    ports: { target: () => closingFor(/filename="[^"]*\.[A-Z]/) },
  },
  { id: "one-part-to-a-form", breaks: ["MFS-01"], ports: { target: () => closingFor(/name="field0"/) } },
  { id: "latest-for-everybody", breaks: ["MFS-01"], ports: { target: givingTheLatest } },
  { id: "gone-when-given", breaks: ["MFS-01"], ports: { target: givingOnce } },
  {
    id: "missing-is-empty",
    breaks: ["MFS-01"],
    ports: { target: () => answering((text) => text.replace("HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK       ")) },
  },
  { id: "tenth-connection-dropped", breaks: ["MFS-01"], ports: { target: () => droppingSome(10) } },
  { id: "reads-once", breaks: ["MFS-01"], ports: { target: readingOnce } },
  { id: "reads-in-turn", breaks: ["MFS-01"], ports: { target: readingInTurn } },
];
