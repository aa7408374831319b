import { createReadStream } from "node:fs";
import { capturePdus } from "../src/codec/capture/capture-pdus.js";
import { openInput } from "../src/codec/capture/open-input.js";

const t = performance.now();
const c0 = process.cpuUsage();
const { capture, chunks } = await openInput(createReadStream(process.argv[2] as string, { highWaterMark: 1 << 20 }));
if (!capture) throw 1;
const b = capturePdus(capture, chunks);
let n = 0;
let next = await b.next();
let bytes = 0;
for (; next.done !== true; next = await b.next())
  for (const e of next.value)
    if (e.kind === "pdu") {
      n++;
      bytes += e.end - e.start;
    }
const c = process.cpuUsage(c0);
console.log(
  next.value,
  n,
  bytes,
  "wall",
  performance.now() - t,
  "user",
  c.user / 1e3,
  "rss",
  process.memoryUsage().rss / 1e6,
);
