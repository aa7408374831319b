/** A msg_server as it registered itself (0x0709). */
export interface MsgServerEntry {
  readonly priorIp: string;
  readonly backupIp: string;
  readonly port: number;
  readonly usersMax: number;
  readonly hostName: string;
  users: number;
}

export type MsgServerChoice =
  | { readonly kind: "chosen"; readonly server: MsgServerEntry }
  | { readonly kind: "none-known" }
  | { readonly kind: "all-full" };

/** LSV-02, LSV-03: the one with the fewest users that is not full; the earlier registered one when several have as few. */
export function chooseMsgServer(servers: Iterable<MsgServerEntry>): MsgServerChoice {
  let known = false;
  let best: MsgServerEntry | undefined;
  for (const server of servers) {
    known = true;
    if (server.users >= server.usersMax) continue;
    if (best === undefined || server.users < best.users) best = server;
  }
  if (best !== undefined) return { kind: "chosen", server: best };
  return { kind: known ? "all-full" : "none-known" };
}
