/** A group of a peer's that is followed here, with a room of ours in it. */
import { randomUUID } from "node:crypto";
import type { GroupId, PeerId, Seq } from "../../../core/ids.ts";
import { inLane, syncLane } from "../../../core/lanes/lane-key.ts";
import { type BindingRow, liveBindings } from "../../../core/store/units/bindings.ts";
import type { Fence } from "../../../core/store/units/fence.ts";
import { followedAt } from "../../../core/store/units/following.ts";
import type { NewEvent } from "../../../core/store/units/group-log.ts";
import { logAfter } from "../../../core/store/units/outbox.ts";
import type { RemoteEvent, RemoteEventsInput } from "../../../core/store/units/remote-events.ts";
import { pendingFor } from "../../../core/store/units/submissions.ts";
import { type EventId, type GroupUri, groupUri, type ProviderDomain } from "../../../mappings/ids.ts";
import { addPeer, remote } from "./federation-sample.ts";
import { linkRooms, type SampleStore } from "./sample.ts";

export class FollowerStage {
  readonly sample: SampleStore;
  readonly peer: PeerId;
  readonly host: ProviderDomain;
  readonly uri: GroupUri;
  readonly group: GroupId;
  readonly room: BindingRow;
  readonly fence: Fence;

  private constructor(
    sample: SampleStore,
    peer: { readonly id: PeerId; readonly host: ProviderDomain },
    room: BindingRow,
    fence: Fence,
  ) {
    this.sample = sample;
    this.peer = peer.id;
    this.host = peer.host;
    this.uri = room.groupUri;
    this.group = room.group;
    this.room = room;
    this.fence = fence;
  }

  static async make(sample: SampleStore, base: string, after = 0): Promise<FollowerStage> {
    const { store, account } = sample;
    const peer = await addPeer(sample, base);
    const uri = groupUri(peer.host, randomUUID());
    const start = { connection: null, after: after as Seq, cursor: null, rev: 1, at: 2_000, actor: "test" };
    await store.write("follow", { uri, owner: peer.host, peer: peer.id, ...start });
    await linkRooms(store, account, [base], uri);
    const room = (await store.read(liveBindings(account.id))).find(({ native }) => native === base);
    if (!room) throw new Error("the room is linked");
    return new FollowerStage(sample, peer, room, await sample.claim(syncLane(peer.id)));
  }

  apply(events: readonly RemoteEvent[], change: Partial<RemoteEventsInput> = {}) {
    const { fence, group, peer } = this;
    const input = { fence, group, peer, events, cursor: null, now: 30_000, ...change };
    return this.sample.store.write("applyRemoteEvents", input);
  }

  log(after = 0) {
    return this.sample.store.read(logAfter({ group: this.group, after, limit: 100 }));
  }

  async state() {
    return (await this.sample.store.read(followedAt(this.peer))).find(({ group }) => group === this.group);
  }

  /** How many rows of the group, under a condition. */
  count(from: string) {
    return this.sample.count(`${from} and grp = ${this.group}`);
  }

  /** Says these in the room. */
  async say(...events: readonly NewEvent[]) {
    const { sample, room } = this;
    await sample.accept(
      room.id,
      events.map(({ id }) => id),
    );
    const fence = await sample.claim(inLane(room.id));
    const rows = (await sample.rows(room.id)).map(({ n }, i) => sample.row(n, events.slice(i, i + 1)));
    const appended = await sample.append(fence, room, rows);
    await sample.store.write("releaseLane", fence);
    return appended;
  }

  async pending(after = 0, limit = 10) {
    const { group, peer } = this;
    const found = await this.sample.store.read(pendingFor({ peer, groups: [{ group, after }], limit }));
    return found.get(group) ?? [];
  }

  verdict(id: EventId, code: "not_member" | null) {
    return this.sample.store.write("recordVerdict", {
      group: this.group,
      verdict: { id, code, detail: "" },
      seq: null,
      notice: `not carried: ${code}`,
      at: 40_000,
    });
  }

  /** A message of ours as the owner gives it back. */
  back(seq: number, { id, sender, content, effect }: NewEvent): RemoteEvent {
    return remote(seq, sender?.uri ?? null, { id, content, effect, proof: Buffer.from("ours") });
  }
}
