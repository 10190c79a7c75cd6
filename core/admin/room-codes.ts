/** Codes as people in rooms make and redeem them: for rooms elsewhere, and for rooms of this gateway's other accounts. */
import type { GroupUri, ProviderDomain } from "../../mappings/ids.ts";
import type { MadeRoom } from "../bridge/room.ts";
import { GatewayError } from "../errors.ts";
import type { FederationAccess } from "../federation/peers/federation-access.ts";
import { makeCode, makeOwnCode, ownCodeHash } from "../federation/wire/code-text.ts";
import type { RedeemQuestion, RedeemReport } from "../federation-operations.ts";
import { limits } from "../limits.ts";
import { type LinkReport, linkWarnings, type RoomReference } from "../link-reports.ts";
import type { Store } from "../store/store.ts";
import { groupOfCode } from "../store/units/own-codes.ts";
import { bindingOf, providerOf, type RoomAccount } from "./room-accounts.ts";

/** In whose name something is linked, and by which code; null: by his own right. */
export interface LinkedBy {
  /** For the audit. */
  readonly actor: string;
  readonly code: { readonly hash: string; readonly redeemer: ProviderDomain } | null;
  /** A room among them that an account's bridge has just made for this; left out: none is. */
  readonly made?: MadeRoom & { readonly account: string };
}

/** Links rooms, see Operations.link. Without `by` it is the operator. */
export type Linking = (
  rooms: readonly RoomReference[],
  group: string | null,
  by?: LinkedBy,
) => Promise<LinkReport>;

export interface RoomCodesOptions {
  readonly base: ProviderDomain;
  readonly store: Store;
  readonly hosts: readonly RoomAccount[];
  /** null: nothing is exchanged with other gateways in this process. */
  readonly access: FederationAccess | null;
  readonly gateway: {
    link: Linking;
    readonly federation: {
      /** Redeems a code of another gateway. */
      redeem(question: RedeemQuestion, actor: string): Promise<RedeemReport>;
    };
  };
}

export class RoomCodes {
  readonly #options: RoomCodesOptions;

  constructor(options: RoomCodesOptions) {
    this.#options = options;
  }

  /**
   * A code for the group of a room, which is made where the room is in none: good once. It is shown here and never again.
   * Throws group_unknown where another gateway owns the group.
   */
  async make(room: RoomReference, actor: string): Promise<string> {
    const { base, access, store } = this.#options;
    const group = await this.#groupOf(room, actor);
    const { text, hash } = access === null ? makeOwnCode(base) : makeCode(base, access.keyId());
    const at = Date.now();
    const expires = at + limits.codeMs;
    await store.write("createCode", { hash, group, issuer: actor, uses: 1, confirm: false, expires, at });
    return text;
  }

  /**
   * Links the room by a code of this gateway or another one. Returns the group, whose it is (null: this gateway's), and what does
   * not work in the room as it should.
   */
  async redeem(
    code: string,
    room: RoomReference,
    actor: string,
  ): Promise<{
    readonly group: string | null;
    readonly base: string | null;
    readonly warnings: readonly string[];
  }> {
    const { base, store, hosts, gateway } = this.#options;
    const hash = ownCodeHash(code, base);
    if (hash === null) {
      const question = { code, as: room.account, room };
      const { group, base, linked } = await gateway.federation.redeem(question, actor);
      return { group, base, warnings: linked === null ? [] : linkWarnings(linked) };
    }
    const redeemer = providerOf(hosts, room.account);
    // Asked for before the room is entered: nothing is entered for a code that is not good.
    const group = await store.read(groupOfCode({ hash, now: Date.now() }));
    const there = await bindingOf(store, hosts, room);
    if (there && there.groupUri !== group)
      throw new GatewayError(
        "room_linked",
        `${room.account}:${room.room} is linked in another group: unlink it there first`,
      );
    const done = await gateway.link([room], group, { actor, code: { hash, redeemer } });
    return { group, base: null, warnings: linkWarnings(done) };
  }

  async #groupOf(room: RoomReference, actor: string): Promise<GroupUri> {
    const { store, hosts, gateway } = this.#options;
    const binding = await bindingOf(store, hosts, room);
    if (binding) return binding.groupUri;
    await gateway.link([room], null, { actor, code: null });
    const made = await bindingOf(store, hosts, room);
    if (made) return made.groupUri;
    throw new GatewayError("internal", "a room that was just linked is not");
  }
}
