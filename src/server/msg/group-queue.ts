import { CommandId } from "../../codec/generated/commands.js";
import { type DatabasePort, DatabaseUnavailableError } from "../db/database-port.js";
import type { MsgCounts } from "./msg-counts.js";

/**
 * Finds the members of a group before something is delivered to them, one after the other for each group: answers of
 * several database links may overtake each other, deliveries must not (MSG-09).
 */
export class GroupQueue {
  readonly #tails = new Map<number, Promise<void>>();

  constructor(
    private readonly database: DatabasePort,
    private readonly counts: MsgCounts,
  ) {}

  /**
   * Calls `deliver` with the members as of now; not at all, and counted, when the database does not answer.
   * @param known the members, where they need not be asked for
   */
  withMembers(
    groupId: number,
    askingUserId: number,
    deliver: (members: readonly number[]) => void,
    known?: readonly number[],
  ): Promise<void> {
    const before = this.#tails.get(groupId) ?? Promise.resolve();
    const members = known === undefined ? this.#members(groupId, askingUserId) : Promise.resolve(known);
    // Its failure is dealt with below, when its turn comes; until then it must not count as unhandled.
    members.catch(() => {});
    const tail = before.then(async () => deliver(await members)).catch((error) => this.#failed(error));
    this.#tails.set(groupId, tail);
    void tail.then(() => {
      if (this.#tails.get(groupId) === tail) this.#tails.delete(groupId);
    });
    return tail;
  }

  #failed(error: unknown): void {
    if (!(error instanceof DatabaseUnavailableError)) throw error;
    this.counts.databaseFailures++;
  }

  async #members(groupId: number, user_id: number): Promise<readonly number[]> {
    const { group_info_list } = await this.database.request(CommandId.CID_GROUP_INFO_REQUEST, {
      user_id,
      group_version_list: [{ group_id: groupId, version: 0 }],
    });
    return group_info_list.find(({ group_id }) => group_id === groupId)?.group_member_list ?? [];
  }
}
