/** What people call a metric of durations, in the order of a device's life; reports list them so. */
const names: Readonly<Record<string, string>> = {
  connect_duration: "connect",
  login_duration: "log in",
  pull_duration: "pull",
  msg_ack_duration: "message acked",
  msg_ack_duration_uncorrected: "from its sending",
  msg_delivery_duration: "message delivered",
  msg_delivery_duration_uncorrected: "from its sending",
  group_delivery_duration: "group message delivered",
  group_delivery_duration_uncorrected: "from its sending",
  heartbeat_duration: "heartbeat",
  heartbeat_duration_uncorrected: "from its sending",
  event_loop_lag: "generator's lag",
};
const order = Object.keys(names);

/** `pull_duration{pull:users}` is `users` beneath `pull`; so is what counts from the sending. */
export function metricName(metric: string): { readonly name: string; readonly isSub: boolean } {
  const [, base = metric, tag] = /^([^{]*)(?:\{[^:}]*:(.*)\})?$/.exec(metric) ?? [];
  const name = names[base] ?? base;
  if (tag !== undefined) return { name: tag, isSub: true };
  return { name, isSub: base.endsWith("_uncorrected") };
}

/** In one line of its own: `message delivered, from its sending`. */
export function fullMetricName(metric: string): string {
  const { name, isSub } = metricName(metric);
  if (!isSub) return name;
  return `${metricName(metric.replace(/\{.*|_uncorrected$/, "")).name}, ${name}`;
}

export function inOrder(metrics: readonly string[]): string[] {
  const place = (metric: string) => {
    const index = order.indexOf(metric.replace(/\{.*/, ""));
    return index < 0 ? order.length : index;
  };
  return [...metrics].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}
