/**
 * Private messages that come through a room (XEP-0045, section 7.5). They are never put into a room; whoever writes one is
 * told so once, and programs that answer by themselves are not answered for ever.
 */
import { bare, NS, resource } from "./names.ts";
import type { ComponentStream } from "./stream.ts";
import { attribute, type Element, xml } from "./xml.ts";

/** Occupants who are remembered as told. */
const MOST_TOLD = 10_000;
const ANSWERED: ReadonlySet<string> = new Set(["chat", "normal"]);

export interface PrivateMessagesOptions {
  readonly stream: ComponentStream;
  /** The gateway's own full JID. */
  readonly listener: string;
  readonly gateway: string;
}

/** Whether a message that is for one of ours alone came through a room. `known`: whether its sender's bare JID is such a room. */
export const isThroughRoom = (stanza: Element, known: boolean): boolean =>
  known || stanza.getChild("x", NS.mucUser) !== undefined;

export class PrivateMessages {
  readonly #options: PrivateMessagesOptions;
  readonly #told = new Set<string>();

  constructor(options: PrivateMessagesOptions) {
    this.#options = options;
  }

  /** Takes a message with a body for the listener or a ghost, and answers it where somebody may have written it. */
  take(stanza: Element, to: string): void {
    const { stream, listener, gateway } = this.#options;
    const from = attribute(stanza, "from") ?? "";
    const type = attribute(stanza, "type") ?? "normal";
    // Another gateway answers for its ghosts as we do for ours.
    const byGateway = stanza.getChild("copy", NS.mark) !== undefined;
    if (!ANSWERED.has(type) || resource(from) === "" || byGateway || stanza.getChild("delay", NS.delay))
      return;
    if (!stream.online || this.#told.has(from)) return;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(from);
    const text =
      bare(to) === bare(listener)
        ? `Write to ${bare(listener)} directly: here I can't see who you are.`
        : "Private messages are not carried to the linked rooms.";
    const mark = xml("copy", { xmlns: NS.mark, gateway });
    stream.send(xml("message", { from: to, to: from, type: "chat" }, xml("body", {}, text), mark));
  }
}
