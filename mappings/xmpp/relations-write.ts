/** What a message refers to, as elements: XEP-0461 with the quotation of older clients, and threads. */
import type { Loss } from "../loss.ts";
import type { NativePart, OutboundContext, RoomMessage } from "../mapping.ts";
import type { Message } from "../message.ts";
import type { XmlElement } from "../xml.ts";
import { bodyText, element } from "./elements.ts";
import { NS } from "./namespaces.ts";
import { cleanName } from "./nick.ts";
import { outLoss, type XmppCapabilities } from "./outbound.ts";

const EVENT_ID_OCTETS = 32;
/** Lines of what is answered that are quoted. */
const QUOTED_LINES = 4;

export interface Relation {
  /** Empty: in none. */
  readonly thread: string;
  /** The elements that say what is answered; null: nothing is, or the room has no ids for it. */
  readonly reply: readonly XmlElement[] | null;
  /** What stands before the text: what is answered, with its last line feed. */
  readonly quote: string;
}

/** What the message answers and which thread it is in. */
export function writeRelation(
  message: Message,
  capabilities: XmppCapabilities,
  context: OutboundContext,
  losses: Loss[],
): Relation {
  const thread = threadText(message.thread);
  if (message.replyTo === null) return { thread, reply: null, quote: "" };
  const target = context.message(message.replyTo);
  if (target === null) {
    losses.push(outLoss("reply_unrelated", "what is answered is not in the room"));
    return { thread, reply: null, quote: "" };
  }
  const quote = quoted(target);
  const id = stanzaIdOf(target.parts[0], capabilities);
  if (id === null) {
    losses.push(outLoss("reply_quoted", "the room has no ids for its messages"));
    return { thread, reply: null, quote };
  }
  const to = `${capabilities.roomJid}/${target.author.name}`;
  const range = element("body", { start: 0, end: Array.from(quote).length });
  const reply = [
    element("reply", { xmlns: NS.reply, to, id }),
    element("fallback", { xmlns: NS.fallback, for: NS.reply }, range),
  ];
  return { thread, reply, quote };
}

/** What the room calls the message; null: it has no name there. */
export function stanzaIdOf(part: NativePart | undefined, { stanzaId }: XmppCapabilities): string | null {
  return !stanzaId || part === undefined || part.native.startsWith("id:") ? null : part.native;
}

/** The author's name and the first lines, each as a quotation, with a line feed at the end. */
function quoted({ author, excerpt }: RoomMessage): string {
  const name = cleanName(author.name) || "somebody";
  const lines = bodyText(`${name}: ${excerpt}`).text.split("\n");
  const shown = lines.slice(0, QUOTED_LINES);
  if (lines.length > QUOTED_LINES) shown.push("\u2026");
  return shown.map((line) => `> ${line}\n`).join("");
}

/** A thread's octets as RFC 6121's `<thread>` holds them: `readThread` gives them back. */
export function threadText(thread: Uint8Array): string {
  if (thread.length === 0) return "";
  const octets = Buffer.from(thread);
  const digits = octets.toString("hex");
  if (thread.length === EVENT_ID_OCTETS) return digits;
  const text = octets.toString("utf8");
  const isText = /^[!-~]+$/.test(text) && !/^(?:hex:)?(?:[0-9a-f]{2})+$/.test(text);
  return isText ? text : `hex:${digits}`;
}
