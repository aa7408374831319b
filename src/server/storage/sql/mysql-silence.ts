import type { Socket } from "node:net";
import type { Connection, Pool } from "mysql2";

/**
 * Gives up connections of a pool whose server says nothing while it is asked something, which the driver does not. What was
 * asked fails, whether it was done or not, and is not asked again.
 */
export class MysqlSilence {
  readonly #asked = new WeakSet<object>();

  constructor(pool: Pool, maxMs: number) {
    pool.on("connection", (connection) => limitSilence(connection, maxMs, () => this.#asked.has(connection)));
    pool.on("acquire", (connection) => this.#asked.add(connection));
    pool.on("release", (connection) => this.#asked.delete(connection));
  }

  /** As long as the connection is in use now, a statement may take any time. */
  suffer(connection: object): void {
    this.#asked.delete(connection);
  }
}

/**
 * The system would wait for a quarter of an hour, or for ever where somebody on the way goes on taking bytes. One timer for
 * each connection, which its socket restarts whenever bytes come or go.
 */
export function limitSilence(connection: Connection, maxMs: number, isAsked = () => true): void {
  // The driver's types do not have it, and its own destroy() waits for the peer.
  const { stream } = connection as unknown as { readonly stream: Socket };
  stream.setTimeout(maxMs);
  stream.on("timeout", () => {
    if (isAsked()) stream.destroy(Object.assign(new Error(`silent for ${maxMs / 1000} s`), { code: "ETIMEDOUT" }));
  });
}
