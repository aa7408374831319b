import type { LoadSnapshot } from "../../runner/load/load-event.js";
import { count, duration, seconds, share } from "./quantity.js";

/** One line for one second of a run. `devices` = how many are to come online, `waiting` = what those wait for who do. */
export function loadProgress(snapshot: LoadSnapshot, devices: number, waiting: string): string {
  const { atMs, phase, devicesOnline, busyShare } = snapshot;
  const start = `${seconds(atMs).padStart(8)}  ${phase.padEnd(7)}  `;
  const generator = `generator ${share(busyShare)}`;
  if (phase === "setup" || phase === "teardown") return `${start}${count(devicesOnline)} devices online  ${generator}`;
  if (phase === "ramp-up" || phase === "logout") {
    const pdus = `${count(snapshot.pdusReceivedPerSecond)} PDUs/s in`;
    const online = `${start}${count(devicesOnline)} of ${count(devices)} devices online  ${pdus}  ${generator}`;
    return waiting === "" ? online : `${online}  ${waiting}`;
  }
  const faults = faultsIn(snapshot);
  return [
    `${start}${count(snapshot.sentPerSecond)} sent/s`,
    `${count(snapshot.ackedPerSecond)} acked/s`,
    `${count(snapshot.deliveredPerSecond)} delivered/s`,
    `ack p99 ${durationOrNone(snapshot.ackP99Ms)}`,
    `delivery p99 ${durationOrNone(snapshot.deliveryP99Ms)}`,
    `${count(snapshot.inFlight)} in flight`,
    generator,
    ...(faults === "" ? [] : [faults]),
  ].join("  ");
}

function faultsIn(snapshot: LoadSnapshot): string {
  const { duplicated, reordered, corrupted, misdelivered, diverged, notInHistory, unreadWrong, errors } = snapshot;
  const faults: Array<[number, string]> = [
    [duplicated, "duplicated"],
    [reordered, "reordered"],
    [corrupted, "corrupted"],
    [misdelivered, "misdelivered"],
    [diverged, "diverged"],
    [notInHistory, "not in history"],
    [unreadWrong, "unread wrong"],
    [errors, "errors"],
  ];
  return faults
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${count(number)} ${what}`)
    .join(" ");
}

function durationOrNone(ms: number | null): string {
  return ms === null ? "-" : duration(ms);
}
