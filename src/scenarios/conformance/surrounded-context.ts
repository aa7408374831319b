import type { PlayedPdu, PlayedServer } from "../../client/played-server.js";
import type { CommandBody, CommandId } from "../../codec/generated/commands.js";
import { BaseContext } from "./base-context.js";
import type { PlayedRole } from "./case-role.js";

/** What the bodies of cases use where the suite plays servers around the one under test, which come and go. */
export class SurroundedContext extends BaseContext {
  get db(): PlayedServer {
    return this.server("db");
  }

  get route(): PlayedServer {
    return this.server("route");
  }

  /** All of its links are closed, and whoever is judged dials again; nothing more is judged until it has. */
  async restart(server: PlayedServer): Promise<void> {
    const links = server.links.length;
    server.goAway();
    await server.comeBack();
    await this.untilBack(server, links);
  }

  /** As many links as there were: with fewer, requests take other ways (DBP-05). */
  async untilBack(server: PlayedServer, links: number): Promise<void> {
    await server.expectLinks(Math.max(1, links), this.timing.redialMs + this.timing.answerMs);
  }

  /** The server is there, takes links, and says nothing on them, not even heartbeats, until the body is over. */
  async whileSilent(server: PlayedServer, body: () => Promise<void>): Promise<void> {
    const links = server.links.length;
    try {
      server.goAway();
      await server.comeBack({ beats: false });
      await this.untilBack(server, links);
      await body();
    } finally {
      server.goAway();
      await server.comeBack();
      await this.untilBack(server, links);
    }
  }

  /** A server that had gone is back, whatever became of the case meanwhile. */
  async whileAway(server: PlayedServer, body: () => Promise<void>): Promise<void> {
    const links = server.links.length;
    server.goAway();
    try {
      await body();
    } finally {
      await server.comeBack();
      await this.untilBack(server, links);
    }
  }

  protected server(role: PlayedRole): PlayedServer {
    const server = this.environment.played[role];
    if (server === undefined) throw new Error(`the case has not asked for the ${role} server`);
    return server;
  }
}

/** Answers as a server must: on the same link, with seq_num and attach_data unchanged (DBP-02). */
export function answer<C extends CommandId>(
  { link, seqNum, body: { attach_data } }: PlayedPdu & { readonly body: { readonly attach_data?: Buffer } },
  commandId: C,
  body: CommandBody[C],
): void {
  link.send(commandId, { ...body, ...(attach_data === undefined ? {} : { attach_data }) } as CommandBody[C], {
    seqNum,
  });
}
