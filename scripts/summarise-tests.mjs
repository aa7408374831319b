#!/usr/bin/env node
// Reads vitest's JSON report, prints one line, and fails on a failure or on a skip: where this runs, nothing is missing.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { numPassedTests: passed, numFailedTests: failed } = report;
const skipped = report.testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status !== "passed" && status !== "failed");
for (const { fullName } of skipped) process.stdout.write(`skipped, which was not expected: ${fullName}\n`);
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
process.exitCode = failed > 0 || skipped.length > 0 || passed === 0 ? 1 : 0;
