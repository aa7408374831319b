import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Ajv } from "ajv";
import type { LoadShard } from "../../../runner/load/shard/load-shard.js";
import type { NamedShard } from "../../../runner/load/shard/shard-set.js";
import { usageError } from "../../command-error.js";

const SIZE_MAX_BYTES = 512 * 1024 * 1024;

/** Shards as --report shard=FILE writes them. @throws CommandError for a file that is none */
export async function readShards(files: readonly string[], cwd: string): Promise<NamedShard[]> {
  const schema = new URL("../../../../schemas/load-shard.schema.json", import.meta.url);
  const check = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(schema, "utf8")) as object);
  const shards: NamedShard[] = [];
  for (const name of files) {
    const content = await readJson(name, cwd);
    if ((content as Partial<LoadShard> | null)?.kind !== "load-shard") {
      throw usageError(`${name}: is no shard of ttk load (--report shard=FILE)`);
    }
    if (!check(content)) {
      const [first] = check.errors ?? [];
      throw usageError(`${name}: is no shard that this version reads: ${first?.instancePath || "/"} ${first?.message}`);
    }
    shards.push({ name, shard: content as LoadShard });
  }
  return shards;
}

async function readJson(file: string, cwd: string): Promise<unknown> {
  const bytes = await readFile(resolve(cwd, file)).catch((error: NodeJS.ErrnoException) => {
    throw usageError(`${file}: cannot be read (${error.code})`);
  });
  if (bytes.length > SIZE_MAX_BYTES) throw usageError(`${file}: larger than ${SIZE_MAX_BYTES} bytes`);
  try {
    const text = bytes.toString("utf8");
    // A pod's log has what went to stderr, too.
    return JSON.parse(text.split("\n").find((line) => line.startsWith('{"kind":"load-shard"')) ?? text);
  } catch (error) {
    throw usageError(`${file}: is not JSON (${(error as Error).message.split("\n")[0]})`);
  }
}
