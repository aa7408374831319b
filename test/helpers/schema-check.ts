import { readFileSync } from "node:fs";
import { Ajv } from "ajv";

/** What is wrong with a value by one of the package's schemas; empty = nothing. */
export function schemaErrors(
  schema: "conformance-report" | "decode-record" | "load-report" | "load-shard" | "mutants-report",
  value: unknown,
): string[] {
  const file = new URL(`../../schemas/${schema}.schema.json`, import.meta.url);
  const check = checks.get(schema) ?? new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(file, "utf8")));
  checks.set(schema, check);
  check(value);
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
}

const checks = new Map<string, ReturnType<Ajv["compile"]>>();
