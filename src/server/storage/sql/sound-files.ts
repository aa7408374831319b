/** As the original db_proxy_server waits. */
const TIMEOUT_MS = 3_000;

/**
 * `127.0.0.1`, `host:8700` or `http://host:8700/`, as in MsfsSite of dbproxyserver.conf, as the URL that files are posted to;
 * `undefined` when it is none of these.
 */
export function soundSite(text: string): string | undefined {
  const url = text.includes("://") ? text : `http://${text}`;
  if (!/^https?:/.test(url) || !URL.canParse(url) || /[?#]/.test(url)) return undefined;
  const { href } = new URL(url);
  return href.endsWith("/") ? href : `${href}/`;
}

/** Files at an msfs (MFS-01). */
export class SoundFiles {
  constructor(private readonly site: string) {}

  /** The URL that it can be had from. Rejects when msfs does not take it. */
  async keep(sound: Buffer): Promise<string> {
    const form = new FormData();
    form.append("file", new Blob([new Uint8Array(sound)]), "1.audio");
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(this.site, { method: "POST", body: form, signal });
    const { error_code, url } = (await response.json()) as { error_code?: unknown; url?: unknown };
    if (error_code !== 0 || typeof url !== "string") throw new Error(`msfs answers ${response.status}`);
    return url;
  }
}

/** What is found at a URL that a row of IMAudio has; `undefined` when it is not there, or not of that size. */
export async function fetchSound(url: string, sizeBytes: number): Promise<Buffer | undefined> {
  if (!/^https?:\/\//.test(url)) return undefined;
  try {
    const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok || response.body === null) return undefined;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > sizeBytes) return undefined;
      chunks.push(chunk);
    }
    return size === sizeBytes ? Buffer.concat(chunks) : undefined;
  } catch {
    return undefined;
  }
}
