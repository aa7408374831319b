import type { Tags } from "./metric-selector.js";

/** Users of one scenario among several, with the tags that what they do carries. */
export interface MetricPart {
  readonly tags: Tags;
  readonly firstUser: number;
  readonly endUser: number;
}
