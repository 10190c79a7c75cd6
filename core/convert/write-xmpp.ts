/** Stanzas for an event. */
import type { Loss } from "../../mappings/loss.ts";
import type { Outgoing } from "../../mappings/mapping.ts";
import { fromMimi } from "../../mappings/xmpp/from-mimi.ts";
import type { ContextFile } from "./context-file.ts";
import type { Reading } from "./reading.ts";
import { hashOf, STAND_IN_HOST } from "./stand-ins.ts";
import { stanzaOf } from "./stanza.ts";
import { targetKnowledge } from "./target-knowledge.ts";
import { writeXml } from "./xml-writer.ts";

const ROOM = `room@${STAND_IN_HOST}`;
/** Octets of a message's text and elements: servers take stanzas of 64 KiB. */
const TEXT_OCTETS = 60 * 1024;

export function writeXmpp(
  event: Outgoing,
  reading: Reading,
  file: ContextFile,
  standing: readonly string[],
): { readonly native: readonly string[]; readonly losses: readonly Loss[] } {
  const knowledge = targetKnowledge(
    event,
    reading,
    file,
    { prefix: "", hasAux: true, ghost: () => null, copy: () => null },
    standing,
  );
  const roomJid = file.room.target ?? ROOM;
  const { calls, losses } = fromMimi(
    event,
    {
      roomJid,
      stanzaId: true,
      occupantId: true,
      textBytes: TEXT_OCTETS,
      moderation: true,
      subject: true,
      configuration: true,
      picture: true,
      administration: true,
      typing: true,
      markers: true,
      presence: true,
      broadcasts: false,
    },
    knowledge,
  );
  const native = calls.map((call, at) => {
    const id = `stand-in-${hashOf("stanza", reading.seed, String(at)).slice(0, 16)}`;
    return writeXml(stanzaOf(call, { roomJid, id, nick: (uri) => knowledge.user(uri).name }));
  });
  return { native, losses };
}
