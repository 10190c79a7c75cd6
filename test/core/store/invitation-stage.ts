/** Two gateways that may invite each other's people, as the store of one of them has it. */
import assert from "node:assert/strict";
import type { ConnectionId } from "../../../core/ids.ts";
import { memberRows } from "../../../core/store/units/group-reports.ts";
import { guestsOf } from "../../../core/store/units/guests.ts";
import { listInvitations, type NewInvitation } from "../../../core/store/units/invitations.ts";
import type { InviteInput } from "../../../core/store/units/invited.ts";
import { listKnocks } from "../../../core/store/units/knocks.ts";
import { peerOfProvider } from "../../../core/store/units/peers.ts";
import { readEventContent } from "../../../mappings/event-content.ts";
import { type GroupUri, groupUri, type ProviderDomain, type UserUri } from "../../../mappings/ids.ts";
import { domain, person } from "./federation-sample.ts";
import { OwnerStage } from "./owner-stage.ts";
import type { SampleStore } from "./sample.ts";

/** The provider of the rooms here. */
export const OURS = domain("fake.mimi.test");
export const NOW = 50_000;
export const HOUR = 3_600_000;
export const uriOf = (provider: ProviderDomain): string => `mimi://${provider}`;

export class InvitationStage {
  readonly sample: SampleStore;
  readonly at: OwnerStage;
  readonly base: ProviderDomain;
  /** The one that `connect` makes and `end` ends. */
  connection: ConnectionId;

  private constructor(at: OwnerStage, base: ProviderDomain) {
    this.sample = at.sample;
    this.at = at;
    this.base = base;
    this.connection = `c-${base}` as ConnectionId;
  }

  static async make(sample: SampleStore, base: string): Promise<InvitationStage> {
    return new InvitationStage(await OwnerStage.make(sample, base), domain(base));
  }

  async connect(): Promise<void> {
    const provider = (await this.sample.store.read(peerOfProvider(this.at.host)))?.provider;
    assert.ok(provider);
    const between = { group: null, role: "", expires: null, waiting: false, at: 1_000, actor: "test" };
    const known = { id: this.connection, peer: this.at.peer, provider };
    await this.sample.store.write("addConnection", { ...known, ...between });
  }

  end() {
    const id = this.connection;
    return this.sample.store.write("endConnection", { id, peer: null, at: NOW + 5_000, actor: "test" });
  }

  /** Invites somebody into the group of ours. */
  invite(wanted: string, change: Partial<InviteInput> = {}) {
    return this.sample.store.write("invite", {
      group: this.at.room.groupUri,
      wanted,
      inviter: uriOf(OURS),
      role: null,
      expires: NOW + HOUR,
      at: NOW,
      actor: "operator",
      ...change,
    });
  }

  /** The other gateway invites us into a group of its own. */
  note(change: Partial<NewInvitation> = {}): Promise<boolean> {
    return this.sample.store.write("noteInvitation", {
      group: groupUri(this.at.host, "tea"),
      wanted: uriOf(OURS),
      inviter: person(this.at.host, "bob"),
      role: null,
      name: "Tea",
      expires: NOW + HOUR,
      peer: this.at.peer,
      most: 3,
      now: NOW,
      ...change,
    });
  }

  async invitations() {
    const rows = await this.sample.store.read(listInvitations(NOW));
    return rows.filter(({ peer }) => peer === this.at.peer);
  }

  /** Who is in the group of ours, and with which role. */
  async states(): Promise<Readonly<Record<string, string>>> {
    const rows = await this.sample.store.read(memberRows(this.at.room.groupUri));
    return Object.fromEntries(
      rows.map(({ uri, state, role }) => [uri, role === null ? state : `${state} ${role}`]),
    );
  }

  /** What the owner itself wrote into its log. */
  async log(): Promise<readonly string[]> {
    const rows = await this.sample.sql(
      `select content from event where grp = ${this.at.room.group} and kind = 'member' and origin_peer is null
        order by seq`,
    );
    return rows.map(({ content }) => changeIn(content as Uint8Array));
  }

  async guest() {
    const rows = await this.sample.store.read(guestsOf(this.at.room.group));
    return rows.find(({ peer }) => peer === this.at.peer);
  }

  knock(
    change: { group?: GroupUri; user?: UserUri; reason?: string; now?: number; most?: number } = {},
  ): Promise<boolean> {
    return this.sample.store.write("noteKnock", {
      group: this.at.room.groupUri,
      user: person(this.at.host, "bob"),
      peer: this.at.peer,
      reason: "tea",
      every: HOUR,
      most: 2,
      now: NOW,
      ...change,
    });
  }

  async knocks() {
    return (await this.sample.store.read(listKnocks())).filter(({ base }) => base === this.base);
  }
}

/** What a member event says, in short. */
export function changeIn(content: Uint8Array): string {
  const read = readEventContent("member", content);
  return read.kind === "member" ? `${read.member.change} ${read.member.user}` : "";
}
