/** m.reaction: an emoji, or a picture as MSC4027 sends it (client-server API, section 11.10). */
import { isOneEmoji, qualified } from "../emoji/names.ts";
import type { MappedEvent, PlatformUser } from "../mapping.ts";
import { message, type Reaction } from "../message.ts";
import type { MatrixInbound } from "./context.ts";
import { type MatrixEvent, relationOf, textAt } from "./event.ts";
import { isMxc } from "./mxc.ts";
import { lost, mapped } from "./result.ts";
import { shownBy } from "./targets.ts";

/** UTF-16 code units of a key that is looked at. */
const KEY = 512;
/** What a picture is called whose sender gives no name. */
const UNNAMED = "emoji";
const SHORT_NAME = /^:?([\p{L}\p{N}_+-]{1,100}):?$/u;

export function readReaction(event: MatrixEvent, sender: PlatformUser, context: MatrixInbound): MappedEvent {
  const { type, target, key } = relationOf(event.content);
  if (type !== "m.annotation" || target === null || key === null) return lost("event_unreadable", event.type);
  const replyTo = shownBy(target, context);
  if (replyTo === null) return lost("target_unknown", `reaction to ${target}`);
  const name = textAt(event.content, "com.beeper.reaction.shortcode") ?? textAt(event.content, "shortcode");
  const reaction = reactionOf(key, name, context);
  if (reaction === null) return lost("reaction_unsupported", "neither an emoji nor a short name");
  return mapped({
    kind: "message",
    sender,
    native: event.id,
    message: { ...message({ kind: "reaction", reaction }), replyTo },
  });
}

function reactionOf(key: string, shortcode: string | null, context: MatrixInbound): Reaction | null {
  if (key.length > KEY) return null;
  if (isOneEmoji(key)) return { kind: "unicode", emoji: qualified(key) };
  const name = SHORT_NAME.exec(shortcode ?? "")?.[1];
  if (isMxc(key)) return { kind: "custom", name: name ?? UNNAMED, source: key };
  const written = SHORT_NAME.exec(key)?.[1];
  return written === undefined ? null : { kind: "custom", name: written, source: context.emoji(written) };
}
