/** A MUC as its service holds it: the archive, and what is not kept there, as one of its people sees it. */
import { attribute } from "../../../../bridges/xmpp/xml.ts";
import type { GroupMessage } from "../../../clients/xmpp-messages.ts";
import { archived, type Archives, type Held } from "../../held-rooms.ts";
import { shortened } from "../../reading.ts";
import type { Side } from "../../service.ts";
import { NS } from "../../stanzas.ts";

/** What stands in the room. The topic counts as it is now, wherever its changes are kept. */
export async function heldByMuc(side: Side, archives: Archives): Promise<Held> {
  const { lines, words } = await archives.held(side);
  const { user } = side.people[1];
  const live = user.messages(side.room);
  const topic = live.findLast(({ subject, body }) => subject !== null && body === null)?.subject ?? "";
  const name = await user.roomName(side.room);
  return {
    lines: [
      ...lines.filter((line) => !line.startsWith("the topic is: ")),
      ...(name === "" ? [] : [`the name is: ${name}`]),
      ...(topic === "" ? [] : [`the topic is: ${topic}`]),
      ...typing(live),
      ...read(live, archived(side)),
    ],
    words,
  };
}

/** The message of the room that says this. Throws where there is none. */
export function messageOf(side: Side, text: string): GroupMessage {
  const found = archived(side).find(({ body }) => body === text);
  if (!found) throw new Error(`${text}: nobody has said that in ${side.room}`);
  return found;
}

/** Whose last chat state (XEP-0085) says so. */
function typing(live: readonly GroupMessage[]): string[] {
  const states = new Map<string, boolean>();
  for (const { nick, stanza } of live) {
    const state = stanza.getChildByAttr("xmlns", NS.chatStates)?.name;
    if (nick !== null && state !== undefined) states.set(nick, state === "composing");
  }
  return [...states].flatMap(([nick, types]) => (types ? [`${nick} is typing`] : []));
}

/** Up to where each has read (XEP-0333). */
function read(live: readonly GroupMessage[], all: readonly GroupMessage[]): string[] {
  const upTo = new Map<string, string>();
  for (const { nick, stanza } of live) {
    const displayed = stanza.getChild("displayed", NS.markers);
    if (nick !== null && displayed) upTo.set(nick, attribute(displayed, "id") ?? "");
  }
  return [...upTo].map(([nick, id]) => {
    const message = all.find((one) => one.stanzaId === id || one.id === id);
    return `${nick} has read: ${message ? shortened(message.body) : "nothing in this room"}`;
  });
}
