interface Query {
  readonly expression: string;
  readonly legend: string;
}

export interface PanelPlan {
  readonly type: "row" | "stat" | "timeseries" | "heatmap";
  readonly title: string;
  readonly description: string;
  /** Grafana's id of it. */
  readonly unit: string;
  /** In columns of 24, and in Grafana's lines. */
  readonly width: number;
  readonly height: number;
  /** A number that should stay 0. */
  readonly isFault: boolean;
  readonly queries: readonly Query[];
}

const OF_RUN = '{testid=~"$testid",scenario=~"$scenario"}';

/** What the report shows, in its order. */
export const dashboardPanels: readonly PanelPlan[] = [
  row("Every message accounted for"),
  total("devices online", "ttk_devices_online"),
  total("sent", "ttk_msgs_sent_total"),
  total("acknowledged", "ttk_msgs_acked_total"),
  total("delivered", "ttk_msgs_delivered_total"),
  fault("lost", "ttk_msgs_lost_total"),
  fault("duplicated", "ttk_msgs_duplicated_total"),
  fault("out of order", "ttk_msgs_reordered_total"),
  fault("corrupted", "ttk_msgs_corrupted_total"),
  fault("misdelivered", "ttk_msgs_misdelivered_total"),
  fault("diverged", "ttk_msgs_diverged_total"),
  fault("not in history", "ttk_msgs_not_in_history_total"),
  fault("unread wrong", "ttk_unread_wrong_total"),
  fault("kicks", "ttk_kicks_total"),
  // There is none of its series before the first error.
  orZero(fault("errors", "ttk_errors_total")),
  fault("planned acts dropped", "ttk_dropped_iterations_total"),
  chart("Messages", "ops", "", [
    perSecond("sent", "ttk_msgs_sent_total"),
    perSecond("acknowledged", "ttk_msgs_acked_total"),
    perSecond("delivered", "ttk_msgs_delivered_total"),
  ]),
  chart("Users and devices", "short", "", [
    { expression: sum("ttk_vus"), legend: "virtual users" },
    { expression: sum("ttk_devices_online"), legend: "devices online" },
  ]),
  row("Latency, from the moment that something was meant to happen"),
  chart("Message delivered", "s", "To each device that must get it.", percentiles("ttk_msg_delivery_duration_seconds")),
  heatmap("Message delivered", "ttk_msg_delivery_duration_seconds"),
  chart("Message acknowledged", "s", "", percentiles("ttk_msg_ack_duration_seconds")),
  chart("From the plan and from the sending, p99", "s", "Far apart: the server held up what was to be sent.", [
    percentile(99, "ttk_msg_ack_duration_seconds", "acknowledged"),
    percentile(99, "ttk_msg_ack_duration_uncorrected_seconds", "acknowledged, from its sending"),
    percentile(99, "ttk_msg_delivery_duration_seconds", "delivered"),
    percentile(99, "ttk_msg_delivery_duration_uncorrected_seconds", "delivered, from its sending"),
  ]),
  chart("Group message delivered", "s", "", percentiles("ttk_group_delivery_duration_seconds")),
  chart("Heartbeat", "s", "", percentiles("ttk_heartbeat_duration_seconds")),
  chart("Connect, log in and pull, p99", "s", "", [
    percentile(99, "ttk_connect_duration_seconds", "connect"),
    percentile(99, "ttk_login_duration_seconds", "log in"),
    percentile(99, "ttk_pull_duration_seconds", "pull {{pull}}", "pull"),
  ]),
  chart("Whole run, p99", "s", "Since the run began, as its report will have it.", [
    { expression: `max(ttk_msg_delivery_duration_p99${OF_RUN})`, legend: "delivered" },
    { expression: `max(ttk_msg_ack_duration_p99${OF_RUN})`, legend: "acknowledged" },
    { expression: `max(ttk_login_duration_p99${OF_RUN})`, legend: "log in" },
  ]),
  row("What went wrong"),
  chart("Faults", "short", "In the time that a point stands for.", [
    increase("lost", "ttk_msgs_lost_total"),
    increase("duplicated", "ttk_msgs_duplicated_total"),
    increase("out of order", "ttk_msgs_reordered_total"),
    increase("corrupted", "ttk_msgs_corrupted_total"),
    increase("misdelivered", "ttk_msgs_misdelivered_total"),
    increase("diverged", "ttk_msgs_diverged_total"),
    increase("not in history", "ttk_msgs_not_in_history_total"),
    increase("unread wrong", "ttk_unread_wrong_total"),
    increase("kicks", "ttk_kicks_total"),
  ]),
  chart("Errors", "short", "In the time that a point stands for.", [
    { expression: `sum by (kind) (increase(ttk_errors_total${OF_RUN}[$__rate_interval]))`, legend: "{{kind}}" },
  ]),
  row("Traffic, and the generator itself"),
  chart("PDUs", "ops", "", [perSecond("out", "ttk_pdus_sent_total"), perSecond("in", "ttk_pdus_received_total")]),
  chart("Bytes", "Bps", "", [perSecond("out", "ttk_bytes_sent_total"), perSecond("in", "ttk_bytes_received_total")]),
  chart("Generator's event loop", "percentunit", "Near 100 %, latencies are the generator's and not the server's.", [
    { expression: `max(ttk_generator_busy${OF_RUN})`, legend: "busy" },
  ]),
  chart("Generator late by", "s", "", percentiles("ttk_event_loop_lag_seconds")),
  chart("Acts or iterations", "ops", "", [
    perSecond("done", "ttk_iterations_total"),
    perSecond("dropped", "ttk_dropped_iterations_total"),
  ]),
];

