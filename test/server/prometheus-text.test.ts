import { expect, it } from "vitest";
import { prometheusText } from "../../src/server/prometheus-text.js";

it("makes one family of a counter's ports and commands, typed by whether it can go down", () => {
  const counters = {
    "clients.connections": 2,
    "clients.pdusInBy.0x0103": 7,
    "clients.pdusInBy.0x0701": 9,
    "servers.connections": 1,
    loginsRefused: 4,
  };
  expect(prometheusText("login", counters)).toBe(
    [
      "# TYPE ttk_connections gauge",
      'ttk_connections{role="login",port="clients"} 2',
      'ttk_connections{role="login",port="servers"} 1',
      "# TYPE ttk_pdus_in_by_total counter",
      'ttk_pdus_in_by_total{role="login",port="clients",command="0x0103"} 7',
      'ttk_pdus_in_by_total{role="login",port="clients",command="0x0701"} 9',
      "# TYPE ttk_logins_refused_total counter",
      'ttk_logins_refused_total{role="login"} 4',
      "",
    ].join("\n"),
  );
});

it("types what a file_server holds as a gauge: it goes down when files are deleted", () => {
  const text = prometheusText("file", { offlineFiles: 3, offlineBytes: 100, offlineExpired: 1 });
  expect(text.split("\n").filter((line) => line.startsWith("#"))).toEqual([
    "# TYPE ttk_offline_files gauge",
    "# TYPE ttk_offline_bytes gauge",
    "# TYPE ttk_offline_expired_total counter",
  ]);
});
