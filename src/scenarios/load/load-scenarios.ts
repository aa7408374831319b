import { groupChat } from "./group-chat.js";
import { idleOnline } from "./idle-online.js";
import type { LoadScenario } from "./load-scenario.js";
import { loginStorm } from "./login-storm.js";
import { mixedDay } from "./mixed-day.js";
import { multiDevice } from "./multi-device.js";
import { offlineCatchup } from "./offline-catchup.js";
import { presenceStorm } from "./presence-storm.js";
import { pullHeavy } from "./pull-heavy.js";
import { reconnectStorm } from "./reconnect-storm.js";
import { steadyChat } from "./steady-chat.js";

/** The built-in scenarios, by name. */
export const loadScenarios: ReadonlyMap<string, LoadScenario> = new Map(
  [
    steadyChat,
    groupChat,
    multiDevice,
    offlineCatchup,
    mixedDay,
    idleOnline,
    loginStorm,
    presenceStorm,
    pullHeavy,
    reconnectStorm,
  ].map((scenario) => [scenario.name, scenario]),
);