function row(title: string): PanelPlan {
  return { type: "row", title, description: "", unit: "", width: 24, height: 1, isFault: false, queries: [] };
}

function total(title: string, metric: string, isFault = false): PanelPlan {
  const queries = [{ expression: sum(metric), legend: title }];
  return { type: "stat", title, description: "", unit: "short", width: 3, height: 3, isFault, queries };
}

function fault(title: string, metric: string): PanelPlan {
  return total(title, metric, true);
}

function orZero(panel: PanelPlan): PanelPlan {
  const queries = panel.queries.map((query) => ({ ...query, expression: `${query.expression} or vector(0)` }));
  return { ...panel, queries };
}

function chart(title: string, unit: string, description: string, queries: readonly Query[]): PanelPlan {
  return { type: "timeseries", title, description, unit, width: 12, height: 8, isFault: false, queries };
}

function heatmap(title: string, histogram: string): PanelPlan {
  const expression = `sum by (le) (increase(${histogram}_bucket${OF_RUN}[$__rate_interval]))`;
  return { ...chart(title, "s", "", [{ expression, legend: "{{le}}" }]), type: "heatmap" };
}

function sum(metric: string): string {
  return `sum(${metric}${OF_RUN})`;
}

function perSecond(legend: string, counter: string): Query {
  return { expression: `sum(rate(${counter}${OF_RUN}[$__rate_interval]))`, legend };
}

function increase(legend: string, counter: string): Query {
  return { expression: `sum(increase(${counter}${OF_RUN}[$__rate_interval]))`, legend };
}

function percentiles(histogram: string): Query[] {
  return [50, 90, 99].map((percent) => percentile(percent, histogram, `p${percent}`));
}

/** Of what was measured lately, by all generators together. */
function percentile(percent: number, histogram: string, legend: string, ...by: string[]): Query {
  const labels = ["le", ...by].join(", ");
  const rate = `rate(${histogram}_bucket${OF_RUN}[$__rate_interval])`;
  return { expression: `histogram_quantile(${percent / 100}, sum by (${labels}) (${rate}))`, legend };
}
