import { type ReactElement, useSyncExternalStore } from "react";
import { printable } from "../components/fit-text.js";
import { keyHintsLine } from "../components/key-hints.js";
import { useKeys } from "../components/keys.js";
import { clockText } from "../components/quantity-text.js";
import { Screen } from "../components/screen.js";
import { useTerminalSize } from "../components/use-terminal-size.js";
import type { Theme } from "../theme.js";
import { dashboardHints } from "./dashboard-keys.js";
import { dashboardLines } from "./dashboard-lines.js";
import type { LoadDashboard } from "./load-dashboard.js";

export interface DashboardAppProps {
  readonly dashboard: LoadDashboard;
  readonly theme: Theme;
}

/** The whole screen. */
export function DashboardApp({ dashboard, theme }: DashboardAppProps): ReactElement {
  useSyncExternalStore(
    (listener) => dashboard.redraws.onChange(listener),
    () => dashboard.redraws.version,
  );
  const size = useTerminalSize();
  useKeys((key) => void dashboard.press(key));
  const { facts, phase, snapshot, panel } = dashboard;
  return (
    <Screen
      theme={theme}
      size={size}
      title={`ttk load  ${facts.scenario}  ${facts.target}${panel === "overview" ? "" : `  ${panel}`}`}
      status={`${phase}  ${clockText(snapshot?.atMs ?? 0)}`}
      bottom={bottomText(dashboard, theme, size.columns)}
      body={(columns, height) => dashboardLines(dashboard, columns, height, theme)}
    />
  );
}

function bottomText({ tag, message, isStopping, isPaused }: LoadDashboard, theme: Theme, columns: number): string {
  if (tag !== undefined) return ` ${theme.key("tag this moment:")} ${printable(tag)}${theme.selected(" ")}`;
  if (isStopping) return theme.warn(" finishing what is under way; q or Ctrl-C again ends it now");
  if (message !== "") return theme.warn(` ${printable(message)}`);
  return keyHintsLine(dashboardHints(isPaused), columns, theme, [["quit"], "stop"]);
}
