/** What a message of a room says to who reads it there with a client that knows all features. */
import type { Element } from "@xmpp/xml";
import { attribute, type GroupMessage, splitJid } from "../clients/xmpp-messages.ts";
import { NS } from "./stanzas.ts";

const EMOTE = "/me ";
/** Characters of another message that are shown to say which one is meant. */
const EXCERPT = 12;

/**
 * One line that says what the message brings, or null where it brings nothing to read. `room`: all messages of the
 * room in the order in which they came, in which is found what it refers to.
 */
export function readMessage(message: GroupMessage, room: readonly GroupMessage[]): string | null {
  const line = changeOf(message, room) ?? textOf(message, room) ?? signalOf(message);
  return line?.replaceAll("\n", " ⏎ ") ?? null;
}

/** What it does to an earlier message. */
function changeOf(message: GroupMessage, room: readonly GroupMessage[]): string | null {
  const retracted = child(message, "retract", NS.retract);
  if (retracted) return `${message.nick} takes back: ${excerpt(retracted, room)}`;
  const reactions = child(message, "reactions", NS.reactions);
  if (!reactions) return null;
  const emoji = reactions.getChildren("reaction").map((reaction) => reaction.getText());
  return `${message.nick}: ${emoji.join(" ") || "no reaction"} (on: ${excerpt(reactions, room)})`;
}

function textOf(message: GroupMessage, room: readonly GroupMessage[]): string | null {
  if (message.body === null || message.body === "") return null;
  const url = child(message, "x", NS.oob)?.getChildText("url");
  if (url === message.body) return `${message.nick}: ${fileOf(url)}`;
  const text = withoutFallback(message, message.body);
  const said = text.startsWith(EMOTE)
    ? `* ${message.nick} ${text.slice(EMOTE.length)}`
    : `${message.nick}: ${text}`;
  return [said, ...notes(message, room).map((note) => `(${note})`)].join(" ");
}

/** What is said about a text beside it. */
function notes(message: GroupMessage, room: readonly GroupMessage[]): string[] {
  const replaced = child(message, "replace", NS.correct);
  const answered = child(message, "reply", NS.reply);
  const spoiler = child(message, "spoiler", NS.spoiler);
  const place = child(message, "geoloc", NS.geoloc);
  return [
    ...(replaced ? [`was: ${excerpt(replaced, room)}`] : []),
    ...(answered ? [`to: ${excerpt(answered, room)}`] : []),
    ...threadOf(message, room),
    ...(spoiler ? [`hidden: ${spoiler.getText()}`] : []),
    ...(place ? [`${place.getChildText("lat")} N, ${place.getChildText("lon")} E`] : []),
    ...message.stanza
      .getChildren("reference", NS.reference)
      .map((reference) => mentionOf(message, reference)),
    ...spansOf(message),
  ];
}

function threadOf(message: GroupMessage, room: readonly GroupMessage[]): string[] {
  const thread = message.stanza.getChildText("thread");
  if (thread === null) return [];
  const first = room.find(({ stanza }) => stanza.getChildText("thread") === thread);
  return [first === undefined || first === message ? "thread: new" : `thread: ${shortened(first.body)}`];
}

/** Whom it mentions and by which letters; with the whole address where he is not of this room. */
function mentionOf({ room, body }: GroupMessage, reference: Element): string {
  const address = (attribute(reference, "uri") ?? "").replace(/^xmpp:/, "");
  const [of, nick] = splitJid(address);
  const [begin, end] = [Number(attribute(reference, "begin")), Number(attribute(reference, "end"))];
  const letters = Array.from(body ?? "").slice(begin, end);
  return `“${letters.join("")}” is ${of === room && nick !== null ? nick : address}`;
}

/** Marks of XEP-0394, which stand beside the text. */
function spansOf(message: GroupMessage): string[] {
  const spans = child(message, "markup", NS.markup)?.getChildren("span") ?? [];
  return spans.map((span) => {
    const marks = span.getChildElements().map(({ name }) => name);
    const [start, end] = [attribute(span, "start"), attribute(span, "end")];
    return `${marks.join(", ")}: ${start} to ${end}`;
  });
}

/** The text without the quotation for clients that know no replies (XEP-0428). */
function withoutFallback(message: GroupMessage, text: string): string {
  const range = message.stanza
    .getChildren("fallback", NS.fallback)
    .find((fallback) => attribute(fallback, "for") === NS.reply)
    ?.getChild("body");
  if (!range) return text;
  const letters = Array.from(text);
  const [start, end] = [Number(attribute(range, "start")), Number(attribute(range, "end"))];
  return [...letters.slice(0, start), ...letters.slice(end)].join("");
}

function fileOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `file ${pathname.slice(pathname.lastIndexOf("/") + 1)} at ${host}`;
}

function signalOf(message: GroupMessage): string | null {
  if (message.subject !== null) return `the topic is: ${message.subject}`;
  if (child(message, "composing", NS.chatStates)) return `${message.nick} is typing`;
  return child(message, "paused", NS.chatStates) ? `${message.nick} types no longer` : null;
}

/** How the message begins that the element names, by either of its ids. */
function excerpt(naming: Element, room: readonly GroupMessage[]): string {
  const name = attribute(naming, "id");
  const named = room.find(({ id, stanzaId }) => name !== null && (id === name || stanzaId === name));
  return named ? shortened(named.body) : "nothing in this room";
}

/** How a text begins. */
export function shortened(text: string | null): string {
  const letters = Array.from(text ?? "");
  return letters.length > EXCERPT ? `${letters.slice(0, EXCERPT).join("")}…` : letters.join("");
}

const child = ({ stanza }: GroupMessage, name: string, namespace: string): Element | undefined =>
  stanza.getChild(name, namespace);
