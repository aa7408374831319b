import { expectEqual, expectThat } from "../../expect-that.js";
import { inWords } from "../../http-words.js";
import { defineMsfsCase, type MsfsContext, type Upload, uploadRequest } from "../../msfs-context.js";

const LARGE_BYTES = 300_000;
const UPLOADS_AT_ONCE = 16;
const HUGE_BYTES = 4 * 2 ** 30;
const SLOW_BYTES = 5000;

const contents: readonly { readonly id: string; readonly words: string; of(upload: Upload): Buffer }[] = [
  { id: "one-byte", words: "of one byte", of: () => Buffer.from([0]) },
  {
    id: "all-bytes",
    words: "with every value that a byte can have",
    of: () => Buffer.from(Array.from({ length: 1024 }, (_, index) => (index * 7 + (index >> 8)) & 0xff)),
  },
  {
    id: "line-ends",
    words: "with line ends of every kind, the last ones included",
    of: () => Buffer.from("\r\n\r\none\ntwo\rthree\r\n\r\nfour\n\r\r\n"),
  },
  {
    id: "boundary-like",
    words: "with lines that begin like the form's boundary",
    of: ({ boundary }) => {
      const almost = boundary.slice(0, -1);
      return Buffer.from(`--${almost}\r\n--${almost}\r\n--${almost}--\r\n\r\n----\r\n--`);
    },
  },
  {
    id: "large",
    words: `of ${LARGE_BYTES} bytes`,
    of: () => Buffer.from(Array.from({ length: LARGE_BYTES }, (_, index) => (index * 31 + (index >> 8)) & 0xff)),
  },
];

/** Where an upload is cut into pieces. */
const cuts: readonly { readonly id: string; readonly words: string; at(request: Buffer): readonly number[] }[] = [
  { id: "headers", words: "within a header", at: (request) => [request.indexOf("boundary=") + 4] },
  { id: "header-and-body", words: "between headers and body", at: (request) => [request.indexOf("\r\n\r\n") + 4] },
  { id: "part-headers", words: "within the headers of the file", at: (request) => [request.indexOf("filename=") + 12] },
  { id: "end", words: "within the boundary at the end", at: (request) => [request.length - 12] },
  {
    id: "byte-by-byte",
    words: "after every byte",
    at: (request) => Array.from({ length: request.length - 1 }, (_, index) => index + 1),
  },
];

