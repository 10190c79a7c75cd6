/** A channel's topic as readers see it, from the escaped form that Slack keeps. */
import { plainTextOf } from "../../mappings/markup/plain.ts";
import { readMrkdwn } from "../../mappings/slack/markup/mrkdwn-read.ts";

export function topicText(raw: string): string {
  return plainTextOf(readMrkdwn(raw, { user: () => null, room: () => null, emoji: () => null }).text);
}
