import type { HttpAnswer } from "../../../../client/http-exchange.js";
import { expectThat } from "../../expect-that.js";
import {
  CHANGE,
  CREATE,
  defineHttpMsgCase,
  expectError,
  expectNoSuccess,
  type HttpMsgContext,
  made,
  postRequest,
} from "../../http-msg-context.js";
import { getRequest, inWords, successOf } from "../../http-words.js";

const HEADERS_END = "\r\n\r\n";
const HUGE_BYTES = 4 * 2 ** 30;

/** Where a request is cut into pieces. */
const cuts: readonly { readonly id: string; readonly words: string; at(request: Buffer): readonly number[] }[] = [
  { id: "request-line", words: "within the request line", at: () => [9] },
  { id: "headers", words: "within a header", at: (request) => [request.indexOf("Content-Length") + 4] },
  { id: "header-and-body", words: "between headers and body", at: (request) => [bodyAt(request)] },
  { id: "headers-end", words: "within the end of the headers", at: (request) => [bodyAt(request) - 2] },
  { id: "body", words: "within the body", at: (request) => [bodyAt(request) + 10, request.length - 1] },
  {
    id: "byte-by-byte",
    words: "after every byte",
    at: (request) => Array.from({ length: request.length - 1 }, (_, index) => index + 1),
  },
];

const badJson: readonly { readonly id: string; readonly words: string; readonly text: string }[] = [
  { id: "cut", words: "JSON that is cut off", text: '{"app_key": "ttk", "req_user_id": 1' },
  { id: "text", words: "what is no JSON", text: "app_key=ttk&req_user_id=1" },
  { id: "empty", words: "an empty body", text: "" },
  { id: "array", words: "a JSON array", text: "[1, 2, 3]" },
];

export const hmsRequestCases = [
  ...badJson.map(({ id, words, text }) =>
    defineHttpMsgCase({
      id: `hms.bad-json.${id}`,
      requirements: ["HMS-03"],
      level: "should",
      title: `answers ${words} with an error_code that is not 0`,
      sends: `POST ${CREATE} with such a body, then a whole query`,
      why: "a connection that just ends looks like a server that crashed, and is tried again",
      async run(context) {
        expectError(await context.post(CREATE, text));
        await context.expectNothingElseAsked();
      },
    }),
  ),

  ...[
    { path: CREATE, field: "req_user_id", value: "seven" },
    { path: CREATE, field: "group_name", value: {} },
    { path: CREATE, field: "group_type", value: "normal" },
    { path: CREATE, field: "user_id_list", value: "everybody" },
    { path: CHANGE, field: "group_id", value: "seven" },
    { path: CHANGE, field: "user_id_list", value: ["everybody"] },
  ].map(({ path, field, value }) =>
    defineHttpMsgCase({
      id: `hms.wrong-kind.${path === CREATE ? "create" : "change"}.${field.replaceAll("_", "-")}`,
      requirements: ["HMS-03"],
      level: "should",
      title: `answers ${JSON.stringify(value)} as ${field} with an error_code that is not 0, and asks the database for nothing`,
      sends: `POST ${path} with it, then a whole query`,
      why: "what is taken for 0 or nobody does harm to somebody",
      async run(context) {
        const query = path === CREATE ? context.createQuery() : context.changeQuery();
        expectError(await context.post(path, { ...query, [field]: value }));
        await context.expectNothingElseAsked();
      },
    }),
  ),

  ...[
    { id: "query", path: "/query/DeleteGroup", words: "a query that does not exist" },
    { id: "path", path: "/CreateGroup", words: "a path outside /query/" },
    { id: "below", path: `${CREATE}/now`, words: "a path below a query's" },
  ].map(({ id, path, words }) =>
    defineHttpMsgCase({
      id: `hms.unknown.${id}`,
      requirements: ["HMS-01"],
      level: "must",
      title: `makes no group for ${words}`,
      sends: `POST ${path} with the fields of CreateGroup, then a whole query`,
      why: "who mistypes a query must not have another one carried out",
      async run(context) {
        expectNoSuccess(await context.post(path, context.createQuery()), `POST ${path}`);
        await context.expectNothingElseAsked();
      },
    }),
  ),

  defineHttpMsgCase({
    id: "hms.get",
    requirements: ["HMS-01"],
    level: "must",
    title: "makes no group for a GET, which says of none",
    sends: `GET ${CREATE}, then a whole query`,
    why: "crawlers and monitors ask for everything that they find",
    async run(context) {
      expectNoSuccess(await context.exchange(getRequest(CREATE)), `GET ${CREATE}`);
      await context.expectNothingElseAsked();
    },
  }),

  ...cuts.map(({ id, words, at }) =>
    defineHttpMsgCase({
      id: `hms.split.${id}`,
      requirements: ["HMS-01"],
      level: "must",
      title: `carries out a query whose request comes in pieces, cut ${words}`,
      sends: `POST ${CREATE} in several segments`,
      why: "many HTTP clients send headers and body apart, and networks cut where they like",
      async run(context) {
        const query = context.createQuery();
        const request = postRequest(CREATE, query);
        const answered = context.exchange(piecesOf(request, at(request)));
        made(await context.expectCreation(query), 7);
        successOf(await answered);
      },
    }),
  ),

  ...[
    { id: "huge-length", words: "has announced 4 GiB", lengthBytes: HUGE_BYTES },
    { id: "slow-client", words: "is slow with its body", lengthBytes: 500 },
  ].map(({ id, words, lengthBytes }) =>
    defineHttpMsgCase({
      id: `hms.${id}`,
      requirements: ["HMS-01"],
      level: "must",
      title: `carries out queries of others while one who ${words} has not sent all of it`,
      sends: `the beginning of POST ${CREATE} with Content-Length ${lengthBytes}; POST ${CREATE} on another connection`,
      why: "one caller on a bad network must not stop all others",
      async run(context) {
        await whileUnfinished(context, lengthBytes, () => context.create());
        await context.expectNothingElseAsked();
      },
    }),
  ),
];

function bodyAt(request: Buffer): number {
  return request.indexOf(HEADERS_END) + HEADERS_END.length;
}

function piecesOf(request: Buffer, at: readonly number[]): Buffer[] {
  return [0, ...at].map((start, index) => request.subarray(start, at[index]));
}

/** A request whose body does not come is there until the work is done. */
async function whileUnfinished(
  context: HttpMsgContext,
  lengthBytes: number,
  work: () => Promise<unknown>,
): Promise<void> {
  const hangUp = new AbortController();
  const request = `POST ${CREATE} HTTP/1.1\r\nHost: ttk\r\nContent-Length: ${lengthBytes}\r\n\r\n{"app_key": "ttk",`;
  const unfinished = context.exchange(request, hangUp.signal);
  try {
    await work();
  } finally {
    hangUp.abort();
  }
  expectNotDone(await unfinished);
}

function expectNotDone(answered: HttpAnswer): void {
  const { status = 0 } = answered;
  expectThat(status < 200 || status > 299, "no success for half a request", inWords(answered));
}
