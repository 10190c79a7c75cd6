/** Mentions as elements: XEP-0513, and XEP-0372 for clients that know no more. */
import type { OutboundContext } from "../mapping.ts";
import type { XmlElement } from "../xml.ts";
import { element } from "./elements.ts";
import { NS } from "./namespaces.ts";
import type { XmppCapabilities } from "./outbound.ts";
import type { StyledBody } from "./styling-write.ts";

const EVERYBODY = "urn:xmpp:mentions:0#channel";

interface Room {
  readonly capabilities: XmppCapabilities;
  readonly context: OutboundContext;
}

/** The elements for a body's mentions. `text`: the body as it is sent; `shift`: how much of it stands before. */
export function mentionElements(
  { mentions }: StyledBody,
  text: string,
  shift: number,
  { capabilities, context }: Room,
): readonly XmlElement[] {
  if (mentions.length === 0) return [];
  const points = pointOffsets(text);
  return mentions.flatMap(({ user, from, to }) => {
    const range = { begin: points(from + shift), end: points(to + shift) };
    if (user === null) return [element("mention", { xmlns: NS.mentions, ...range, mentions: EVERYBODY })];
    const { native, name } = context.user(user);
    const id = native === null ? null : occupantId(native, capabilities);
    const nick = encodeURIComponent(name.toWellFormed());
    const uri = `xmpp:${encodeURI(capabilities.roomJid)}/${nick}`;
    const reference = element("reference", { xmlns: NS.reference, type: "mention", ...range, uri });
    if (id === null) return [reference];
    return [element("mention", { xmlns: NS.mentions, ...range, occupantid: id }), reference];
  });
}

/** The occupant-id within a native user's id; null where the room gives none. */
function occupantId(native: string, { roomJid, occupantId }: XmppCapabilities): string | null {
  const prefix = `${roomJid}/`;
  if (!occupantId || !native.startsWith(prefix)) return null;
  const id = native.slice(prefix.length);
  return id.startsWith("nick:") ? null : id;
}

/** From UTF-16 offsets to code points; asked in rising order. */
function pointOffsets(text: string): (unit: number) => number {
  let unit = 0;
  let points = 0;
  return (target) => {
    while (unit < target) {
      unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
      points += 1;
    }
    return points;
  };
}
