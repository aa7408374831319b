import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Address } from "../net/address.js";
import type { OutputResult } from "../runner/load/load-result.js";
import type { Output, RunView } from "./output.js";
import { OutputTally } from "./output-tally.js";
import { prometheusFamilies } from "./prometheus-families.js";
import { prometheusText } from "./prometheus-text.js";

const CONNECTIONS_MAX = 32;
const REQUEST_TIMEOUT_MS = 5000;
const HEADERS_MAX_BYTES = 8 << 10;

/** `GET /metrics` for Prometheus to scrape. Costs something only when somebody asks. */
export class PrometheusEndpoint implements Output {
  readonly #tally: OutputTally;
  readonly #server: Server;

  private constructor(
    name: string,
    private readonly run: RunView,
  ) {
    this.#tally = new OutputTally(name, "scrapes", run.warn);
    const limits = { maxHeaderSize: HEADERS_MAX_BYTES, requestTimeout: REQUEST_TIMEOUT_MS };
    this.#server = createServer(limits, (request, response) => this.#answer(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** @throws Error when it cannot listen there */
  static async listen(name: string, { host, port }: Address, run: RunView): Promise<PrometheusEndpoint> {
    const endpoint = new PrometheusEndpoint(name, run);
    endpoint.#server.listen(port, host);
    await once(endpoint.#server, "listening");
    endpoint.#server.on("error", (error) => endpoint.#tally.failed(0, error.message));
    return endpoint;
  }

  onSecond(): void {}

  async close(): Promise<OutputResult> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    return this.#tally.result();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const path = request.url?.replace(/\?.*/, "");
    if (path !== "/metrics") return plain(response, 404, "the metrics are at /metrics\n");
    if (request.method !== "GET" && request.method !== "HEAD") return plain(response, 405, "GET is all there is\n");
    this.#tally.sent++;
    const text = prometheusText(prometheusFamilies(this.run.readings(), this.run.tags));
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}
