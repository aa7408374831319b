import { createInterface } from "node:readline";
import { formatAddress } from "../../net/address.js";
import type { ConformanceEvent } from "../../runner/conformance/conformance-event.js";
import type { Host } from "../host.js";

/** Stops before one case until Enter is pressed, and names the ports of its connections: to set breakpoints in a server. */
export class AttachPoint {
  constructor(
    private readonly host: Host,
    private readonly id: string,
  ) {}

  async beforeCase(id: string): Promise<void> {
    if (id !== this.id || this.host.signal.aborted) return;
    this.host.stderr.write(`\nabout to run ${id}: attach the debugger, then press Enter\n`);
    const lines = createInterface({ input: this.host.stdin });
    try {
      const end = new Promise<void>((resolve) => lines.once("line", () => resolve()).once("close", () => resolve()));
      const stop = () => lines.close();
      this.host.signal.addEventListener("abort", stop, { once: true });
      await end;
      this.host.signal.removeEventListener("abort", stop);
    } finally {
      lines.close();
    }
  }

  onEvent(event: ConformanceEvent): void {
    if (event.type !== "case-connected" || event.id !== this.id) return;
    const { connection, local, remote } = event;
    this.host.stderr.write(`${connection}: ${formatAddress(local)} > ${formatAddress(remote)}\n`);
  }
}
