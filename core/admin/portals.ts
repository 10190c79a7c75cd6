/** Rooms that bridges make for rooms of other accounts when somebody asks for them, and their links with those. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { AskedPortal } from "../bridge/host.ts";
import type { RoomFacts } from "../bridge/room.ts";
import { GatewayError } from "../errors.ts";
import type { NativeRoom } from "../ids.ts";
import type { Limits } from "../limits.ts";
import type { RoomReference } from "../link-reports.ts";
import type { Store } from "../store/store.ts";
import { portalsOf } from "../store/units/account-rooms.ts";
import { findBinding } from "../store/units/bindings.ts";
import { shownProperties } from "../store/units/shown-properties.ts";
import { leaveUnlinked } from "./entered-rooms.ts";
import type { Linking } from "./room-codes.ts";

/** In the audit: it is not said who asked. */
const ACTOR = "platform";

export interface PortalsOptions {
  readonly store: Pick<Store, "read">;
  readonly hosts: readonly AccountHost[];
  /** Throws account_unknown. */
  readonly host: (account: string) => AccountHost;
  readonly link: Linking;
  readonly limits: Pick<Limits, "portalsMost">;
}

export class Portals {
  readonly #options: PortalsOptions;

  constructor(options: PortalsOptions) {
    this.#options = options;
  }

  /** See BridgeHost.portal. `account`: whose bridge makes the room. Rejects with portals_full, too. */
  async open({ account, other, make }: AskedPortal): Promise<NativeRoom> {
    const { hosts, host, link } = this.#options;
    if (other.account === account)
      throw new GatewayError("room_invalid", `${other.room} is a room of ${account} itself`);
    const of = host(other.account);
    const native = of.options.bridge.parseRoom(other.room);
    // One room has one address, and so one portal.
    if (native !== other.room)
      throw new GatewayError("room_invalid", `${other.room} is written ${native} by ${other.account}`);
    await this.#mayMakeMore(host(account));
    try {
      const made = { ...(await make(await this.#lookAt(of, other, native))), account };
      // Whoever unlinks the other room of one that is linked has a reason: it is not linked again by those who enter.
      if (!(await this.#isLinked(host(account), made.room)))
        await link([other, { account, room: made.room }], null, { actor: ACTOR, code: null, made });
      return made.room;
    } finally {
      await leaveUnlinked(hosts, [{ account: of.options.row.id, native }]);
    }
  }

  /** Nobody is asked who may make them: whoever asks for many must not fill the homeserver. */
  async #mayMakeMore({ options: { row } }: AccountHost): Promise<void> {
    const { store, limits } = this.#options;
    if ((await store.read(portalsOf(row.id))) < limits.portalsMost) return;
    throw new GatewayError("portals_full", `the account has ${limits.portalsMost} portal rooms: unlink some`);
  }

  async #isLinked({ options: { row } }: AccountHost, native: NativeRoom): Promise<boolean> {
    const { store, hosts } = this.#options;
    if (!(await store.read(findBinding({ account: row.id, native })))) return false;
    // Another process may have linked it, or unlinked the other one.
    for (const host of hosts) await host.refresh();
    return true;
  }

  async #lookAt(
    { serving, options: { bridge, row } }: AccountHost,
    { account, room }: RoomReference,
    native: NativeRoom,
  ): Promise<RoomFacts> {
    const { store } = this.#options;
    if (!serving) throw new GatewayError("account_down", `this process does not serve account ${account}`);
    const known = await store.read(findBinding({ account: row.id, native }));
    if (known?.state === "leaving")
      throw new GatewayError("room_unreachable", `${account}:${room} is being unlinked: ask again`);
    const facts = known
      ? { ...(await store.read(shownProperties(known))), mark: known.mark }
      : await bridge.inspect(native);
    // The gateway may have been let into rooms that others can't enter: whoever did that has not let in everybody.
    if (bridge.capabilities(native).open === true) return facts;
    throw new GatewayError(
      "room_unreachable",
      `${account}:${room} is not open to everybody: link a room with it instead`,
    );
  }
}
