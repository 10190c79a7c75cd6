/** From what happened to what is to be done in a MUC. */
import { isOneEmoji } from "../emoji/names.ts";
import type { Loss } from "../loss.ts";
import type { OutboundContext, Outgoing, RoomMessage, Written } from "../mapping.ts";
import { planEdit } from "../markup/split.ts";
import type { XmlElement } from "../xml.ts";
import { element } from "./elements.ts";
import { asShown, type Frame, placeMessages, writeShown, type WrittenMessages } from "./message-write.ts";
import { NS } from "./namespaces.ts";
import { outLoss, type XmppCall, type XmppCapabilities } from "./outbound.ts";
import { stanzaIdOf, writeRelation } from "./relations-write.ts";
import { writeState } from "./state-write.ts";

export type { XmppCall, XmppCapabilities } from "./outbound.ts";

type OutMessage = Extract<Outgoing, { kind: "message" }>;

/** The calls that show `event` in the room. */
export function fromMimi(
  event: Outgoing,
  capabilities: XmppCapabilities,
  context: OutboundContext,
): Written<XmppCall> {
  const losses: Loss[] = [];
  const calls =
    event.kind === "message"
      ? writeMessage(event, capabilities, context, losses)
      : writeState(event, capabilities, context, losses);
  return { calls, losses };
}

function writeMessage(
  event: OutMessage,
  capabilities: XmppCapabilities,
  context: OutboundContext,
  losses: Loss[],
): readonly XmppCall[] {
  switch (event.message.body.kind) {
    case "reaction":
    case "unreaction":
      return reactions(event, capabilities, context, losses);
    case "deletion":
      return deletion(event, capabilities, context, losses);
    case "text":
    case "media":
    case "location":
    case "poll":
    case "vote":
    case "poll-end":
    case "call":
    case "unknown":
      return content(event, capabilities, context, losses);
  }
}

function content(
  event: OutMessage,
  capabilities: XmppCapabilities,
  context: OutboundContext,
  losses: Loss[],
): readonly XmppCall[] {
  const { author, message } = event;
  const relation = writeRelation(message, capabilities, context, losses);
  if (message.expires?.relative === false) losses.push(outLoss("expiry_ignored", "a time of day"));
  const frame: Frame = { author, capabilities, context, relation, expires: message.expires };
  const written = write(event, frame, losses);
  losses.push(...written.losses);
  const { payloads } = written;
  const file = written.whole === null ? [] : [textFile(event, payloads.length, written.whole)];
  const anew = () => [...payloads.map((payload, part) => say(event, payload, part)), ...file];
  if (message.replaces === null) return anew();
  const old = context.message(message.replaces);
  // What the room was told in short, or before it was linked, has no message of its own there.
  if (old === null || !old.ours || old.parts.length === 0) {
    losses.push(outLoss("edit_reposted", "the first version is not the gateway's here"));
    return anew();
  }
  return [...corrections(event, old, payloads, capabilities, losses), ...file];
}

function write(event: OutMessage, frame: Frame, losses: Loss[]): WrittenMessages {
  const { body } = event.message;
  if (body.kind === "location") return placeMessages(body, frame);
  const { replyTo } = event.message;
  const tally = body.kind === "poll-end" && replyTo !== null ? frame.context.poll(replyTo) : null;
  // Whoever may not end the poll has said nothing.
  const shown = tally?.ended === false ? null : asShown(event.message, tally, losses);
  return shown === null ? { payloads: [], whole: null, losses: [] } : writeShown(shown, frame);
}

const textFile = (event: OutMessage, part: number, text: string): XmppCall => ({
  kind: "text-file",
  as: event.author.uri,
  part,
  filename: "message.txt",
  text,
});

