import type { ConformanceTarget } from "../../../../runner/conformance/conformance-result.js";
import { seconds } from "../../../load/quantity.js";
import type { ConformancePageData } from "../../conformance/conformance-page-data.js";
import { dateText } from "../date-text.js";
import { PeerText } from "../peer-text.js";

const outcomes = {
  held: ["HELD", "good"],
  failed: ["FAILED", "bad"],
  errored: ["THE SUITE FAILED", "bad"],
  "stale-baseline": ["STALE BASELINE", "doubt"],
  blocked: ["BLOCKED", "doubt"],
  interrupted: ["INTERRUPTED", "doubt"],
} as const;
const counted = [
  "total",
  "passed",
  "failed",
  "expected-failure",
  "unexpected-pass",
  "blocked",
  "skipped",
  "errored",
] as const;

const always: ReadonlySet<string> = new Set(["total", "passed", "failed"]);

const servers: Readonly<Record<ConformanceTarget["role"], string>> = {
  msg: "msg_server",
  "msg-isolated": "msg_server in isolation",
  route: "route_server",
  login: "login_server",
  db: "db_proxy_server",
  file: "file_server",
  "http-msg": "http_msg_server",
  msfs: "msfs",
};

/** Which server it is, and where, as far as the run's name does not say that. */
function whatWasJudged(name: string, { role, address, peer }: ConformanceTarget): string {
  const at = [address, peer].filter((each) => each !== null).join(" and ");
  return at === name ? servers[role] : `${servers[role]} ${at}`;
}

/** What each run comes to. */
export function Runs({ runs }: Pick<ConformancePageData, "runs">) {
  const columns = counted.filter((column) => always.has(column) || runs.some(({ summary }) => summary[column] > 0));
  const isFlaky = runs.some(({ summary }) => summary.flaky > 0);
  return (
    <>
      <div class="scroll">
        <table id="runs">
          <thead>
            <tr>
              <th scope="col">server</th>
              <th scope="col" class="text">
                verdict
              </th>
              {columns.map((column) => (
                <th scope="col" key={column} data-column={column}>
                  {column.replace("-", " ")}
                </th>
              ))}
              {isFlaky && <th scope="col">flaky</th>}
              <th scope="col">took</th>
            </tr>
          </thead>
          <tbody>
            {runs.map(({ name, summary, target }, index) => {
              const [word, tone] = outcomes[summary.outcome];
              return (
                <tr key={index}>
                  <th scope="row" class="wide">
                    <strong>
                      <PeerText>{name}</PeerText>
                    </strong>
                    <div class="muted">
                      <PeerText>{whatWasJudged(name, target)}</PeerText>, {dateText(target.startedAt)}
                      {target.strict && ", strict"}
                    </div>
                  </th>
                  <td class="text">
                    <strong class={`badge ${tone}`}>{word}</strong>
                  </td>
                  {columns.map((column) => (
                    <td key={column} data-count={column} class={summary[column] === 0 ? "muted" : ""}>
                      {summary[column]}
                      {column === "failed" && summary.warnings > 0 && (
                        <span class="muted"> ({summary.warnings} SHOULD)</span>
                      )}
                    </td>
                  ))}
                  {isFlaky && <td class={summary.flaky === 0 ? "muted" : "doubt"}>{summary.flaky}</td>}
                  <td>{seconds(summary.durationMs)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <Hindrances runs={runs} />
    </>
  );
}

/** Why runs judged little or nothing. */
function Hindrances({ runs }: Pick<ConformancePageData, "runs">) {
  return runs.map(({ name, mostBlocked }, index) =>
    mostBlocked === null ? null : (
      <p key={index} class="hindrance">
        <strong class="doubt">
          {runs.length > 1 && <PeerText>{`${name}: `}</PeerText>}
          {mostBlocked.text}:
        </strong>{" "}
        <PeerText>{mostBlocked.reason}</PeerText>
      </p>
    ),
  );
}
