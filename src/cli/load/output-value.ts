import { InvalidArgumentError } from "commander";
import { didYouMean } from "../../codec/did-you-mean.js";
import type { OutputTarget } from "../../outputs/open-output.js";
import { addressValue } from "../option-values.js";

const kinds: Readonly<Record<OutputTarget["kind"], string>> = {
  json: "FILE",
  csv: "FILE",
  prometheus: "HOST:PORT",
  "prometheus-rw": "URL",
  otlp: "URL",
  statsd: "HOST:PORT",
  dogstatsd: "HOST:PORT",
};

/** Parses `kind=where`, which may be given several times, for commander. */
export function outputValues(text: string, before: readonly OutputTarget[] | undefined): readonly OutputTarget[] {
  return [...(before ?? []), targetOf(text)];
}

function targetOf(text: string): OutputTarget {
  const [, name = "", where = ""] = /^([^=]*)=?(.*)$/s.exec(text) ?? [];
  const kind = (Object.keys(kinds) as OutputTarget["kind"][]).find((known) => known === name);
  if (kind === undefined) {
    const known = Object.entries(kinds).map(([kind, what]) => `${kind}=${what}`);
    throw new InvalidArgumentError(`Expected ${known.join(", ")}${didYouMean(name, Object.keys(kinds))}.`);
  }
  if (where === "") throw new InvalidArgumentError(`Expected ${kind}=${kinds[kind]}.`);
  switch (kind) {
    case "json":
    case "csv":
      return { kind, name: text, file: where };
    case "prometheus-rw":
    case "otlp": {
      const url = urlOf(where);
      return { kind, name: `${kind}=${url.protocol}//${url.host}${url.pathname}`, url };
    }
    default:
      return { kind, name: text, address: addressValue(where) };
  }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new InvalidArgumentError("Expected a URL, as in http://127.0.0.1:9090/api/v1/write.");
}

/** Parses `name=value`, which may be given several times, as k6's --tag. */
export function tagValues(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=\s]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Expected name=value, as in testid=7.");
  return { ...before, [name]: value };
}
