export { loadScenarios } from "./load-scenarios.js";
export { seededRandom } from "./random.js";
export { ShippedStartUp } from "./start-up.js";
export { steadyChat } from "./steady-chat.js";
export { type ThinkTimeName, thinkTimes } from "./think-time.js";
