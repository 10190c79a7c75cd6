/** Polls: stable names (Matrix 1.x extensible events) and those of MSC3381, which programs send. */
import type { Loss } from "../loss.ts";
import type { MappedEvent, PlatformUser } from "../mapping.ts";
import { type Message, message, type MessageBody, type PollOption } from "../message.ts";
import type { MatrixContent } from "./calls.ts";
import type { MatrixInbound } from "./context.ts";
import { type MatrixEvent, objectAt, relationOf, textAt, textsAt } from "./event.ts";
import { LIST_ENTRIES, POLL_OPTIONS } from "./limits.ts";
import { powerLevels, powerOf } from "./power.ts";
import { cleaned } from "./strings.ts";
import { loss, lost, mapped } from "./result.ts";

const UNSTABLE = "org.matrix.msc3381.";
/** UTF-16 code units of a question, and of an option. */
const QUESTION = 4_000;
const OPTION = 1_000;

/** `start`, `response` or `end` for an event type of a poll, else null. */
export function pollStep(type: string): "start" | "response" | "end" | null {
  for (const step of ["start", "response", "end"] as const)
    if (type === `m.poll.${step}` || type === `${UNSTABLE}poll.${step}`) return step;
  return null;
}

/** The poll that a content starts; `body` is null where it has no question or options. */
export function readPoll(content: MatrixContent): {
  readonly body: Extract<MessageBody, { kind: "poll" }> | null;
  readonly losses: Loss[];
} {
  const start =
    objectAt(content, "m.poll") ??
    objectAt(content, "m.poll.start") ??
    objectAt(content, `${UNSTABLE}poll.start`);
  if (start === null) return { body: null, losses: [loss("event_unreadable", "poll")] };
  const question = extensibleText(objectAt(start, "question") ?? {}, QUESTION);
  const listed = start["answers"];
  const options: PollOption[] = [];
  for (const entry of Array.isArray(listed) ? listed.slice(0, POLL_OPTIONS) : []) {
    const option = objectAt({ entry: entry as unknown }, "entry");
    if (option === null) continue;
    const id = optionId(textAt(option, "m.id") ?? textAt(option, "id") ?? "");
    const text = extensibleText(option, OPTION);
    if (id !== "" && text !== "" && !options.some((other) => other.id === id)) options.push({ id, text });
  }
  if (question === "" || options.length === 0)
    return { body: null, losses: [loss("event_unreadable", "poll")] };
  const kind = textAt(start, "kind") ?? "";
  const most = start["max_selections"];
  const body = {
    kind: "poll",
    question,
    options,
    most:
      typeof most === "number" && Number.isSafeInteger(most)
        ? Math.min(Math.max(most, 1), options.length)
        : 1,
    disclosed: kind === "m.disclosed" || kind === `${UNSTABLE}poll.disclosed`,
  } as const;
  const cut = Array.isArray(listed) && listed.length > POLL_OPTIONS;
  return { body, losses: cut ? [loss("text_cut", "options of a poll")] : [] };
}

/** The same for a poll and its votes, whatever characters stand in it. */
function optionId(id: string): string {
  return cleaned(id.slice(0, OPTION)).text;
}

/** A vote. The last one of a user counts; options beyond the most that may be named are left out. */
export function readVote(event: MatrixEvent, sender: PlatformUser, context: MatrixInbound): MappedEvent {
  const target = referenced(event, context);
  if (target === null) return lost("target_unknown", "vote");
  if (target.poll.ended) return lost("target_unknown", "a vote after the poll's end");
  const stable = textsAt(event.content, "m.selections", LIST_ENTRIES);
  const answers = objectAt(event.content, `${UNSTABLE}poll.response`) ?? {};
  const named = stable.length > 0 ? stable : textsAt(answers, "answers", LIST_ENTRIES);
  const chosen = [...new Set(named.map(optionId))];
  // A vote for something that is no option spoils it: it counts as taken back (MSC3381).
  const spoiled = chosen.some((id) => !target.poll.options.includes(id));
  const options = spoiled ? [] : chosen.slice(0, target.poll.most);
  return told(event, sender, { ...message({ kind: "vote", options }), replyTo: target.version });
}

/** The end of a poll: by who started it, or by whoever may redact it. */
export function readPollEnd(event: MatrixEvent, sender: PlatformUser, context: MatrixInbound): MappedEvent {
  const target = referenced(event, context);
  if (target === null) return lost("target_unknown", "end of a poll");
  const levels = powerLevels(context.powerLevels);
  if (target.author !== event.sender && powerOf(event.sender, levels, context.creators) < levels.redact)
    return lost("edit_unverified", "the end of a poll by somebody without the right");
  const text = extensibleText(event.content, QUESTION);
  return told(event, sender, { ...message({ kind: "poll-end", text }), replyTo: target.version });
}

function told(event: MatrixEvent, sender: PlatformUser, message: Message): MappedEvent {
  return mapped({ kind: "message", sender, native: event.id, message });
}

function referenced(event: MatrixEvent, context: MatrixInbound) {
  const relation = relationOf(event.content);
  if (relation.type !== "m.reference" || relation.target === null) return null;
  const known = context.message(relation.target);
  const poll = context.poll(relation.target);
  return known === null || poll === null ? null : { ...known, poll };
}

/** The plain text of an extensible event: a list of forms, or a text by its older names. */
function extensibleText(content: MatrixContent, most: number): string {
  const forms = content["m.text"];
  let text: string | null = null;
  for (const form of Array.isArray(forms) ? forms.slice(0, LIST_ENTRIES) : []) {
    const entry = objectAt({ form: form as unknown }, "form");
    if (entry !== null && (entry["mimetype"] ?? "text/plain") === "text/plain")
      text ??= textAt(entry, "body");
  }
  text ??= textAt(content, "m.text") ?? textAt(content, "org.matrix.msc1767.text") ?? textAt(content, "body");
  return cleaned((text ?? "").slice(0, most)).text.trim();
}
