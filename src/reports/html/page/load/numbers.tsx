import type { ComponentChildren } from "preact";
import { count, duration } from "../../../load/quantity.js";
import type { LoadRun, PageMetric } from "../../load/load-page-data.js";

/** Rarer faults are told of where there are any. */
const furtherRows = [
  ["misdelivered", "misdelivered"],
  ["unacked", "never acknowledged"],
  ["diverged", "told to one device and not to the other"],
  ["notInHistory", "not in history"],
  ["unreadWrong", "unread counts wrong"],
] as const;

/** The three numbers that a run is done for. */
export function Numbers({ run }: { readonly run: LoadRun }) {
  return <dl class="numbers">{run.delivery.sent > 0 ? <OfMessages run={run} /> : <OfLogins run={run} />}</dl>;
}

function OfMessages({ run: { delivery, metrics, steadyMs, rate, parts } }: { readonly run: LoadRun }) {
  const { expectedDeliveries, delivered, lost, duplicated, reordered, corrupted } = delivery;
  const latency = trend(metrics.msg_delivery_duration) ?? trend(metrics.group_delivery_duration);
  const furtherFaults = furtherRows.filter(([name]) => delivery[name] > 0);
  // A search only begins with that rate.
  const isPlanned = rate > 0 && parts.every(({ findMax }) => findMax === null);
  const isBad = lost + duplicated + reordered + corrupted > 0 || furtherFaults.length > 0;
  return (
    <>
      <Figure title={`delivered of ${count(expectedDeliveries)}`} value={count(delivered)} isBad={isBad}>
        {count(lost)} lost, {count(duplicated)} duplicated, {count(reordered)} reordered, {count(corrupted)} corrupted
        {furtherFaults.map(([name, text]) => `, ${count(delivery[name])} ${text}`)}
      </Figure>
      {latency === undefined ? (
        <Figure title="delivered within" value="–">
          nothing was delivered
        </Figure>
      ) : (
        <Figure title="delivered within, 99 of 100" value={duration(latency.p99)}>
          median {duration(latency.p50)}, 999 of 1,000 {duration(latency.p999)}
        </Figure>
      )}
      <Figure
        title="messages acknowledged"
        value={count(steadyMs > 0 ? (delivery.acked * 1000) / steadyMs : 0)}
        unit="/s"
      >
        {count(delivery.acked)} of {count(delivery.sent)} sent{isPlanned && `; ${count(rate)} acts/s were planned`}
      </Figure>
    </>
  );
}

function OfLogins({ run: { metrics, devicesOnline, users } }: { readonly run: LoadRun }) {
  const login = trend(metrics.login_duration);
  const pull = trend(metrics.pull_duration);
  return (
    <>
      <Figure title="devices online, at most" value={count(devicesOnline)}>
        of {count(users)} users
      </Figure>
      <Latency title="logged in within, 99 of 100" trend={login} />
      <Latency title="pulled within, 99 of 100" trend={pull} />
    </>
  );
}

function Latency({ title, trend: value }: { readonly title: string; readonly trend: ReturnType<typeof trend> }) {
  return (
    <Figure title={title} value={value === undefined ? "–" : duration(value.p99)}>
      {value === undefined ? "not measured" : `median ${duration(value.p50)}, ${count(value.count)} times`}
    </Figure>
  );
}

interface FigureProps {
  readonly title: string;
  readonly value: string;
  readonly unit?: string;
  readonly isBad?: boolean;
  readonly children: ComponentChildren;
}

function Figure({ title, value, unit, isBad = false, children }: FigureProps) {
  return (
    <div class="number">
      <dt>{title}</dt>
      <dd>
        <span class={`value ${isBad ? "bad" : ""}`}>{value}</span>{" "}
        {unit !== undefined && <span class="unit">{unit}</span>}
        <div class="muted">{children}</div>
      </dd>
    </div>
  );
}

function trend(metric: PageMetric | undefined) {
  return metric?.type === "trend" ? metric : undefined;
}
