import { type Agent, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

export interface PostRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const ANSWER_MAX_BYTES = 64 << 10;

/** Posts, and reads the answer's beginning. @throws Error without an answer; of a deadline, whatever `signal` was aborted with */
export function post(
  url: URL,
  { headers, body }: PostRequest,
  agent: Agent,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? signal.reason : error);
    const length = { "content-length": Buffer.byteLength(body) };
    const sent = request(url, { method: "POST", agent, signal, headers: { ...headers, ...length } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        if (text.length < ANSWER_MAX_BYTES) text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on("error", fail);
    });
    sent.on("error", fail);
    sent.end(body);
  });
}
