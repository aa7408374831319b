import type { HealthLimits } from "./generator-health.js";
import type { LoadEvent } from "./load-event.js";
import type { GeneratorEnvironment } from "./load-result.js";
import type { SampleSink } from "./metrics/load-metrics.js";
import type { ShardSync } from "./shard/shard-meeting.js";

/** What a run needs beside its plan. */
export interface LoadDependencies {
  /** Aborted = finish with what is under way and report. */
  readonly signal: AbortSignal;
  /** Wall clock, unix time in ms. */
  readonly nowMs: () => number;
  readonly onEvent?: (event: LoadEvent) => void;
  /**
   * Every value as it is measured; what others count (deliveries' faults, PDUs, gauges) once a second, counters as what came
   * since. Costs a call for each; leave it out unless an output needs it.
   */
  readonly onSample?: SampleSink;
  /** Beyond which the generator's own state spoils a run, or ends a search; the usual ones unless given. */
  readonly healthLimits?: HealthLimits;
  /** For the report. */
  readonly environment?: GeneratorEnvironment;
  /** Given when other processes have other segments of the plan. */
  readonly shards?: ShardSync | undefined;
}
