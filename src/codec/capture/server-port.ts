/** Ports that the servers of a deployment listen on by default, and the second msg_server of the shipped set-up (8001). */
const defaultServerPorts: ReadonlySet<number> = new Set([
  8000, 8001, 8008, 8080, 8100, 8200, 8400, 8500, 8600, 8601, 8700, 10600,
]);

export function isDefaultServerPort(port: number): boolean {
  return defaultServerPorts.has(port);
}

/** Which of two ports a server listens on, when nobody saw the connection being opened: a default one, else the lower. */
export function guessServerPort(one: number, other: number): number {
  if (isDefaultServerPort(one) !== isDefaultServerPort(other)) return isDefaultServerPort(one) ? one : other;
  return Math.min(one, other);
}
