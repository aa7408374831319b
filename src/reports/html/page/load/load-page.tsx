import { count, seconds } from "../../../load/quantity.js";
import type { LoadPageData } from "../../load/load-page-data.js";
import { dateText } from "../date-text.js";
import { PeerText } from "../peer-text.js";
import { Comparison } from "./comparison.js";
import { Delivery } from "./delivery.js";
import { Generator } from "./generator.js";
import { Latency } from "./latency.js";
import { Numbers } from "./numbers.js";
import { Parts } from "./parts.js";
import { Thresholds } from "./thresholds.js";
import { TimeCharts } from "./time-charts.js";
import { Verdict } from "./verdict.js";

/** A load run: what came of it first, then how it went, then what it rests on. */
export function LoadPage(data: LoadPageData) {
  const { run, before } = data;
  return (
    <>
      <header>
        <h1>
          <PeerText>{run.scenario}</PeerText>
        </h1>
        <p class="facts">
          {count(run.users)} users, {count(run.devicesOnline)} devices at{" "}
          <PeerText>{run.targets.join(", ") || "no server"}</PeerText> · {dateText(run.startedAt)} · ramp-up{" "}
          {seconds(run.rampUpMs)}, steady {seconds(run.steadyMs)}, drain {seconds(run.drainMs)} · seed {run.seed}
          {run.processes > 1 && ` · in ${run.processes} processes`}
        </p>
        <Verdict run={run} />
      </header>
      <Numbers run={run} />
      {before !== null && <Comparison {...before} />}
      <Thresholds thresholds={run.thresholds} />
      <Parts run={run} />
      <TimeCharts series={data.series} marks={data.marks} />
      <Latency run={run} curves={data.curves} before={before?.curves ?? []} />
      <Delivery run={run} />
      <Generator run={run} />
    </>
  );
}
