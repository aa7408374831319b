import { type FullScreenOptions, openFullScreen } from "../components/open-full-screen.js";
import { themeFor } from "../theme.js";
import { DashboardApp } from "./dashboard-app.js";
import type { LoadDashboard } from "./load-dashboard.js";

export { LoadDashboard } from "./load-dashboard.js";

export interface OpenDashboardOptions extends FullScreenOptions {
  readonly isStyled: boolean;
}

/** Shows a run until the signal aborts. */
export async function openDashboard(dashboard: LoadDashboard, options: OpenDashboardOptions): Promise<void> {
  const theme = themeFor(options.isStyled);
  await openFullScreen(() => <DashboardApp dashboard={dashboard} theme={theme} />, options);
  dashboard.redraws.stop();
}
