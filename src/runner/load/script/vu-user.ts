import { type ClientTypeName, clientTypes } from "../../../client/client-type.js";
import type { VuContext } from "./vu-context.js";
import { VuDevice } from "./vu-device.js";
import type { Person } from "./vu-people.js";
import type { Waits } from "./waits.js";

/** A user that belongs to one virtual user, and to nobody else in the run. */
export class VuUser implements Person {
  readonly kind = "user";
  readonly #devices = new Map<ClientTypeName, VuDevice>();

  constructor(
    private readonly context: VuContext,
    private readonly waits: Waits,
    private readonly lateMs: () => number,
    readonly user: number,
    readonly name: string,
  ) {}

  /** The server's id; 0 before the first login. */
  get userId(): number {
    return this.context.messenger.userIdOf(this.user);
  }

  /** One of the user's devices, online or not; always the same object for a type. */
  device(type: ClientTypeName): VuDevice {
    let device = this.#devices.get(type);
    if (device === undefined) {
      if (!Object.hasOwn(clientTypes, type)) {
        throw new RangeError(`there is no device type "${type}": one of ${Object.keys(clientTypes).join(", ")}`);
      }
      device = new VuDevice(
        this.context,
        this.waits,
        this.lateMs,
        { kind: "user", user: this.user, name: this.name },
        type,
      );
      this.#devices.set(type, device);
    }
    return device;
  }

  /** `device(type).login()`: stays online over iterations, until somebody logs it out. @throws Error */
  login(type: ClientTypeName): Promise<VuDevice> {
    return this.device(type).login();
  }

  /** Logs out every device. */
  async logout(): Promise<void> {
    await Promise.all([...this.#devices.values()].map((device) => device.logout()));
  }
}
