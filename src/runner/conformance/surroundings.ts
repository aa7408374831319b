import type { PduTrace } from "../../client/pdu-trace.js";
import type { Address } from "../../client/peer.js";
import { PlayedServer } from "../../client/played-server.js";
import { CommandId } from "../../codec/generated/commands.js";
import {
  type CaseRole,
  type PlayedRole,
  playedFacts,
  playedRoles,
  roleFacts,
} from "../../scenarios/conformance/case-role.js";
import type { CaseTiming } from "../../scenarios/conformance/conformance-case.js";
import { addressInWords } from "./address-words.js";

/** Where the file_server that is played tells that clients find it; nobody dials it. */
const playedFileAddress = { ip: "10.9.9.9", port: 8600 };

/** Where to listen as each of the servers around the one under test; one that is left out is not played. */
export type PlayedAddresses = Readonly<Partial<Record<PlayedRole, readonly Address[]>>>;

/** The servers that the suite plays around the one under test, for a whole run. */
export class Surroundings {
  private constructor(readonly servers: Readonly<Partial<Record<PlayedRole, PlayedServer>>>) {}

  /** @throws ListenError; nothing is left listening then */
  static async start(addresses: PlayedAddresses, { answerMs, heartbeatIntervalMs }: CaseTiming): Promise<Surroundings> {
    const servers: Partial<Record<PlayedRole, PlayedServer>> = {};
    try {
      for (const role of playedRoles) {
        const listenOn = addresses[role] ?? [];
        if (listenOn.length === 0) continue;
        const { title: name } = playedFacts[role];
        // With two links to route_servers, presence is told twice: a second one is there only for cases about that.
        const options = { name, answerTimeoutMs: answerMs, heartbeatIntervalMs, hasSpares: role === "route" };
        servers[role] = await PlayedServer.listen(listenOn, options);
      }
      tellWhereFilesAre(servers.file);
      return new Surroundings(servers);
    } catch (error) {
      for (const server of Object.values(servers)) server.stop();
      throw error;
    }
  }

  /** A case begins: what came before is not its business. */
  begin(trace: PduTrace): void {
    for (const server of Object.values(this.servers)) server.begin(trace);
  }

  /** Waits for the links without which nothing can be judged, then a moment for the others. */
  async untilLinked(
    role: CaseRole,
    essentialMs: number,
    otherMs: number,
    signal: AbortSignal,
  ): Promise<Partial<Record<PlayedRole, string>>> {
    const { title, plays, essential } = roleFacts[role];
    const problems: Partial<Record<PlayedRole, string>> = {};
    const wait = async (played: PlayedRole, withinMs: number) => {
      const server = this.servers[played];
      if (server !== undefined && (await server.hasLinks(1, withinMs, signal))) return;
      problems[played] = noLinkText(title, played, server, withinMs);
    };
    await Promise.all(essential.map((played) => wait(played, essentialMs)));
    if (Object.keys(problems).length > 0) return problems;
    await Promise.all(plays.filter((played) => !essential.includes(played)).map((played) => wait(played, otherMs)));
    return problems;
  }

  stop(): void {
    for (const server of Object.values(this.servers)) server.stop();
  }
}

/** A msg_server asks once, when its link opens, and hands the addresses out later (FIL-01). */
function tellWhereFilesAre(server: PlayedServer | undefined): void {
  server?.alwaysAnswer(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, ({ link, seqNum }) => {
    link.send(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, { ip_addr_list: [playedFileAddress] }, { seqNum });
  });
}

function noLinkText(judged: string, role: PlayedRole, server: PlayedServer | undefined, withinMs: number): string {
  const { title } = playedFacts[role];
  if (server === undefined) return `the suite plays no ${title} in this run`;
  const at = server.addresses.map(addressInWords).join(", ");
  return `the ${judged} has no link to the ${title} that the suite plays at ${at} (waited ${Math.round(withinMs / 1000)} s)`;
}
