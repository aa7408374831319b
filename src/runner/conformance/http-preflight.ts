import { type HttpAnswer, httpExchange } from "../../client/http-exchange.js";
import { PduTrace } from "../../client/pdu-trace.js";
import type { Address } from "../../client/peer.js";
import { type CaseRole, named } from "../../scenarios/conformance/case-role.js";
import { addressInWords } from "./address-words.js";

/**
 * What any server that speaks HTTP answers one of: the original http_msg_server closes for a path that it does not know, and
 * says what is missing in a query; another one may be wrong in just that.
 */
const probes: readonly string[] = [
  "POST /query/CreateGroup HTTP/1.1\r\nHost: ttk\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
  "GET /g0/000/000/missing.png HTTP/1.1\r\nHost: ttk\r\nConnection: close\r\n\r\n",
];

/** Why a server that can be reached is not the one that is meant: it does not speak HTTP. */
export async function httpPreflight(role: CaseRole, target: Address, answerMs: number): Promise<string | undefined> {
  const answers = await Promise.all(
    probes.map((probe) => httpExchange(target, probe, { trace: new PduTrace(), label: "probe", timeoutMs: answerMs })),
  );
  if (answers.some(({ status }) => status !== undefined)) return undefined;
  const came = [...new Set(answers.map(inWords))].join(", ");
  return `${addressInWords(target)} gives no HTTP answer (${came}): is it ${named(role)}?`;
}

function inWords({ end, body }: HttpAnswer): string {
  return body.length > 0 ? `${body.length} bytes of something else` : end;
}
