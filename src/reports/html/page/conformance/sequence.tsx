import type { WireEntry } from "../../conformance/wire-entry.js";
import { visibleText } from "../visible-text.js";

const LANE_WIDTH = 230;
const ROW_HEIGHT = 26;
const HEAD_HEIGHT = 30;
const MARGIN = 70;
const ROWS_MAX = 80;
const LABEL_MAX = 34;

/** Who said what to whom, in order: connections as lanes, and a lane for each server that they go to. */
export function Sequence({ entries }: { readonly entries: readonly WireEntry[] }) {
  const rows = entries.slice(-ROWS_MAX);
  const serverOf = serversOf(entries);
  const connections = [...new Set(rows.map(({ connection }) => connection))];
  const lanes = [...connections, ...new Set(connections.map((each) => serverOf(each)))];
  const x = (lane: string) => MARGIN + LANE_WIDTH * (lanes.indexOf(lane) + 0.5);
  const width = MARGIN + LANE_WIDTH * lanes.length;
  const height = HEAD_HEIGHT + ROW_HEIGHT * (rows.length + 1);
  return (
    <div class="scroll">
      <svg class="sequence" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img">
        <title>
          {`Sequence of ${rows.length} events between ${visibleText(connections.join(", "))} and the servers; the wire log above says the same`}
        </title>
        {lanes.map((lane) => (
          <g key={lane}>
            <line class="life" x1={x(lane)} x2={x(lane)} y1={HEAD_HEIGHT} y2={height} />
            <rect
              class="head"
              x={x(lane) - LANE_WIDTH / 2 + 8}
              y={2}
              width={LANE_WIDTH - 16}
              height={HEAD_HEIGHT - 6}
              rx={4}
            />
            <text x={x(lane)} y={HEAD_HEIGHT / 2 + 3} text-anchor="middle">
              {shortened(lane)}
            </text>
          </g>
        ))}
        {rows.map((entry, index) => {
          const y = HEAD_HEIGHT + ROW_HEIGHT * (index + 1);
          const [own, server] = [x(entry.connection), x(serverOf(entry.connection))];
          return (
            <g key={index}>
              <text class="quiet" x={MARGIN - 14} y={y + 4} text-anchor="end">
                {(entry.atMs / 1000).toFixed(3)}
              </text>
              {entry.hex === null ? (
                <text class="quiet" x={own} y={y + 4} text-anchor="middle">
                  {entry.event}
                </text>
              ) : (
                <Arrow
                  entry={entry}
                  from={entry.event === "sent" ? own : server}
                  to={entry.event === "sent" ? server : own}
                  y={y}
                />
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

interface ArrowProps {
  readonly entry: WireEntry;
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

function Arrow({ entry, from, to, y }: ArrowProps) {
  const back = to > from ? -7 : 7;
  return (
    <>
      <line class={entry.event} x1={from} x2={to} y1={y} y2={y} />
      <path class={entry.event} d={`M ${to + back} ${y - 4} L ${to} ${y} L ${to + back} ${y + 4}`} />
      <text x={(from + to) / 2} y={y - 4} text-anchor="middle">
        {shortened(`${entry.command ?? `${entry.length} bytes`}${entry.seqNum === null ? "" : ` ${entry.seqNum}`}`)}
      </text>
    </>
  );
}

/** An opening says `local > remote`. */
function serversOf(entries: readonly WireEntry[]): (connection: string) => string {
  const servers = new Map<string, string>();
  for (const { connection, event, text } of entries) {
    const remote = event === "opened" ? text.split(" > ")[1] : undefined;
    if (remote !== undefined) servers.set(connection, remote);
  }
  return (connection) => servers.get(connection) ?? "server";
}

function shortened(text: string): string {
  const visible = visibleText(text);
  return visible.length > LABEL_MAX ? `${visible.slice(0, LABEL_MAX - 1)}…` : visible;
}
