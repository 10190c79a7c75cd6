/** The rooms that are told of alarms: each is linked, in a group of its own where nobody has linked it with others. */
import type { AccountHost } from "../accounts/account-host.ts";
import { asGatewayError } from "../errors.ts";
import type { BindingId, NativeRoom } from "../ids.ts";
import type { RoomReference } from "../link-reports.ts";
import type { Logger } from "../log.ts";
import type { AlarmRoom } from "../store/units/alarms.ts";
import type { WatchedRoom } from "../store/units/watched-rooms.ts";
import type { Milliseconds } from "../time.ts";

/** How long after a try a room that could not be linked is tried again. */
const AGAIN_MS: Milliseconds = 30_000;

export interface AdminRoomsOptions {
  readonly rooms: readonly RoomReference[];
  readonly hosts: readonly AccountHost[];
  /** Links one room; one that is linked already stays as it is. Rejects with GatewayError. */
  readonly link: (room: RoomReference) => Promise<unknown>;
  readonly log: Logger;
  readonly now: () => Milliseconds;
}

interface AdminRoom {
  readonly reference: RoomReference;
  readonly host: AccountHost;
  readonly native: NativeRoom;
  triedAt: Milliseconds | null;
  /** null: it was not there yet. */
  binding: BindingId | null;
}

export class AdminRooms {
  readonly #options: AdminRoomsOptions;
  readonly #rooms: readonly AdminRoom[];

  /** An address that is none is logged, and left out. */
  constructor(options: AdminRoomsOptions) {
    this.#options = options;
    const { rooms, hosts } = options;
    this.#rooms = rooms.flatMap((reference) => {
      const host = hosts.find((one) => one.options.name === reference.account);
      const native = host && this.#parsed(reference, host);
      return host && native ? [{ reference, host, native, triedAt: null, binding: null }] : [];
    });
  }

  /** Those of these that are told. Begins to link those that are not there. */
  among(linked: readonly WatchedRoom[]): readonly AlarmRoom[] {
    return this.#rooms.flatMap((room) => {
      const account = room.host.options.row.id;
      // Under whatever name it goes on.
      const there =
        linked.find(({ id }) => id === room.binding) ??
        linked.find((one) => one.account === account && one.native === room.native);
      room.binding = there?.id ?? null;
      if (there) return [{ binding: there.id, account }];
      void this.#link(room);
      return [];
    });
  }

  async #link(room: AdminRoom): Promise<void> {
    const { link, log, now } = this.#options;
    const { reference, host } = room;
    if (host.health?.state !== "up") return;
    if (room.triedAt !== null && now() - room.triedAt < AGAIN_MS) return;
    room.triedAt = now();
    try {
      await link(reference);
      log.info({ ...reference }, "a room that is told of alarms is linked");
    } catch (thrown) {
      log.warn(
        { ...reference, err: asGatewayError(thrown) },
        "a room that is told of alarms can't be linked",
      );
    }
  }

  #parsed({ account, room }: RoomReference, host: AccountHost): NativeRoom | null {
    try {
      return host.options.bridge.parseRoom(room);
    } catch (thrown) {
      this.#options.log.error(
        { account, room, err: asGatewayError(thrown) },
        "a room is to be told of alarms, and is none",
      );
      return null;
    }
  }
}
