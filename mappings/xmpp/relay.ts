/** What a remote user says through the gateway's own nick, where he has no place of his own in the room. */
import type { XmlElement } from "../xml.ts";
import { child, element, textOf } from "./elements.ts";
import { cleanName, relayed } from "./nick.ts";

const EMOTE = "/me ";
/** Attributes of elements that count characters of the body (XEP-0426). */
const OFFSETS = ["begin", "end", "start"] as const;

/**
 * The payload with the speaker's name in its body, and all offsets moved along. A body that is nothing but a file's
 * address stays as it is: clients would not show the file otherwise.
 */
export function relayedPayload(payload: readonly XmlElement[], name: string): readonly XmlElement[] {
  const body = payload.find((part) => part.name === "body" && part.attrs["xmlns"] === undefined);
  if (body === undefined || payload.some((part) => part.name === "file-sharing")) return payload;
  const text = textOf(body);
  const isQuoted = payload.some((part) => part.name === "fallback" && child(part, "body") !== null);
  const said = named(text, name, isQuoted);
  const shift = Array.from(said).length - Array.from(text).length;
  return payload.map((part) => (part === body ? element("body", {}, said) : shifted(part, shift)));
}

/** Quotes and code begin a line, so that the name has one of its own before them. */
function named(text: string, name: string, isQuoted: boolean): string {
  if (text.startsWith(EMOTE)) return `* ${cleanName(name) || "somebody"} ${text.slice(EMOTE.length)}`;
  const needsLine = isQuoted || text.startsWith(">") || text.startsWith("```");
  return needsLine ? `${relayed(name, "").trimEnd()}\n${text}` : relayed(name, text);
}

function shifted(part: XmlElement, shift: number): XmlElement {
  const attrs: Record<string, string | undefined> = { ...part.attrs };
  for (const name of OFFSETS) {
    const value = attrs[name];
    if (value !== undefined && /^\d+$/.test(value)) attrs[name] = String(Number(value) + shift);
  }
  const children = part.children.map((inner) => (typeof inner === "string" ? inner : shifted(inner, shift)));
  return { name: part.name, attrs, children };
}
