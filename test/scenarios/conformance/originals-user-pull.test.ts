import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { judgeMutant } from "../../mutants/judge-mutant.js";
import type { Mutant } from "../../mutants/mutant.js";
import { storageFault } from "../../mutants/storage-fault.js";

const TIMEOUT_MS = 60_000;
const fixture = fileURLToPath(new URL("../../../fixtures/reference.yaml", import.meta.url));

/** The original db_proxy_server looks for changed users only from before the last change of a signature that it made itself. */
const original: Mutant = {
  id: "users-only-before-the-last-signature",
  breaks: ["PUL-02", "PUL-09"],
  storage: storageFault("accounts", (sound) => {
    const nowS = () => Math.floor(Date.now() / 1000);
    let lastS = nowS();
    return {
      async setSignInfo(userId, signInfo) {
        const changedS = nowS();
        const isChanged = await sound.setSignInfo(userId, signInfo);
        if (isChanged) lastS = changedS;
        return isChanged;
      },
      changedSince: async (sinceS) => (sinceS < lastS ? sound.changedSince(sinceS) : []),
    };
  }),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttk-originals-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

it(
  "no case fails the original servers for how they look for changed users (PUL-02, PUL-09)",
  async () => {
    const { killedBy, blocked, errored, ran } = await judgeMutant(original, {
      fixture: await readFile(fixture, "utf8"),
      folder,
      isFull: false,
      seed: 1,
      jobs: 3,
      signal: new AbortController().signal,
    });
    expect({ killedBy, blocked, errored }).toEqual({ killedBy: [], blocked: [], errored: [] });
    expect(ran).toBeGreaterThan(100);
  },
  TIMEOUT_MS,
);
