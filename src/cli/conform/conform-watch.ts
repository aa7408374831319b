import type { ConformanceEvent } from "../../runner/conformance/conformance-event.js";
import type { SelectedCase } from "../../runner/conformance/select-cases.js";
import type { Host } from "../host.js";
import { viewTerminal } from "../terminal-view.js";
import { conformProgress } from "./conform-progress.js";

/** Shows a run to whoever sits there. */
export interface ConformWatch {
  onEvent(event: ConformanceEvent): void;
  /** Resolves when the terminal is free for the report: when the reader has seen enough of a run that is over. */
  end(): Promise<void>;
}

interface Watched {
  /** `msg_server 127.0.0.1:8000` */
  readonly target: string;
  readonly cases: readonly SelectedCase[];
  readonly repeat: number;
  readonly isStrict: boolean;
}

/** A line on stderr. */
export function progressWatch(host: Host): ConformWatch {
  return { onEvent: conformProgress(host), end: async () => {} };
}

/** The live view. What draws it is loaded here, before the run begins: that takes a while. */
export async function viewWatch(host: Host, { cases, ...facts }: Watched): Promise<ConformWatch> {
  const { openConform } = await import("../../tui/conform/open-conform.js");
  const failing = new AbortController();
  const { view, closed } = openConform({
    facts: { ...facts, cases: cases.map(({ case: each }) => each) },
    hands: { now: () => performance.now(), interrupt: () => host.interrupt() },
    ...viewTerminal(host),
    signal: failing.signal,
  });
  const stopping = () => view.stopping();
  host.signal.addEventListener("abort", stopping, { once: true });
  return {
    onEvent: (event) => view.take(event),
    end: async () => {
      if (view.result === undefined) failing.abort();
      await closed;
      host.signal.removeEventListener("abort", stopping);
    },
  };
}
