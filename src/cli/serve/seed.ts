import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { crowdFixture } from "../../server/storage/crowd-fixture.js";
import { FixtureError } from "../../server/storage/fixture-error.js";
import type { SeedData } from "../../server/storage/seed-data.js";
import { parseSeedFixture } from "../../server/storage/seed-fixture.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { readTextInput } from "../text-input.js";

export interface SeedChoice {
  /** A path, or `-` for stdin. */
  readonly fixture?: string;
  readonly users?: number;
}

/** The users of fixtures/reference.yaml. */
const USERS = 200;

/** What the servers start with: a fixture, or user1 … userN. @throws CommandError usage, with the line that is wrong */
export async function readSeed(host: Host, { fixture, users }: SeedChoice): Promise<SeedData> {
  if (fixture === undefined) return parseSeedFixture(crowdFixture(users ?? USERS), "the built-in fixture");
  const text = fixture === "-" ? await readTextInput(host) : await readFixture(host, fixture);
  try {
    return parseSeedFixture(text, fixture === "-" ? "stdin" : fixture);
  } catch (error) {
    if (error instanceof FixtureError) throw usageError(error.message);
    throw error;
  }
}

async function readFixture(host: Host, path: string): Promise<string> {
  try {
    return await readFile(resolve(host.cwd, path), "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw usageError(`cannot read the fixture ${path}: ${code === "ENOENT" ? "no such file" : message}`);
  }
}