export const mfsFileCases = [
  ...contents.map(({ id, words, of }) =>
    defineMsfsCase({
      id: `mfs.content.${id}`,
      requirements: ["MFS-01"],
      level: "must",
      title: `keeps a file ${words}, answers error_code 0 with its path and url, and gives out the same bytes`,
      sends: "POST of a multipart/form-data form with such a file, then GET of its path",
      why: "one wrong byte and the picture does not open",
      async run(context) {
        const upload = context.upload();
        await context.expectKeeps({ ...upload, content: of(upload) });
      },
    }),
  ),

  ...[
    { id: "chinese", words: "in Chinese", name: "照片一.png" },
    { id: "emoji", words: "with emoji", name: "🎉.png" },
    { id: "spaces", words: "with spaces and dots", name: "my photo v1.2 (3).png" },
    { id: "upper-case", words: "in upper case", name: "PHOTO.JPG" },
  ].map(({ id, words, name }) =>
    defineMsfsCase({
      id: `mfs.name.${id}`,
      requirements: ["MFS-01"],
      level: "must",
      title: `keeps a file whose name is ${words}`,
      sends: `POST of a form with a file named ${name}, then GET of its path`,
      why: "people name files as they like",
      async run(context) {
        await context.expectKeeps(context.upload(context.content(), { name }));
      },
    }),
  ),

  ...[
    { id: "before", fields: { fieldsBefore: ["one", "two"] } },
    { id: "after", fields: { fieldsAfter: ["one", "two"] } },
  ].map(({ id, fields }) =>
    defineMsfsCase({
      id: `mfs.fields-${id}`,
      requirements: ["MFS-01"],
      level: "must",
      title: `keeps the file of a form that has other fields ${id} it, and nothing of these`,
      sends: `POST of a form with two fields ${id} the file, then GET of its path`,
      why: "forms of web pages have further fields",
      async run(context) {
        await context.expectKeeps(context.upload(context.content(), fields));
      },
    }),
  ),

  defineMsfsCase({
    id: "mfs.not-overwritten",
    requirements: ["MFS-01"],
    level: "must",
    title: "keeps two files of the same name apart",
    sends: "POST of two files of one name, then GET of both paths",
    why: "every phone calls its pictures the same",
    async run(context) {
      const [first, second] = [context.upload(), context.upload()];
      const paths = [await context.store(first), await context.store(second)] as const;
      expectThat(paths[0] !== paths[1], "a path of its own for each", paths[0]);
      await context.expectStored(paths[0], first);
      await context.expectStored(paths[1], second);
    },
  }),

  defineMsfsCase({
    id: "mfs.asked-twice",
    requirements: ["MFS-01"],
    level: "must",
    title: "gives a file out as often as it is asked for",
    sends: "POST of a file, then GET of its path three times",
    why: "everybody in a group asks for the same picture",
    async run(context) {
      const upload = context.upload();
      const path = await context.store(upload);
      for (let times = 0; times < 3; times++) await context.expectStored(path, upload);
    },
  }),

  defineMsfsCase({
    id: "mfs.many-at-once",
    requirements: ["MFS-01"],
    level: "must",
    title: `keeps and gives out ${UPLOADS_AT_ONCE} files that come at the same time, each as it is`,
    sends: `${UPLOADS_AT_ONCE} times POST on as many connections, then as many times GET`,
    why: "in the morning everybody sends and opens pictures",
    async run(context) {
      const uploads = Array.from({ length: UPLOADS_AT_ONCE }, () => context.upload());
      const paths = await Promise.all(uploads.map((upload) => context.store(upload)));
      expectEqual("different paths", new Set(paths).size, UPLOADS_AT_ONCE);
      await Promise.all(uploads.map((upload, n) => context.expectStored(paths[n] as string, upload)));
    },
  }),

  ...[
    { id: "never-was", words: "a file that never was", other: () => "/g0/000/000/missing.png" },
    {
      id: "similar",
      words: "a path that is almost that of a file",
      other: (path: string) => path.replace(/[0-9a-z](?=\.[^./]*$|[^.]*$)/i, (digit) => (digit === "1" ? "2" : "1")),
    },
  ].map(({ id, words, other }) =>
    defineMsfsCase({
      id: `mfs.missing.${id}`,
      requirements: ["MFS-01"],
      level: "must",
      title: `answers 404 for ${words}`,
      sends: "POST of a file, GET of its path, GET of the other path",
      why: "clients show that a picture is gone by it, and ask again without it",
      async run(context) {
        const path = other(await context.expectKeeps());
        const answered = await context.get(path);
        expectThat(answered.status === 404, `status 404 to GET ${path}`, inWords(answered));
      },
    }),
  ),

  ...cuts.map(({ id, words, at }) =>
    defineMsfsCase({
      id: `mfs.split.${id}`,
      requirements: ["MFS-01"],
      level: "must",
      title: `keeps a file whose upload comes in pieces, cut ${words}`,
      sends: "POST of a form in several segments, then GET of its path",
      why: "no upload of a real file comes in one piece",
      async run(context) {
        const upload = context.upload();
        const request = uploadRequest(upload);
        const cut = at(request);
        const pieces = [0, ...cut].map((start, index) => request.subarray(start, cut[index]));
        await context.expectKeeps(upload, pieces);
      },
    }),
  ),

  ...[
    { id: "huge-length", words: "has announced 4 GiB", lengthBytes: HUGE_BYTES },
    { id: "slow-upload", words: "is slow", lengthBytes: SLOW_BYTES },
  ].map(({ id, words, lengthBytes }) =>
    defineMsfsCase({
      id: `mfs.${id}`,
      requirements: ["MFS-01"],
      level: "must",
      title: `serves others while an upload that ${words} is not over`,
      sends: `the beginning of a POST with Content-Length ${lengthBytes}; another POST and its GET`,
      why: "one phone on a bad network must not stop everybody's pictures",
      async run(context) {
        await whileUnfinished(context, lengthBytes, () => context.expectKeeps());
      },
    }),
  ),
];

/** An upload whose end does not come is there until the work is done. */
async function whileUnfinished(context: MsfsContext, lengthBytes: number, work: () => Promise<unknown>): Promise<void> {
  const hangUp = new AbortController();
  const request = uploadRequest(context.upload()).toString("latin1");
  const begun = request.replace(/Content-Length: \d+/, `Content-Length: ${lengthBytes}`).slice(0, -40);
  const unfinished = context.exchange(begun, hangUp.signal);
  try {
    await work();
  } finally {
    hangUp.abort();
    await unfinished;
  }
}
