/** Tells the store when rooms of a restored backup have been read: what other gateways have is not taken before. */
import { asGatewayError } from "../errors.ts";
import type { Announcer } from "../groups/announce.ts";
import type { AccountId, BindingId } from "../ids.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { unreadRooms } from "../store/units/restored-rooms.ts";

export interface RestoredRoomsOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly announcer: Pick<Announcer, "outside">;
}

export class RestoredRooms {
  readonly #options: RestoredRoomsOptions;
  readonly #unread: Map<BindingId, AccountId>;

  private constructor(options: RestoredRoomsOptions, unread: Map<BindingId, AccountId>) {
    this.#options = options;
    this.#unread = unread;
  }

  static async open(options: RestoredRoomsOptions): Promise<RestoredRooms> {
    const rows = await options.store.read(unreadRooms());
    return new RestoredRooms(options, new Map(rows.map(({ id, account }) => [id, account])));
  }

  /** What was said in the room since the backup was handed over, and is written. Never rejects: the next time tells it, too. */
  async wasRead(binding: BindingId): Promise<void> {
    if (!this.#unread.has(binding)) return;
    const { store, log, announcer } = this.#options;
    try {
      const peers = await store.write("noteRoomRead", { binding });
      this.#unread.delete(binding);
      for (const peer of peers) announcer.outside?.waits(peer);
    } catch (thrown) {
      log.warn({ binding, err: asGatewayError(thrown) }, "that a room was read could not be noted");
    }
  }

  /** Rooms of other accounts than these are read by nobody, and not waited for. */
  async serve(accounts: ReadonlySet<AccountId>): Promise<void> {
    for (const [binding, account] of this.#unread) if (!accounts.has(account)) await this.wasRead(binding);
  }
}