/** An edit: parts that stay are corrected (XEP-0308), those too many are retracted, those too few are said anew. */
function corrections(
  event: OutMessage,
  old: RoomMessage,
  payloads: readonly (readonly XmlElement[])[],
  capabilities: XmppCapabilities,
  losses: Loss[],
): readonly XmppCall[] {
  const plan = planEdit(old.parts.length, payloads.length);
  const calls: XmppCall[] = [];
  for (const part of [...plan.update, ...plan.post]) {
    const payload = payloads[part] ?? [];
    const id = old.parts[part]?.aux ?? null;
    if (id === null && part < old.parts.length)
      losses.push(outLoss("edit_reposted", "the first version has no id of its own"));
    const replace = id === null ? [] : [element("replace", { xmlns: NS.correct, id })];
    calls.push(say(event, [...payload, ...replace], part, old));
  }
  for (const part of plan.remove) {
    const id = stanzaIdOf(old.parts[part], capabilities);
    if (id === null) losses.push(outLoss("deletion_kept", "a part that the edit no longer needs"));
    else calls.push(say(event, retraction(id), null, old));
  }
  return calls;
}

function say(
  event: OutMessage,
  payload: readonly XmlElement[],
  part: number | null,
  of: RoomMessage | null = null,
): XmppCall {
  return { kind: "message", as: event.author.uri, of: of?.root ?? null, part, payload };
}

/** XEP-0424, with a body for clients that know nothing of it, and the hint that archives keep it. */
function retraction(id: string): readonly XmlElement[] {
  return [
    element("body", {}, "/me retracted a previous message, but your client does not show that."),
    element("retract", { xmlns: NS.retract, id }),
    element("fallback", { xmlns: NS.fallback, for: NS.retract }),
    element("store", { xmlns: NS.hints }),
  ];
}

function deletion(
  event: OutMessage,
  capabilities: XmppCapabilities,
  context: OutboundContext,
  losses: Loss[],
): readonly XmppCall[] {
  const { body, replaces } = event.message;
  const target = replaces === null ? null : context.message(replaces);
  if (target === null) {
    losses.push(outLoss("target_unknown", "a deletion"));
    return [];
  }
  const calls: XmppCall[] = [];
  for (const part of target.parts) {
    const id = stanzaIdOf(part, capabilities);
    if (id === null || (!target.ours && !capabilities.moderation)) {
      losses.push(outLoss("deletion_kept", id === null ? "no stanza-id" : "no right to moderate"));
    } else if (target.ours) {
      calls.push(say(event, retraction(id), null, target));
    } else {
      const reason = body.kind === "deletion" ? (body.by?.reason ?? "") : "";
      calls.push({ kind: "moderate", stanzaId: id, reason });
    }
  }
  return calls;
}

/** All reactions of the author that stand from now on (XEP-0444). */
function reactions(
  event: OutMessage,
  capabilities: XmppCapabilities,
  context: OutboundContext,
  losses: Loss[],
): readonly XmppCall[] {
  const { body, replyTo, replaces } = event.message;
  const taken = body.kind === "unreaction" && replaces !== null ? context.reaction(replaces) : null;
  const target = taken?.target ?? (replyTo === null ? null : context.message(replyTo));
  if (target === null) {
    losses.push(outLoss("target_unknown", "a reaction"));
    return [];
  }
  const id = stanzaIdOf(target.parts[0], capabilities);
  const changed = body.kind === "reaction" ? body.reaction : null;
  const isCustom = changed === null ? !isOneEmoji(taken?.emoji ?? "\u{1F44D}") : changed.kind === "custom";
  if (id === null || isCustom) {
    losses.push(outLoss("reaction_unsupported", id === null ? "no stanza-id" : "a custom emoji"));
    return [];
  }
  const standing = new Set(context.reactionsOf(event.author.uri, target.root).filter(isOneEmoji));
  const set = [...standing].map((emoji) => element("reaction", {}, emoji));
  return [
    say(
      event,
      [element("reactions", { xmlns: NS.reactions, id }, ...set), element("store", { xmlns: NS.hints })],
      null,
    ),
  ];
}
