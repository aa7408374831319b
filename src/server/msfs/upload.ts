import type { IncomingMessage } from "node:http";
import busboy from "busboy";
import type { FileFolder } from "./file-folder.js";
import { FolderFullError } from "./folder-room.js";

export type UploadResult =
  | { readonly kind: "kept"; readonly path: string; readonly sizeBytes: number }
  | { readonly kind: "refused"; readonly status: 400 | 413 | 507; readonly reason: string };

/** A form beside its file: a few short fields. */
const FIELDS_MAX = 16;
const FIELD_SIZE_MAX_BYTES = 1024;

/** Takes the first file of a multipart/form-data request (MFS-01). Rejects only when the disk fails. */
export async function takeUpload(
  request: IncomingMessage,
  folder: FileFolder,
  fileSizeMaxBytes: number,
): Promise<UploadResult> {
  const refuse = (status: 400 | 413 | 507, reason: string): UploadResult => ({ kind: "refused", status, reason });
  let form: busboy.Busboy;
  try {
    form = busboy({
      headers: request.headers,
      limits: { files: 1, fileSize: fileSizeMaxBytes + 1, fields: FIELDS_MAX, fieldSize: FIELD_SIZE_MAX_BYTES },
    });
  } catch (error) {
    return refuse(400, (error as Error).message);
  }
  let keeping: Promise<UploadResult> | undefined;
  let cannotKeep = () => {};
  form.on("file", (_, content, { filename }) => {
    // It may break before anybody reads it; whoever does then gets the error.
    content.on("error", () => {});
    keeping = folder.keep(content, filename ?? "").then(async ({ path, sizeBytes }) => {
      if (sizeBytes <= fileSizeMaxBytes) return { kind: "kept", path, sizeBytes };
      await folder.forget(path, sizeBytes);
      return refuse(413, `files may have ${fileSizeMaxBytes} bytes`);
    });
    // Looked at below. Nobody reads the rest of a file that cannot be kept, so the form would never end.
    keeping.catch(() => cannotKeep());
  });
  const problem = await new Promise<Error | undefined>((resolve) => {
    cannotKeep = () => resolve(undefined);
    // Stays for good: a form may break twice, and the second time must not be uncaught.
    form.on("error", (error) => resolve(error as Error));
    form.once("close", () => resolve(undefined));
    request.once("error", resolve);
    request.once("aborted", () => form.destroy(new Error("the client went away")));
    request.pipe(form);
  });
  request.unpipe(form);
  if (problem !== undefined) {
    await keeping?.catch(() => {});
    return refuse(400, problem.message);
  }
  try {
    return (await keeping) ?? refuse(400, "there is no file in the form");
  } catch (error) {
    if (error instanceof FolderFullError) return refuse(507, error.message);
    throw error;
  }
}
