import { expectThat } from "../../expect-that.js";
import { defineHttpMsgCase } from "../../http-msg-context.js";

const EARLY_SHARE = 0.9;
/** Of the interval between heartbeats: so often, at least, they come in that time. */
const BEATS = 2;

const servers = [
  { role: "db", title: "db_proxy_server" },
  { role: "route", title: "route_server" },
] as const;

export const hmsLinkCases = [
  ...servers.map(({ role, title }) =>
    defineHttpMsgCase({
      id: `hms.heartbeats.${role}`,
      requirements: ["RTE-09"],
      level: "must",
      title: `sends heartbeats on its links to the ${title} when it has nothing else to say`,
      sends: "a query, and then nothing for a while",
      why: "a silent link is closed after 30 s: queries would find none",
      waitsForTimeout: true,
      async run(context) {
        await context.change();
        const before = context[role].links.map((link) => ({ link, heartbeats: link.heartbeats }));
        await context.eventually(
          `${BEATS} heartbeats on each link to the ${title}`,
          async () => before.map(({ link, heartbeats }) => link.heartbeats - heartbeats),
          (counts) => counts.every((count) => count >= BEATS),
          (BEATS + 1) * context.timing.heartbeatIntervalMs + context.timing.answerMs,
        );
      },
    }),
  ),

  ...servers.map(({ role, title }) =>
    defineHttpMsgCase({
      id: `hms.silent-server.${role}`,
      requirements: ["RTE-09"],
      level: "must",
      title: `closes its links to a ${title} that has been silent for 30 s, and dials again`,
      sends: `the ${title} goes away, comes back, and says nothing, not even heartbeats; then a query`,
      why: "a server whose machine lost its network cannot say that it is gone: every query would wait for it",
      waitsForTimeout: true,
      async run(context) {
        const { linkTimeoutMs, redialMs, answerMs } = context.timing;
        await context.precondition("no change is carried out", context.change());
        await context.whileSilent(context[role], async () => {
          const [silent] = context[role].links;
          if (silent === undefined) return context.block(`the http_msg_server has no link to the ${title}`);
          const openMs = await silent.expectClosed(linkTimeoutMs + answerMs);
          expectThat(
            openMs >= linkTimeoutMs * EARLY_SHARE,
            `a close after ${linkTimeoutMs} ms of silence, not before`,
            `a close after ${Math.round(openMs)} ms`,
          );
          await context[role].expectLinks(1, redialMs + answerMs);
        });
        await context.change();
      },
    }),
  ),
];
