import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type CrowdOptions, crowdFixture } from "../../server/storage/crowd-fixture.js";
import { FixtureError } from "../../server/storage/fixture-error.js";
import type { FixtureData } from "../../server/storage/seed-data.js";
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
export async function readSeed(host: Host, choice: SeedChoice): Promise<FixtureData> {
  return parseFixture(await fixtureText(host, choice));
}

/** A fixture as text, and what errors call it. */
export interface FixtureText {
  readonly text: string;
  readonly path: string;
}

/** @throws CommandError usage */
export async function fixtureText(
  host: Host,
  { fixture, users }: SeedChoice,
  crowd: CrowdOptions = {},
): Promise<FixtureText> {
  if (fixture === undefined) return { text: crowdFixture(users ?? USERS, crowd), path: "the built-in fixture" };
  if (fixture === "-") return { text: await readTextInput(host), path: "stdin" };
  return { text: await readFixture(host, fixture), path: fixture };
}

/** @throws CommandError usage, with the line that is wrong */
export function parseFixture({ text, path }: FixtureText): FixtureData {
  try {
    return parseSeedFixture(text, path);
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
    const reason = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a folder" : message;
    throw usageError(`cannot read the fixture ${path}: ${reason}`);
  }
}
