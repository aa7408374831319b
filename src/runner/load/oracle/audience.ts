export const NOT_A_RECIPIENT = -1;

/** Groups that are made while the run goes on. */
export interface GroupRoom {
  readonly groupsMax: number;
  readonly membersMax: number;
}

const noRoom: GroupRoom = { groupsMax: 0, membersMax: 0 };

/**
 * Who may get a message, as numbers from 0 within the message, so that a set of recipients is a row of bits. Targets are
 * numbers: users first, then groups. To a user: the user's devices, then the sender's (MSG-03). To a group: the devices of
 * each member in turn, the sender being one (GRP-06).
 */
export class Audience {
  /** Most recipients that a message may have. */
  readonly recipientsMax: number;
  /** Targets that there may be. */
  readonly targetsMax: number;
  readonly #groups: (readonly number[])[];
  readonly #placeInGroup: ReadonlyMap<number, number>[];

  constructor(
    private readonly users: number,
    readonly devicesPerUser: number,
    groups: readonly (readonly number[])[],
    /** Groups that may be added, and members of each. */
    room: GroupRoom = noRoom,
  ) {
    this.#groups = [...groups];
    this.#placeInGroup = groups.map(placesOf);
    const largest = groups.reduce((most, { length }) => Math.max(most, length), Math.max(2, room.membersMax));
    this.recipientsMax = largest * devicesPerUser;
    this.targetsMax = users + groups.length + room.groupsMax;
  }

  /** @returns the group as a target. @throws RangeError when there is no room for it */
  addGroup(members: readonly number[]): number {
    const target = this.users + this.#groups.length;
    if (target >= this.targetsMax) throw new RangeError("there are too many groups");
    const membersMax = this.recipientsMax / this.devicesPerUser;
    if (members.length > membersMax) throw new RangeError(`a group has at most ${membersMax} members`);
    this.#groups.push(members);
    this.#placeInGroup.push(placesOf(members));
    return target;
  }

  /** Devices of all users. */
  get devices(): number {
    return this.users * this.devicesPerUser;
  }

  isGroup(target: number): boolean {
    return target >= this.users;
  }

  /** Numbers that the recipients of a message to the target have: from 0 to below this. */
  sizeOf(target: number): number {
    return (this.#members(target)?.length ?? 2) * this.devicesPerUser;
  }

  /** The number of a device among the recipients. */
  numberOf(device: number, senderDevice: number, target: number): number {
    if (device === senderDevice) return NOT_A_RECIPIENT;
    const user = this.userOf(device);
    const place = device - user * this.devicesPerUser;
    if (this.isGroup(target)) {
      const member = this.#placeInGroup[target - this.users]?.get(user);
      return member === undefined ? NOT_A_RECIPIENT : member * this.devicesPerUser + place;
    }
    if (user === target) return place;
    return user === this.userOf(senderDevice) ? this.devicesPerUser + place : NOT_A_RECIPIENT;
  }

  /** The device that has this number; it may be the sending one, which is no recipient. */
  deviceAt(number: number, senderDevice: number, target: number): number {
    const member = Math.floor(number / this.devicesPerUser);
    const place = number - member * this.devicesPerUser;
    const members = this.#members(target);
    const user =
      members === undefined ? (member === 0 ? target : this.userOf(senderDevice)) : (members[member] as number);
    return user * this.devicesPerUser + place;
  }

  /** Whether the target is the user, or a group with the user in it. */
  reaches(user: number, target: number): boolean {
    return this.isGroup(target) ? this.#placeInGroup[target - this.users]?.has(user) === true : user === target;
  }

  userOf(device: number): number {
    return Math.floor(device / this.devicesPerUser);
  }

  #members(target: number): readonly number[] | undefined {
    // A negative index would be looked up as a name, which is slow.
    return target < this.users ? undefined : this.#groups[target - this.users];
  }
}

function placesOf(members: readonly number[]): ReadonlyMap<number, number> {
  return new Map(members.map((user, place) => [user, place]));
}
