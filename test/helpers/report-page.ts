import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import type { PageAssets } from "../../src/reports/html/html-document.js";
import { hasTool } from "./tool.js";

/** Debian's; without it, tests that look at a page are skipped. */
export const hasChromium = hasTool("chromium");

/** What the build has bundled for a page. */
export function builtAssets(name: "load" | "conformance" | "mutants"): PageAssets {
  const read = (suffix: string) =>
    readFileSync(new URL(`../../dist/reports/html/page/${name}.${suffix}`, import.meta.url), "utf8");
  return { script: read("js"), style: read("css") };
}

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser with no network, for pages that come as text. */
export class PageReader {
  readonly #folder = mkdtempSync(join(tmpdir(), "ttk-page-"));
  #pages = 0;

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<PageReader> {
    return new PageReader(await chromium.launch({ executablePath: "/usr/bin/chromium", args: quiet }));
  }

  async open(html: string, options: { readonly width?: number; readonly isDark?: boolean } = {}): Promise<ReadPage> {
    const file = join(this.#folder, `${++this.#pages}.html`);
    writeFileSync(file, html);
    const page = await this.browser.newPage({
      viewport: { width: options.width ?? 1280, height: 900 },
      colorScheme: options.isDark ? "dark" : "light",
    });
    const read = new ReadPage(page);
    await page.goto(`file://${file}`);
    return read;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    rmSync(this.#folder, { recursive: true });
  }
}

/** A page with everything that it complained of, and everything that it asked for. */
export class ReadPage {
  readonly complaints: string[] = [];
  readonly requests: string[] = [];

  constructor(readonly page: Page) {
    page.on("console", (message) => this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("request", (request) => this.requests.push(request.url()));
    page.on("dialog", (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
  }

  texts(selector: string): Promise<string[]> {
    return this.page.locator(selector).allInnerTexts();
  }
}
