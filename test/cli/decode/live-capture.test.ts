import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { decodeSources } from "../../../src/cli/decode/decode-sources.js";
import { fakeHost } from "../../helpers/fake-host.js";

const capture = readFileSync(new URL("../../../fixtures/captures/client-session.pcap", import.meta.url));

it("shows what a capture has while it is still being written: tcpdump -w - | ttk decode", async () => {
  const stdin = new PassThrough();
  let seq = 0;
  const batches = decodeSources(fakeHost({ stdin }), ["-"], { nextSeq: () => ++seq }, undefined);
  let pdus = 0;
  const untilPdus = async (count: number): Promise<void> => {
    while (pdus < count) {
      const next = await batches.next();
      const items = next.done === true ? [] : next.value;
      expect(next.done).toBe(false);
      pdus += items.filter((item) => "record" in item && item.record.error === null).length;
    }
  };
  stdin.write(capture.subarray(0, 4000));
  await untilPdus(1);
  stdin.write(capture.subarray(4000));
  await untilPdus(37);
  stdin.end();
  for await (const items of batches) expect(items.every((item) => "remark" in item)).toBe(true);
});
