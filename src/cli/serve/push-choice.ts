import { appendFile } from "node:fs/promises";
import { resolve } from "node:path";
import { FileOutlet } from "../../server/push/file-outlet.js";
import type { PushOutlet } from "../../server/push/push-outlet.js";
import { WebhookOutlet } from "../../server/push/webhook-outlet.js";
import { blockedError, usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { withoutPassword } from "./open-storage.js";

export interface PushChoice {
  readonly pushFile?: string;
  readonly pushWebhook?: string;
}

/** Where a push_server's pushes go; `undefined`: nowhere, they are only counted. @throws CommandError usage, blocked */
export async function pushOutlet(
  host: Host,
  { pushFile, pushWebhook }: PushChoice,
  runs: boolean,
): Promise<PushOutlet | undefined> {
  const given = pushFile === undefined ? pushWebhook && "webhook" : "file";
  if (given !== undefined && !runs) throw usageError(`--push-${given} needs the role push: --with push`);
  if (pushFile !== undefined) {
    const path = resolve(host.cwd, pushFile);
    await appendFile(path, "").catch((error: NodeJS.ErrnoException) => {
      throw blockedError(`no pushes can be written to ${pushFile}: ${error.code}`);
    });
    return new FileOutlet(path);
  }
  if (pushWebhook === undefined) return undefined;
  if (!/^https?:\/\//.test(pushWebhook) || !URL.canParse(pushWebhook)) {
    throw usageError(`--push-webhook ${withoutPassword(pushWebhook)} is no URL, as in http://127.0.0.1:9000/push`);
  }
  return new WebhookOutlet(pushWebhook);
}
