/** `import … from "teamtalk-testkit/tap"`: a proxy that shows, records and disturbs PDUs on their way. */
export type { StreamDirection } from "../codec/capture/tcp-connections.js";
export type { FieldTextOptions } from "../codec/record/field-text.js";
export type { Address } from "../net/address.js";
export { ListenError } from "../net/listen.js";
export { joinedObserver } from "../tap/joined-observer.js";
export { parseRule } from "../tap/parse-rule.js";
export type { RuleCounts } from "../tap/rule-set.js";
export { startTap, type Tap, type TapCounts, type TapOptions } from "../tap/start-tap.js";
export { systemClock, type TapClock } from "../tap/tap-clock.js";
export type { CloseKind, TapObserver, TappedConnection, TappedPdu } from "../tap/tap-observer.js";
export {
  type FieldAssignment,
  type RuleAction,
  type RuleConditions,
  RuleError,
  type TapRule,
} from "../tap/tap-rule.js";
export { type RecordedSide, TrafficRecording } from "../tap/traffic-recording.js";
