/** A group of ours with a room in it, and a peer that may become its guest. */
import assert from "node:assert/strict";
import type { PeerId } from "../../../core/ids.ts";
import { type BindingRow, liveBindings } from "../../../core/store/units/bindings.ts";
import { eventsForGuest } from "../../../core/store/units/guest-pages.ts";
import { headFor, type HistoryPolicy } from "../../../core/store/units/guests.ts";
import type { SubmittedEvent, SubmittedInput } from "../../../core/store/units/submitted.ts";
import type { ProviderDomain } from "../../../mappings/ids.ts";
import { addPeer } from "./federation-sample.ts";
import { linkRooms, type SampleStore } from "./sample.ts";

const page = { after: 0, limit: 500, bytes: 1_000_000 };

export class OwnerStage {
  readonly sample: SampleStore;
  readonly peer: PeerId;
  readonly host: ProviderDomain;
  readonly room: BindingRow;

  private constructor(
    sample: SampleStore,
    peer: { readonly id: PeerId; readonly host: ProviderDomain },
    room: BindingRow,
  ) {
    this.sample = sample;
    this.peer = peer.id;
    this.host = peer.host;
    this.room = room;
  }

  static async make(sample: SampleStore, base: string): Promise<OwnerStage> {
    const peer = await addPeer(sample, base);
    await linkRooms(sample.store, sample.account, [base]);
    const rooms = await sample.store.read(liveBindings(sample.account.id));
    const room = rooms.find(({ native }) => native === base);
    assert.ok(room);
    return new OwnerStage(sample, peer, room);
  }

  admit(history: HistoryPolicy, now = 3_000) {
    const { room, peer } = this;
    return this.sample.store.write("addGuest", { group: room.group, peer, history, connection: null, now });
  }

  remove() {
    return this.sample.store.write("removeGuest", { group: this.room.group, peer: this.peer });
  }

  /** The group as the guest sees it. */
  async head() {
    const found = await this.sample.store.read(headFor({ uri: this.room.groupUri, peer: this.peer }));
    assert.ok(found);
    return found;
  }

  async seen(change: Partial<typeof page> = {}) {
    const guest = await this.head();
    return this.sample.store.read(eventsForGuest(guest, { ...page, ...change }));
  }

  submit(events: readonly SubmittedEvent[], change: Partial<SubmittedInput> = {}) {
    return this.sample.store.write("appendSubmitted", {
      fence: null,
      group: this.room.group,
      peer: this.peer,
      events,
      perMinute: 1_000,
      verdicts: "kept",
      pulled: null,
      now: 20_000,
      ...change,
    });
  }

  async codes(...of: Parameters<OwnerStage["submit"]>) {
    return (await this.submit(...of)).verdicts.map(({ code }) => code);
  }
}
