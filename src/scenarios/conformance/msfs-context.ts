import type { HttpAnswer, HttpRequest } from "../../client/http-exchange.js";
import { BaseContext } from "./base-context.js";
import { definer } from "./define-case.js";
import { expectEqual, expectThat } from "./expect-that.js";
import { getRequest, inWords, requestWith, successOf } from "./http-words.js";

/** A file as a client sends it. */
export interface Upload {
  readonly name: string;
  readonly content: Buffer;
  readonly boundary: string;
  /** Fields of the same form that are no files. */
  readonly fieldsBefore?: readonly string[];
  readonly fieldsAfter?: readonly string[];
}

const ASKABLE = /^[\x21-\x7e]+$/;
/** Of what a failure shows of a file. */
const SHOWN_BYTES = 16;

/** What the bodies of an msfs's cases use: clients that send files, and others that ask for them. */
export class MsfsContext extends BaseContext {
  /** A file that no other case has; its boundary is not in it. */
  upload(content: Buffer = this.content(), fields: Partial<Upload> = {}): Upload {
    return { name: "photo.png", content, boundary: `ttk-${this.uniqueWord()}`, ...fields };
  }

  content(): Buffer {
    return Buffer.from(`the content of ${this.uniqueWord()}`);
  }

  exchange(request: HttpRequest, hangUp?: AbortSignal): Promise<HttpAnswer> {
    return this.environment.exchangeHttp("target", request, hangUp);
  }

  get(path: string): Promise<HttpAnswer> {
    return this.exchange(getRequest(path));
  }

  /** Sends a file, and resolves with the path that it is kept at, which begins with `/`. @throws ExpectationError */
  async store(upload: Upload, request: HttpRequest = uploadRequest(upload)): Promise<string> {
    return pathOf(await this.exchange(request));
  }

  /** What is at a path is that file, byte for byte. @throws ExpectationError */
  async expectStored(path: string, { content }: Upload): Promise<void> {
    const answered = await this.get(path);
    expectThat(answered.status === 200, `status 200 to GET ${path}`, inWords(answered));
    const { body } = answered;
    expectEqual("bytes of the file:", body.length, content.length);
    if (body.equals(content)) return;
    const at = content.findIndex((byte, index) => byte !== body[index]);
    const shown = (bytes: Buffer) => bytes.toString("hex", at, at + SHOWN_BYTES);
    expectEqual(`bytes of the file from ${at} on:`, shown(body), shown(content));
  }

  /** Sends a file and asks for it. Resolves with its path. @throws ExpectationError */
  async expectKeeps(upload: Upload = this.upload(), request?: HttpRequest): Promise<string> {
    const path = await this.store(upload, request);
    await this.expectStored(path, upload);
    return path;
  }
}

export const defineMsfsCase = definer("msfs", MsfsContext);

/** MFS-01: multipart/form-data, as browsers and the shipped clients write it. */
export function uploadRequest(upload: Upload): Buffer {
  return requestWith("POST /", `multipart/form-data; boundary=${upload.boundary}`, formOf(upload));
}

function formOf({ name, content, boundary, fieldsBefore = [], fieldsAfter = [] }: Upload): Buffer {
  const delimiter = `--${boundary}\r\n`;
  const field = (value: string, index: number) =>
    `${delimiter}Content-Disposition: form-data; name="field${index}"\r\n\r\n${value}\r\n`;
  const fileHead = `Content-Disposition: form-data; name="filename"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return Buffer.concat([
    Buffer.from(`${fieldsBefore.map(field).join("")}${delimiter}${fileHead}`),
    content,
    Buffer.from(`\r\n${fieldsAfter.map(field).join("")}--${boundary}--\r\n`),
  ]);
}

/** @throws ExpectationError unless the file was kept: error_code 0, and a path and url of it */
function pathOf(answered: HttpAnswer): string {
  const { path, url } = successOf(answered);
  expectThat(typeof path === "string" && ASKABLE.test(path), "a path that can be asked for", path);
  expectThat(typeof url === "string" && url !== "", "a url", url);
  return path.startsWith("/") ? path : `/${path}`;
}
