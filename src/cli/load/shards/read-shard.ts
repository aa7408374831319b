import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import type { LoadShard } from "../../../runner/load/shard/load-shard.js";
import type { NamedShard } from "../../../runner/load/shard/shard-set.js";
import { usageError } from "../../command-error.js";
import type { Host } from "../../host.js";
import { readReportInput } from "../../report/report-input.js";

/** Shards as --report shard=FILE writes them. @throws CommandError for a file that is none */
export async function readShards(files: readonly string[], host: Host): Promise<NamedShard[]> {
  const schema = new URL("../../../../schemas/load-shard.schema.json", import.meta.url);
  const check = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(schema, "utf8")) as object);
  const shards: NamedShard[] = [];
  for (const file of files) {
    const { name, content } = await readReportInput(file, host, shardIn);
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

/** A pod's log has what went to stderr, too. */
function shardIn(text: string): string {
  return text.split("\n").find((line) => line.startsWith('{"kind":"load-shard"')) ?? text;
}
