import { readSome, writeTo } from "./chat-peers.js";
import type { LoadScenario } from "./load-scenario.js";
import type { Random } from "./random.js";
import { ShippedStartUp } from "./start-up.js";

const MESSAGES_PER_READ_ACK = 20;

/** Everybody is in some groups, made for the run, and writes to one of them; every device of every member must get it. */
export const groupChat: LoadScenario = {
  name: "group-chat",
  summary: "users write to groups made for the run; every member's devices must get each message",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0.1,
  acts: "messages",
  newStartUp: () => new ShippedStartUp(),
  groups: (users, { count, size }, random) =>
    Array.from({ length: count }, (_, group) => membersOf(group, users, Math.min(size, users), random)),
  act(crowd, user) {
    const groups = crowd.groupsOf(user);
    // Somebody in no group has nobody to write to; its act is done.
    if (groups.length === 0) return true;
    return writeTo(crowd, user, groups[crowd.random.below(groups.length)] as number);
  },
  onMessage: (crowd, device, fromUser, msgId, group) =>
    readSome(crowd, device, fromUser, msgId, group, MESSAGES_PER_READ_ACK),
};

/** A run of users that moves on by a group's size, so that few groups already reach everybody, and random ones beside. */
function membersOf(group: number, users: number, size: number, random: Random): number[] {
  const neighbours = Math.ceil(size / 2);
  const members = new Set<number>();
  for (let place = 0; place < neighbours; place++) members.add((group * neighbours + place) % users);
  while (members.size < size) members.add(random.below(users));
  return [...members];
}
