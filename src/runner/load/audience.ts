export const NOT_A_RECIPIENT = -1;

/**
 * Who may get a message, as numbers from 0 within the message, so that a set of recipients is a row of bits. Targets are
 * numbers: users first, then groups. To a user: the user's devices, then the sender's (MSG-03). To a group: the devices of
 * each member in turn, the sender being one (GRP-06).
 */
export class Audience {
  /** Most recipients that a message may have. */
  readonly recipientsMax: number;
  readonly #placeInGroup: ReadonlyArray<ReadonlyMap<number, number>>;

  constructor(
    private readonly users: number,
    private readonly devicesPerUser: number,
    private readonly groups: readonly (readonly number[])[],
  ) {
    this.#placeInGroup = groups.map((members) => new Map(members.map((user, place) => [user, place])));
    const largest = groups.reduce((most, { length }) => Math.max(most, length), 2);
    this.recipientsMax = largest * devicesPerUser;
  }

  /** Targets there are. */
  get targets(): number {
    return this.users + this.groups.length;
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

  userOf(device: number): number {
    return Math.floor(device / this.devicesPerUser);
  }

  #members(target: number): readonly number[] | undefined {
    return this.groups[target - this.users];
  }
}
