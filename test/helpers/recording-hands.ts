import type { LoadControl } from "../../src/runner/load/load-control.js";
import type { DashboardHands } from "../../src/tui/load/load-dashboard.js";

/** A run that only notes what is done to it. */
export function recordingHands(): DashboardHands & { readonly done: string[] } {
  const done: string[] = [];
  let isPaused = false;
  let factor = 1;
  const control: LoadControl = {
    pause: () => {
      isPaused = true;
      done.push("pause");
    },
    resume: () => {
      isPaused = false;
      done.push("resume");
    },
    scale: (to) => {
      factor = to;
      done.push(`scale ${to}`);
    },
    mark: (label) => done.push(`mark ${label}`),
    stop: () => done.push("stop"),
    get isPaused() {
      return isPaused;
    },
    get factor() {
      return factor;
    },
  };
  return {
    done,
    control,
    snapshot: async () => {
      done.push("snapshot");
      return "ttk-load-now.json";
    },
    interrupt: () => done.push("interrupt"),
  };
}
