import type { KeyHint } from "../components/key-hints.js";

/** For the bottom line, most wanted first. */
export const dashboardHints = (isPaused: boolean): readonly KeyHint[] => [
  [["pause"], isPaused ? "go on" : "pause"],
  [["more", "less"], "scale"],
  [["tag"], "tag"],
  [["snapshot"], "snapshot"],
  [["nextPanel"], "panel"],
];

/** Every key, and what it does. */
export const dashboardKeys: readonly KeyHint[] = [
  [["pause"], "pause: nothing new begins, devices stay online; again goes on"],
  [["more", "less", "asPlanned"], "more load, less load, as planned"],
  [["tag"], "tag: give this moment a name, which the report shows"],
  [["snapshot"], "snapshot: write the result so far as JSON into this folder"],
  [["nextPanel", "previousPanel"], "the next panel, the one before"],
  [["panel"], "overview, latency, traffic, commands, problems"],
  [["back"], "back to the overview"],
  [["quit"], "stop: finish what is under way and report; twice: end now"],
];

export const dashboardNotes =
  "Latency counts from the moment a message was meant to be sent. A message that is lost shows as in flight until the end " +
  "of the run. What is red (✘) fails the run; a generator in yellow (!) measures itself rather than the server.";
