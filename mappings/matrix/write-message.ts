/** Messages as events: new ones, edits, deletions, reactions, votes (client-server API, sections 11.5 to 11.10). */
import { qualified } from "../emoji/names.ts";
import type { Loss } from "../loss.ts";
import type { Written } from "../mapping.ts";
import type { MessageBody, Reaction } from "../message.ts";
import type { MatrixCall, MatrixContent } from "./calls.ts";
import type { MatrixCapabilities, MatrixOutbound } from "./context.ts";
import { cutText, type Draft, NOBODY, sendingOf } from "./draft.ts";
import { loss } from "./result.ts";
import { isMxc } from "./mxc.ts";
import type { OutgoingMessage } from "./outgoing-message.ts";
import { bodyDrafts, type ShownBody } from "./write-body.ts";
import { writeDeletion, writeEdit, writeUnreaction } from "./write-change.ts";
import { pollReference } from "./write-poll.ts";
import { relationsOf } from "./write-relation.ts";

/** Octets of JSON of a custom emoji's short name. */
const SHORT_NAME = 256;

export function writeMessage(
  event: OutgoingMessage,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Written<MatrixCall> {
  const { body, expires } = event.message;
  const written = writeByKind(event, body, capabilities, context);
  if (expires === null) return written;
  return {
    ...written,
    losses: [...written.losses, loss("expiry_ignored", "the gateway deletes it in time")],
  };
}

function writeByKind(
  event: OutgoingMessage,
  body: MessageBody,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Written<MatrixCall> {
  switch (body.kind) {
    case "deletion":
      return writeDeletion(event, body, capabilities, context);
    case "unreaction":
      return writeUnreaction(event, context);
    case "reaction":
      return writeReaction(event, body.reaction, context);
    case "vote":
    case "poll-end":
      return writePollStep(event, body, capabilities, context);
    case "text":
    case "media":
    case "location":
    case "poll":
    case "call":
    case "unknown":
      return writeShown(event, body, capabilities, context);
  }
}

function writeShown(
  event: OutgoingMessage,
  body: ShownBody,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Written<MatrixCall> {
  const { drafts, losses } = bodyDrafts(body, capabilities, context);
  const { replaces } = event.message;
  const known = replaces === null ? null : context.message(replaces);
  if (known?.ours === true) {
    const edit = writeEdit(event, known, drafts, context);
    return { calls: edit.calls, losses: [...losses, ...edit.losses] };
  }
  const reposted =
    replaces === null ? [] : [loss("edit_reposted", "what is edited is not the gateway's here")];
  const made = sendNew(event, drafts, context);
  return { calls: made.calls, losses: [...losses, ...reposted, ...made.losses] };
}

/** Every part stands in the thread; the first one answers. */
function sendNew(
  event: OutgoingMessage,
  drafts: readonly Draft[],
  context: MatrixOutbound,
): { calls: readonly MatrixCall[]; losses: readonly Loss[] } {
  const { first, rest, answered, losses } = relationsOf(event, context);
  const calls = drafts.map((draft, at): MatrixCall => {
    const { content } = draft;
    const relation = at === 0 ? first : rest;
    const related = relation === null ? {} : { "m.relates_to": relation };
    const mentions =
      at === 0 && answered !== null ? { "m.mentions": mentioning(content["m.mentions"], answered) } : {};
    const whole = { ...content, ...mentions, ...related, ...context.mark };
    return sendingOf(draft, event.author.uri, whole);
  });
  return { calls, losses };
}

/** Whom the content mentions, and `user`. */
function mentioning(mentions: unknown, user: string): MatrixContent {
  const before = (typeof mentions === "object" && mentions !== null ? mentions : NOBODY) as MatrixContent;
  const listed: unknown = before["user_ids"];
  const users: readonly unknown[] = Array.isArray(listed) ? listed : [];
  return { ...before, user_ids: users.includes(user) ? users : [...users, user] };
}

function writeReaction(
  event: OutgoingMessage,
  reaction: Reaction,
  context: MatrixOutbound,
): Written<MatrixCall> {
  const target = targetOf(event, context);
  if (target === null) return { calls: [], losses: [loss("target_unknown", "reaction")] };
  const { key, extra, losses } = keyOf(reaction, context);
  const content = {
    "m.relates_to": { rel_type: "m.annotation", event_id: target, key },
    ...extra,
    ...context.mark,
  };
  return { calls: [{ kind: "send", as: event.author.uri, type: "m.reaction", content }], losses };
}

/** A picture goes by its address, as MSC4027 has it; without one, its name stands for it. */
function keyOf(
  reaction: Reaction,
  context: MatrixOutbound,
): { key: string; extra: MatrixContent; losses: readonly Loss[] } {
  if (reaction.kind === "unicode") return { key: qualified(reaction.emoji), extra: {}, losses: [] };
  const named = `:${cutText(reaction.name, SHORT_NAME)}:`;
  const copy = reaction.source === null ? null : context.media(reaction.source).native;
  const picture = context.emoji(reaction.name) ?? copy;
  if (picture === null || !isMxc(picture))
    return { key: named, extra: {}, losses: [loss("emoji_named", named)] };
  return { key: picture, extra: { "com.beeper.reaction.shortcode": named }, losses: [] };
}

function writePollStep(
  event: OutgoingMessage,
  body: Extract<MessageBody, { kind: "vote" | "poll-end" }>,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Written<MatrixCall> {
  const target = targetOf(event, context);
  if (target === null) return { calls: [], losses: [loss("target_unknown", body.kind)] };
  if (!capabilities.polls) return { calls: [], losses: [loss("content_unsupported", body.kind)] };
  const { type, content } = pollReference(body, target);
  const whole = { ...content, ...context.mark };
  return { calls: [{ kind: "send", as: event.author.uri, type, content: whole }], losses: [] };
}

/** The event that carries (the first part of) what is reacted to or voted on. */
function targetOf(event: OutgoingMessage, context: MatrixOutbound): string | null {
  const { replyTo } = event.message;
  return (replyTo === null ? null : context.message(replyTo)?.parts[0]?.native) ?? null;
}
