import { describe, expect, it } from "vitest";
import { outputValues, tagValues } from "../../../src/cli/load/output-value.js";

describe("--out", () => {
  it("takes several, of any kind", () => {
    const targets = ["json=a=b.gz", "statsd=:8125", "prometheus-rw=https://me:secret@mimir/api/v1/push?x=1"].reduce(
      (before, text) => outputValues(text, before),
      outputValues("otlp=http://127.0.0.1:4318", undefined),
    );
    expect(targets).toEqual([
      { kind: "otlp", name: "otlp=http://127.0.0.1:4318/", url: new URL("http://127.0.0.1:4318") },
      { kind: "json", name: "json=a=b.gz", file: "a=b.gz" },
      { kind: "statsd", name: "statsd=:8125", address: { host: "127.0.0.1", port: 8125 } },
      expect.objectContaining({ kind: "prometheus-rw", name: "prometheus-rw=https://mimir/api/v1/push" }),
    ]);
  });

  it.each([
    ["jsn=a", 'did you mean "json"'],
    ["json", "Expected json=FILE"],
    ["json=", "Expected json=FILE"],
    ["otlp=ftp://x", "Expected a URL"],
    ["otlp=127.0.0.1:4318", "Expected a URL"],
    ["statsd=8125", "Expected host:port"],
    ["prometheus=127.0.0.1:99999", "Expected host:port"],
  ])("refuses %s", (text, reason) => {
    expect(() => outputValues(text, undefined)).toThrow(reason);
  });
});

describe("--tag", () => {
  it("takes names and values, the last of each name", () => {
    expect(tagValues("a=2", tagValues("b=x=y", tagValues("a=1", undefined)))).toEqual({ a: "2", b: "x=y" });
    expect(() => tagValues("a", undefined)).toThrow("Expected name=value");
  });
});
