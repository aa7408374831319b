import { useEffect, useState } from "preact/hooks";

/** A colour of page.css, as it is now. */
export function colour(name: "text" | "muted" | "line" | "ground" | `series-${1 | 2 | 3 | 4}` | "heat"): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Whether colours are now those for a dark screen. A printer has the light ones, whatever the screen is. */
export function isDark(): boolean {
  return matchMedia("screen and (prefers-color-scheme: dark)").matches;
}

/** Counts how often colours have changed: by the system's choice, and for the printer. Canvases are drawn anew for each. */
export function useThemeChanges(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const print = matchMedia("print");
    const changed = () => setChanges((before) => before + 1);
    dark.addEventListener("change", changed);
    print.addEventListener("change", changed);
    return () => {
      dark.removeEventListener("change", changed);
      print.removeEventListener("change", changed);
    };
  }, []);
  return changes;
}
