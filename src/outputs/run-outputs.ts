import type { OutputResult } from "../runner/load/load-result.js";
import type { SampleSink } from "../runner/load/metrics/load-metrics.js";
import { type OutputTarget, openOutput } from "./open-output.js";
import type { Output, RunView } from "./output.js";

/** All outputs of a run. */
export class RunOutputs {
  /** Undefined when no output wants every sample. */
  readonly onSample: SampleSink | undefined;

  private constructor(private readonly outputs: readonly Output[]) {
    const sinks = outputs.flatMap(({ onSample }) => (onSample === undefined ? [] : [onSample]));
    const [only] = sinks;
    this.onSample =
      sinks.length < 2
        ? only
        : (metric, value, tags) => {
            for (const sink of sinks) sink(metric, value, tags);
          };
  }

  /** @throws Error named for the output that cannot be opened; those before it are closed */
  static async open(
    targets: readonly OutputTarget[],
    run: RunView,
    pathOf: (file: string) => string,
  ): Promise<RunOutputs> {
    const outputs: Output[] = [];
    try {
      for (const target of targets) outputs.push(await openOutput(target, run, pathOf));
    } catch (error) {
      await new RunOutputs(outputs).close();
      const name = targets[outputs.length]?.name;
      throw new Error(`--out ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    return new RunOutputs(outputs);
  }

  onSecond(): void {
    for (const output of this.outputs) output.onSecond();
  }

  async close(): Promise<readonly OutputResult[]> {
    return Promise.all(this.outputs.map((output) => output.close()));
  }
}
