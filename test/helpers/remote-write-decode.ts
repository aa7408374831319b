import { type SeriesValues, seriesKey } from "./prometheus-series.js";

/** Undoes Snappy's block format, from its description and nothing else. */
export function unsnappy(bytes: Buffer): Buffer {
  const length = varintAt(bytes, 0);
  const out = Buffer.alloc(length.value);
  let from = length.end;
  let to = 0;
  while (from < bytes.length) {
    const tag = bytes[from++] as number;
    if ((tag & 3) === 0) {
      let size = tag >> 2;
      if (size >= 60) {
        const width = size - 59;
        size = bytes.readUIntLE(from, width);
        from += width;
      }
      to += bytes.copy(out, to, from, from + size + 1);
      from += size + 1;
      continue;
    }
    const [size, offset, width] =
      (tag & 3) === 1
        ? [((tag >> 2) & 7) + 4, ((tag >> 5) << 8) | (bytes[from] as number), 1]
        : (tag & 3) === 2
          ? [(tag >> 2) + 1, bytes.readUInt16LE(from), 2]
          : [(tag >> 2) + 1, bytes.readUInt32LE(from), 4];
    from += width;
    if (offset === 0 || offset > to) throw new Error(`copy from ${offset} before ${to}`);
    // Byte by byte: a copy may overlap what it writes.
    for (let count = 0; count < size; count++, to++) out[to] = out[to - offset] as number;
  }
  if (to !== length.value) throw new Error(`${to} bytes in place of ${length.value}`);
  return out;
}

export interface WrittenSeries {
  readonly series: SeriesValues;
  readonly timesMs: ReadonlySet<number>;
}

/** Reads prometheus.WriteRequest by its field numbers; labels must be sorted, as remote write asks. */
export function decodeWriteRequest(bytes: Buffer): WrittenSeries {
  const series = new Map<string, number>();
  const timesMs = new Set<number>();
  for (const { number, bytes: one } of fieldsIn(bytes)) {
    if (number !== 1) throw new Error(`field ${number} of WriteRequest`);
    const parts = fieldsIn(one);
    const labels = parts
      .filter((part) => part.number === 1)
      .map((part): [string, string] => {
        const [name, value] = fieldsIn(part.bytes);
        return [name?.bytes.toString() ?? "", value?.bytes.toString() ?? ""];
      });
    const names = labels.map(([name]) => name);
    if (names.join() !== [...names].sort().join()) throw new Error(`labels out of order: ${names.join()}`);
    const samples = parts.filter((part) => part.number === 2);
    if (samples.length !== 1) throw new Error(`${samples.length} samples`);
    // What is 0 may be left out.
    const sample = fieldsIn(samples[0]?.bytes ?? Buffer.alloc(0));
    const value = sample.find((part) => part.number === 1);
    const time = sample.find((part) => part.number === 2);
    const name = labels.find(([label]) => label === "__name__")?.[1] ?? "";
    const key = seriesKey(
      name,
      labels.filter(([label]) => label !== "__name__"),
    );
    if (series.has(key)) throw new Error(`twice: ${key}`);
    series.set(key, value?.bytes.readDoubleLE() ?? 0);
    timesMs.add(Number(time?.varint));
  }
  return { series, timesMs };
}

interface Field {
  readonly number: number;
  readonly varint: number;
  readonly bytes: Buffer;
}

function fieldsIn(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = varintAt(bytes, at);
    const [number, wire] = [tag.value >> 3, tag.value & 7];
    at = tag.end;
    if (wire === 1) {
      fields.push({ number, varint: 0, bytes: bytes.subarray(at, at + 8) });
      at += 8;
      continue;
    }
    const { value, end } = varintAt(bytes, at);
    if (wire !== 0 && wire !== 2) throw new Error(`wire type ${wire}`);
    at = wire === 2 ? end + value : end;
    fields.push({ number, varint: value, bytes: bytes.subarray(end, at) });
  }
  return fields;
}

function varintAt(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; ; at++) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error("a varint is cut off");
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}
