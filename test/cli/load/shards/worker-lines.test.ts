import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { eachLine, SETUP_MAX_CHARS, type WorkerOrder } from "../../../../src/cli/load/shards/worker-lines.js";

/** The lines that are read of what is written, and the one that ends the reading. */
function read(...written: readonly string[]): Promise<{ lines: readonly WorkerOrder[]; stray: string | undefined }> {
  const stream = new PassThrough();
  const lines: WorkerOrder[] = [];
  const done = new Promise<string | undefined>((resolve) =>
    eachLine<WorkerOrder>(stream, (line) => lines.push(line), resolve),
  );
  for (const text of written) stream.write(text);
  stream.end();
  return done.then((stray) => ({ lines, stray }));
}

describe("lines between a worker and who started it", () => {
  it("are read however they are cut", async () => {
    expect(await read('{"type":"st', 'art","atMs":7}\n{"type":"over"}\n{"type":"bo')).toEqual({
      lines: [{ type: "start", atMs: 7 }, { type: "over" }],
      stray: undefined,
    });
  });

  it.each(["hello", "null", "7", '{"level":"info"}', ""])("end with %j, which is none of them", async (stray) => {
    expect(await read(`{"type":"over"}\n${stray}\n{"type":"books"}\n`)).toEqual({ lines: [{ type: "over" }], stray });
  });

  it("end with one that is longer than any of them", async () => {
    const long = "x".repeat(2 * SETUP_MAX_CHARS);
    expect((await read(long)).stray).toHaveLength(long.length);
  });
});
