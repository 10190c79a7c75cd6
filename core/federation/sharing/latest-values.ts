/** Latest values between gateways (docs/mtp.md, Latest values): what is given of them, and what is taken. */
import type { GroupUri } from "../../../mappings/ids.ts";
import type { GroupId, PeerId } from "../../ids.ts";
import type { ProfileAvatar } from "../../media/avatar-addresses.ts";
import type { Store } from "../../store/store.ts";
import {
  type Marker,
  typistsOf,
  valuesHeads,
  valuesRead,
  valuesSince,
} from "../../store/units/latest-values.ts";
import type { MovedMarker } from "../../store/units/markers.ts";
import type { Profile } from "../../store/units/profiles.ts";
import { makeValuesCursor, readValuesCursor } from "../wire/cursor.ts";
import { groupTopic, peerTopic, type Topic } from "../news.ts";
import type { Typing } from "./typing.ts";
import {
  MOST_VALUES,
  type RawRows,
  readRows,
  type WireProfile,
  wireProfile,
  type TransientRow,
} from "../wire/value-rows.ts";

export interface LatestValuesOptions {
  readonly store: Store;
  readonly typing: Typing;
  readonly tell: (topics: readonly Topic[]) => void;
  /** Shows up to where somebody of another gateway has read, in the group's rooms here. */
  readonly showRead: (group: GroupId, moved: MovedMarker) => Promise<void>;
  /** Shows how somebody of another gateway is called and looks, in the group's rooms here. */
  readonly showProfile: (group: GroupId, profile: Profile) => Promise<void>;
  /** Where everybody finds a user's picture; null: nowhere. */
  readonly publicAvatar: (avatar: ProfileAvatar) => Promise<string | null>;
}

/** A group as its values are counted. */
export interface ValuedGroup {
  readonly group: GroupId;
  readonly uri: GroupUri;
  readonly rev: number;
  /** As `heads` gave it, 0 for none; left out: it is looked up. */
  readonly values?: number;
}

/** As it stands in an answer. */
export interface GivenValues {
  readonly state: string;
  readonly markers: readonly Marker[];
  readonly profiles: readonly WireProfile[];
  readonly more: boolean;
}

export class LatestValues {
  readonly #options: LatestValuesOptions;

  constructor(options: LatestValuesOptions) {
    this.#options = options;
  }

  /**
   * The number of the last change of each group's values, none for a group without: what `since` need not look for. Of many
   * groups that are waited for, most have not changed.
   */
  heads(groups: readonly GroupId[]): Promise<ReadonlyMap<GroupId, number>> {
    return this.#options.store.read(valuesHeads(groups));
  }

  /**
   * What changed in a group since the peer's `state` (undefined: all): for a guest of ours in a group of ours, else of our
   * own users for the group's owner. Null: nothing. Read it after the events of the same answer, and give no events while there
   * is `more`: then the profile of a sender comes not later than his first event (M81). At most `limit` rows of each kind. Throws
   * ProblemError cursor_malformed or cursor_foreign.
   */
  async since(
    { group, uri, rev, values }: ValuedGroup,
    peer: PeerId,
    state: string | undefined,
    limit = MOST_VALUES,
  ): Promise<GivenValues | null> {
    const known = state === undefined ? null : readValuesCursor(state, uri);
    // Counted anew since.
    const after = known?.rev === rev ? known.n : 0;
    if (after === values) return null;
    const page = await this.#options.store.read(valuesSince({ group, peer, after, limit }));
    if (page === null) return null;
    const { markers, n, more } = page;
    const profiles = await Promise.all(page.profiles.map((profile) => this.#given(profile)));
    return { state: makeValuesCursor(uri, rev, n), markers, profiles, more };
  }

  /** The peer's own `state` of each group whose values were taken from it: what to ask with. */
  states(peer: PeerId): Promise<ReadonlyMap<GroupId, string>> {
    return this.#options.store.read(valuesRead(peer));
  }

  /**
   * Takes the rows that a peer gave for a group, after the events of the same body: what it may not say and what is not new
   * is dropped. `state` is kept with them; null forgets the one kept (a cursor of it was refused), undefined lets it be. Rejects
   * as the store does.
   */
  async take(
    peer: PeerId,
    group: GroupId,
    raw: RawRows & { readonly state?: string | null | undefined },
  ): Promise<void> {
    const { store, tell, showRead, showProfile } = this.#options;
    const { markers, profiles, transients } = readRows(raw);
    const { state } = raw;
    if (markers.length + profiles.length > 0 || state !== undefined) {
      const kept = state === undefined ? {} : { state };
      const taken = await store.write("takeValues", { group, peer, markers, profiles, ...kept });
      const { moved, shown, changed } = taken;
      if (changed) tell([groupTopic(group)]);
      for (const profile of shown) await showProfile(group, profile);
      for (const marker of moved) if (marker.kind === "read") await showRead(group, marker);
    }
    if (transients.length > 0) await this.#takeTransients(group, peer, transients);
  }

  /** Values of people in rooms of ours have changed: guests, or the group's owner, are to hear of it. */
  changed(group: GroupId, ownerPeer: PeerId | null): void {
    this.#options.tell([ownerPeer === null ? groupTopic(group) : peerTopic(ownerPeer)]);
  }

  async #given(profile: Profile): Promise<WireProfile> {
    const { user, rev, avatar: source } = profile;
    if (source === null) return wireProfile(profile);
    return wireProfile({ ...profile, avatar: await this.#options.publicAvatar({ user, rev, source }) });
  }

  async #takeTransients(group: GroupId, peer: PeerId, rows: readonly TransientRow[]): Promise<void> {
    const { store, typing } = this.#options;
    const { guest, names } = await store.read(
      typistsOf({ group, peer, users: rows.map(({ user }) => user) }),
    );
    for (const { user: uri, on } of rows) {
      const name = names.get(uri);
      if (name !== undefined) typing.heard(group, peer, { speaker: { uri, name }, on }, guest);
    }
  }
}
