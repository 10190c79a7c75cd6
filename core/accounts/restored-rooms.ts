/** Tells the store when rooms of a restored backup have been read: what other gateways have is not taken before. */
import { asGatewayError } from "../errors.ts";
import type { Announcer } from "../groups/announce.ts";
import type { AccountId, BindingId } from "../ids.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { unreadRooms } from "../store/units/restored-rooms.ts";

export interface RestoredRoomsOptions {
  readonly store: Pick<Store, "read" | "write" | "dialect">;
  readonly log: Logger;
  readonly announcer: Pick<Announcer, "outside">;
}

export class RestoredRooms {
  readonly #options: RestoredRoomsOptions;
  readonly #unread: Map<BindingId, AccountId>;
  /** Rooms that were read, which could not be noted yet. */
  readonly #untold = new Set<BindingId>();

  private constructor(options: RestoredRoomsOptions, unread: Map<BindingId, AccountId>) {
    this.#options = options;
    this.#unread = unread;
  }

  static async open(options: RestoredRoomsOptions): Promise<RestoredRooms> {
    const rows = await options.store.read(unreadRooms());
    return new RestoredRooms(options, new Map(rows.map(({ id, account }) => [id, account])));
  }

  /** What was said in the room since the backup was handed over, and is written. Never rejects: `again` tells it, too. */
  async wasRead(binding: BindingId): Promise<void> {
    if (!this.#unread.has(binding)) return;
    const { store, log, announcer } = this.#options;
    try {
      const peers = await store.write("noteRoomRead", { binding });
      this.#unread.delete(binding);
      this.#untold.delete(binding);
      for (const peer of peers) announcer.outside?.waits(peer);
    } catch (thrown) {
      this.#untold.add(binding);
      log.warn({ binding, err: asGatewayError(thrown) }, "that a room was read could not be noted");
    }
  }

  /** Notes what could not be noted. To be called every now and then. */
  async again(): Promise<void> {
    for (const binding of this.#untold) await this.wasRead(binding);
  }

  /**
   * Rooms of other accounts than these are read by nobody, and not waited for. On PostgreSQL another process may have accounts that
   * this one's configuration does not name: there `doctor` names the room, and the operator knows.
   */
  async serve(accounts: ReadonlySet<AccountId>): Promise<void> {
    if (this.#options.store.dialect === "postgres") return;
    for (const [binding, account] of this.#unread) if (!accounts.has(account)) await this.wasRead(binding);
  }
}
