import { ExpectationError } from "../../client/expectation-error.js";
import type { HttpAnswer } from "../../client/http-exchange.js";
import { expectThat } from "./expect-that.js";

/** What a server answers in JSON, whatever it made of it. */
export type AnsweredJson = Readonly<Record<string, unknown>>;

/** A request with a body, as simple clients write it: nothing that a server might stumble over. */
export function requestWith(start: string, contentType: string, body: Buffer | string): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const head = `${start} HTTP/1.1\r\nHost: ttk\r\nConnection: close\r\nContent-Type: ${contentType}\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

export function getRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: ttk\r\nConnection: close\r\n\r\n`;
}

/** @throws ExpectationError when it is none, or has no JSON object as its body */
export function jsonOf(answer: HttpAnswer): AnsweredJson {
  expectThat(answer.status !== undefined, "an HTTP answer", inWords(answer));
  const text = answer.body.toString("utf8");
  const json = parsed(text);
  expectThat(typeof json === "object" && json !== null, "a JSON object in the answer", text === "" ? "nothing" : text);
  return json as AnsweredJson;
}

/** @throws ExpectationError unless the request was carried out: 2xx, and error_code 0 with its text */
export function successOf(answer: HttpAnswer): AnsweredJson {
  const json = jsonOf(answer);
  const { error_code, error_msg } = json;
  if (error_code !== 0) throw new ExpectationError("error_code 0", JSON.stringify(json));
  expectThat(typeof error_msg === "string", "a text as error_msg", error_msg);
  const { status = 0 } = answer;
  expectThat(status >= 200 && status <= 299, "a status of success", status);
  return json;
}

/** What came, for a failure that names it. */
export function inWords({ status, body, end }: HttpAnswer): string {
  if (status !== undefined) return `status ${status}`;
  return body.length > 0 ? `${body.length} bytes that are no HTTP` : `no answer (${end})`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
