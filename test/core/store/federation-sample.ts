/** Peers, their groups and their events, as units of the store are given them. */
import { randomBytes } from "node:crypto";
import type { KeyId } from "../../../core/federation/wire/public-key.ts";
import type { PeerId, Seq } from "../../../core/ids.ts";
import type { PeerFacts } from "../../../core/store/units/peer-facts.ts";
import type { RemoteEvent } from "../../../core/store/units/remote-events.ts";
import type { SubmittedEvent } from "../../../core/store/units/submitted.ts";
import type { GroupState } from "../../../core/store/units/take-state.ts";
import { type GroupPropertyName, type MemberAct, noParticulars } from "../../../mappings/events.ts";
import { parseProviderDomain, type ProviderDomain, type UserUri, userUri } from "../../../mappings/ids.ts";
import { eventId, type SampleStore } from "./sample.ts";

export function domain(text: string): ProviderDomain {
  const parsed = parseProviderDomain(text);
  if (parsed === null) throw new Error(`${text} is a domain`);
  return parsed;
}

export const key = (kid: string) => ({
  kid: kid as KeyId,
  public: Buffer.alloc(32, kid).toString("base64url"),
  notBefore: 1_000,
  expires: null,
});

export const facts = (base: string, ...hosts: readonly string[]): PeerFacts => ({
  endpoint: `https://${base}`,
  features: ["submit.post"],
  hosts: hosts.map((host) => domain(host)),
  keys: [key(`${base} 1`)],
});

/** A peer that speaks for one provider of its own. */
export async function addPeer(
  sample: SampleStore,
  base: string,
): Promise<{ readonly id: PeerId; readonly host: ProviderDomain }> {
  const host = domain(`chat.${base}`);
  const { id } = await sample.store.write("addPeer", {
    base: domain(base),
    static: false,
    facts: facts(base, host),
    at: 1_000,
    actor: "test",
  });
  return { id, host };
}

const plain = {
  senderName: null,
  originAt: 500,
  proof: null,
  via: [],
  effect: { kind: "none" },
  act: null,
  says: null,
} as const;

/** A member's change of himself, or without sender of somebody, as an event says it. */
export const memberSays = (user: string, change: MemberAct, role: number | null = null) =>
  ({ kind: "member", says: { kind: "member", member: { ...noParticulars, user, change, role } } }) as const;

/** A property's new value, as an event says it. */
export const propertySays = (name: GroupPropertyName, value: string, item = "") =>
  ({ kind: "property", says: { kind: "property", property: { name, item, value } } }) as const;

/** A message of the owner's log, said by somebody of its own. */
export function remote(seq: number, sender: UserUri | null, change: Partial<RemoteEvent> = {}): RemoteEvent {
  return {
    ...plain,
    seq: seq as Seq,
    id: eventId(),
    kind: "message",
    sender,
    acceptedAt: 10_000 + seq,
    content: randomBytes(8),
    ...change,
  };
}

/** A message that a guest submits. */
export function submitted(sender: UserUri | null, change: Partial<SubmittedEvent> = {}): SubmittedEvent {
  const content = randomBytes(8);
  const known = { provider: null, expect: null, refused: null } as const;
  return { ...plain, ...known, id: eventId(), kind: "message", sender, content, ...change };
}

/** What a snapshot says of a group in which nothing was done. */
export const nothingHolds: GroupState = {
  properties: [],
  roles: [],
  join: "asserted",
  history: "none",
  members: [],
};

export const person = (host: ProviderDomain, name: string): UserUri => userUri(host, name);
