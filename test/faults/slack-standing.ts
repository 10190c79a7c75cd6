/** What stands in a Slack channel at the end. */
import { emojiOf } from "../../mappings/emoji/names.ts";
import type { SlackMessageRecord } from "../slack/state/records.ts";
import { repeated, type Room, speakerOf } from "./standing.ts";

/** What a channel shows of people's messages. */
export function channelRoom(
  messages: readonly Pick<SlackMessageRecord, "text" | "ts" | "edited" | "reactions">[],
): Room {
  const standing = messages
    .filter(({ text }) => speakerOf(text) !== null)
    .map(({ text, ts, edited, reactions }) => ({
      text,
      edited: edited !== null,
      reactions: reactions.map(({ name }) => emojiOf(name) ?? name).toSorted(),
      at: Math.floor(Number(ts) * 1_000),
    }));
  return { standing, twice: repeated(standing.map(({ text }) => text)) };
}
