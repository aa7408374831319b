import type { KeyHint } from "../components/key-hints.js";

/** For the bottom line, most wanted first. */
export const dashboardHints: readonly KeyHint[] = [
  ["p", "pause"],
  ["+ -", "scale"],
  ["t", "tag"],
  ["s", "snapshot"],
  ["Tab", "panel"],
];

/** Every key, and what it does. */
export const dashboardKeys: readonly KeyHint[] = [
  ["p  space", "pause: nothing new begins, devices stay online; again goes on"],
  ["+  -  0", "more load, less load, as planned"],
  ["t", "tag: give this moment a name, which the report shows"],
  ["s", "snapshot: write the result so far as JSON into this folder"],
  ["Tab  ← →  1…5", "overview, latency, traffic, commands, problems"],
  ["Esc", "back to the overview"],
  ["q  Ctrl-C", "stop: finish what is under way and report; twice: end now"],
];

export const dashboardNotes =
  "Latency counts from the moment a message was meant to be sent. A message that is lost shows as in flight until the end " +
  "of the run. What is red fails the run; a generator in yellow measures itself rather than the server.";
