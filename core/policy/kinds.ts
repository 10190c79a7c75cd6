/** What of a conversation a room can be spared: the kinds that its policy names. */
import type { Message } from "../../mappings/message.ts";

/**
 * `text`: also places, calls, and what nobody here knows. `delete`, `edit`: of messages of any kind. `reaction`, `poll`:
 * with what takes them back and ends them. `state`: what belongs to the room itself, its name and topic among it.
 * `member`: who comes and goes.
 */
export const carriedKinds = [
  "text",
  "edit",
  "delete",
  "reaction",
  "file",
  "poll",
  "state",
  "member",
] as const;
export type CarriedKind = (typeof carriedKinds)[number];

/** The kind of a message of a group. */
export function kindOf({ body, replaces }: Message): CarriedKind {
  switch (body.kind) {
    case "deletion":
      return "delete";
    case "reaction":
    case "unreaction":
      return "reaction";
    case "poll":
    case "vote":
    case "poll-end":
      return "poll";
    case "media":
      return replaces === null ? "file" : "edit";
    case "text":
    case "location":
    case "call":
    case "unknown":
      return replaces === null ? "text" : "edit";
  }
}

/**
 * What of a message a room takes: itself, its words where they come with files that it does not take, or null. The words
 * of an edit are an edit still.
 */
export function carriedPart(message: Message, kinds: ReadonlySet<CarriedKind>): Message | null {
  const { body } = message;
  if (body.kind !== "media" || kinds.has("file")) return kinds.has(kindOf(message)) ? message : null;
  const { caption, spoiler } = body;
  if (caption === null || !kinds.has(message.replaces === null ? "text" : "edit")) return null;
  return { ...message, body: { kind: "text", style: "plain", text: caption, spoiler, previews: [] } };
}
