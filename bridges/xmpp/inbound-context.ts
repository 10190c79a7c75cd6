/** What is looked up to understand one stanza of a room, before the mappings read it. */
import type { KnownInRoom, Lookups, MessageName } from "../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { UserUri } from "../../mappings/ids.ts";
import type { PlatformUser, StandingReaction } from "../../mappings/mapping.ts";
import type { XmppInbound } from "../../mappings/xmpp/inbound.ts";
import { referencesOf } from "../../mappings/xmpp/references.ts";
import { occupant, staySince } from "./kept-stanza.ts";
import { resource } from "./names.ts";
import { attribute, type Element } from "./xml.ts";

/** What the account knows of the people in a room now. */
export interface People {
  /** The occupant's identity (an occupant-id, or `nick:NICK`); null: nobody is called so. */
  identity(nick: string): string | null;
  /** The nick of an identity now; null: unknown. */
  nickOf(identity: string): string | null;
  isModerator(nick: string): boolean;
  /** The remote user whose ghost has this nick. */
  ghost(nick: string): { readonly uri: UserUri; readonly name: string } | null;
}

/** Before the room was entered nobody is known. */
export const nobody: People = {
  identity: () => null,
  nickOf: () => null,
  isModerator: () => false,
  ghost: () => null,
};

const GHOST = "ghost:";

/** Finds everything that the stanza names. Rejects as the look-ups do. */
export async function inboundContext(
  room: NativeRoom,
  stanza: Element,
  people: People,
  lookups: Lookups,
): Promise<XmppInbound> {
  const nick = resource(attribute(stanza, "from") ?? "");
  const sender = `${room}/${occupant(stanza) ?? `nick:${nick}`}`;
  const found: KnownInRoom[] = [];
  for (const { id } of referencesOf(stanza)) found.push(...(await lookups.messages(namesOf(id))));
  const reactions = stanza.getChild("reactions")
    ? await standing(found, sender, lookups)
    : new Map<KnownInRoom, readonly StandingReaction[]>();
  const byNative = (name: string) =>
    found.find(({ called }) => called.by === "native" && called.name === name) ?? null;
  const since = staySince(stanza);
  return {
    roomJid: room,
    // What the room does not vouch for was taken out when the stanza came.
    vouched: { stanzaId: true, occupantId: true },
    message: byNative,
    messageByOrigin: (id, author) =>
      found.find(({ called, author: by }) => called.by === "aux" && called.name === id && by === author) ??
      null,
    reactions: (native) => {
      const bare = native.replace(/^id:/, "");
      const target = byNative(native) ?? found.find(({ called }) => called.name === bare);
      return (target && reactions.get(target)) ?? [];
    },
    sameAuthor: (known, user) => {
      if (known.author !== user.native) return false;
      if (!user.native.startsWith(`${room}/nick:`)) return true;
      const message = found.find((one) => one === known);
      return message !== undefined && since !== null && since <= message.at;
    },
    occupant: (name): PlatformUser | null => {
      const ghost = people.ghost(name);
      if (ghost) return { native: GHOST + name, name };
      const identity = people.identity(name);
      return identity === null ? null : { native: `${room}/${identity}`, name };
    },
    user: (native) => {
      if (native.startsWith(GHOST)) return people.ghost(native.slice(GHOST.length));
      const identity = native.startsWith(`${room}/`) ? native.slice(room.length + 1) : null;
      if (identity === null) return null;
      const ghost = people.ghost(people.nickOf(identity) ?? "");
      if (ghost) return ghost;
      const name = identity.startsWith("nick:") ? identity.slice("nick:".length) : people.nickOf(identity);
      return { uri: lookups.user(native), name: name ?? "" };
    },
    mayBroadcast: ({ name }) => people.isModerator(name),
    pollOptions: (root) => found.find((one) => one.root === root)?.pollOptions ?? null,
    room: () => null,
    emoji: () => null,
  };
}

/** What the sender's reactions to each message are now. */
async function standing(found: readonly KnownInRoom[], sender: string, lookups: Lookups) {
  const reactions = new Map<KnownInRoom, readonly StandingReaction[]>();
  for (const known of found) reactions.set(known, await lookups.reactions(known.root, sender));
  return reactions;
}

/** An id may be what the room calls a message, or the `id` attribute that its author gave it. */
export const namesOf = (id: string): readonly MessageName[] => [
  { by: "native", name: id },
  { by: "native", name: `id:${id}` },
  { by: "aux", name: id },
];
