import { setMaxListeners } from "node:events";
import type { DeviceSessions } from "../devices/device-sessions.js";
import { makeGroup } from "../devices/make-groups.js";
import type { Messenger } from "../devices/messenger.js";
import type { VirtualDevice } from "../devices/virtual-device.js";
import { LoadBlockedError } from "../load-blocked-error.js";
import type { LoadPlan } from "../load-plan.js";
import { rampUp } from "../ramp-up.js";
import { isOwn, wholeRun } from "../segment.js";
import type { FarGroups } from "../shard/far-groups.js";

interface ArrivalSources {
  readonly plan: LoadPlan;
  readonly sessions: DeviceSessions;
  readonly messenger: Messenger;
  readonly devicesOnline: () => number;
  /** What a group of the run is called. */
  readonly groupName: (group: number) => string;
  readonly farGroups: FarGroups;
  /** Of the run: aborted = nobody else starts. */
  readonly signal: AbortSignal;
}

/** What happens before anybody acts: everybody who starts online does so, and makes the run's groups. */
export class CrowdArrival {
  constructor(private readonly sources: ArrivalSources) {}

  /** @throws LoadBlockedError for the first who cannot */
  async logIn(): Promise<void> {
    const { plan, sessions } = this.sources;
    const { startingMax, devicesPerUser } = plan;
    // Of our own, because every device that is connecting listens to it.
    const signal = AbortSignal.any([this.sources.signal]);
    setMaxListeners(startingMax + 1, signal);
    // Whoever waits for an answer then does not get it.
    const giveUp = () => sessions.giveUpStarting();
    signal.addEventListener("abort", giveUp, { once: true });
    const { startsOnline = () => true } = plan.scenario;
    const starting = sessions.devices.filter(({ index }) => startsOnline(index % devicesPerUser));
    await rampUp(starting.length, startingMax, signal, (place) =>
      this.#start(starting[place] as VirtualDevice, signal),
    ).finally(() => signal.removeEventListener("abort", giveUp));
  }

  /** Makes those that are this segment's, and finds the others. @throws LoadBlockedError for the first that cannot be had */
  async makeGroups(): Promise<void> {
    const { plan, sessions, messenger, groupName, farGroups, signal } = this.sources;
    const { groups, startingMax, devicesPerUser, segment = wholeRun } = plan;
    const own = [...groups.keys()].filter((group) => isOwn(groups[group]?.[0] as number, segment));
    await rampUp(own.length, startingMax, signal, async (place) => {
      const group = own[place] as number;
      const first = (groups[group]?.[0] as number) * devicesPerUser;
      const ofCreator = sessions.devices.slice(first, first + devicesPerUser);
      const creator = ofCreator.find(({ index }) => sessions.isOnline(index)) ?? (ofCreator[0] as VirtualDevice);
      try {
        const groupId = await makeGroup(creator, groupName(group), messenger.memberIds(group));
        messenger.groupMade(group, groupId);
        await farGroups.introduce(group, creator, groupId);
      } catch (error) {
        throw new LoadBlockedError(`${sessions.nameOf(creator.index)}: ${(error as Error).message}`);
      }
    });
    await farGroups.find();
  }

  async #start({ index }: VirtualDevice, signal: AbortSignal): Promise<void> {
    const { sessions } = this.sources;
    try {
      await sessions.start(index, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const server = sessions.servers[index];
      if (server === undefined) throw new LoadBlockedError(reason);
      const online = `${this.sources.devicesOnline()} of ${sessions.devices.length} devices were online`;
      throw new LoadBlockedError(`${sessions.nameOf(index)} cannot start on ${server}: ${reason} (${online})`);
    }
  }
}
