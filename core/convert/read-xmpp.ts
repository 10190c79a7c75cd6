/** A stanza of a MUC, read. */
import type { XmlElement } from "../../mappings/xml.ts";
import { bareJid, resourceOf } from "../../mappings/xmpp/inbound.ts";
import { toMimi } from "../../mappings/xmpp/to-mimi.ts";
import type { ContextFile } from "./context-file.ts";
import type { Reading } from "./reading.ts";
import { SourceKnowledge } from "./source-knowledge.ts";
import { STAND_IN_HOST } from "./stand-ins.ts";

/** The room is the sender's bare JID. What a room would add (stanza-id, occupant-id) is taken as the room's own. */
export function readXmpp(stanza: XmlElement, file: ContextFile, seed: string): Reading {
  const from = stanza.attrs["from"] ?? `room@${STAND_IN_HOST}/stand-in`;
  const roomJid = file.room.native ?? bareJid(from);
  const known = new SourceKnowledge("xmpp", file);
  const author = (native: string): string => known.entry(native)?.author ?? "";
  const context = known.context("", (native) => resourceOf(native).replace(/^nick:/, "") || native);
  const { events, losses } = toMimi(
    { ...stanza, attrs: { ...stanza.attrs, from } },
    {
      ...context,
      room: () => null,
      roomJid,
      vouched: { stanzaId: true, occupantId: true },
      // Everybody in the room is known by his nick.
      occupant: () => null,
      messageByOrigin: () => null,
      sameAuthor: ({ author: by }, sender) => by === "" || by === null || by === sender.native,
      message: (native) => known.message(native.replace(/^id:/, ""), author(native)),
      pollOptions: (root) =>
        Object.entries(file.messages).find(([key]) => known.idOf(key) === root)?.[1].options ?? null,
      mayBroadcast: () => false,
    },
  );
  return {
    events: events.map((one) => ({ event: one, id: null })),
    losses,
    group: known.groupUri(roomJid),
    room: roomJid,
    seed,
    takenBack: null,
    uriOf: (native) => known.userUri(native),
    idOf: (native) => known.idOf(native),
  };
}
