/** What Slack's own programs make of what a person types: `rich_text` beside the text. */
import type { types } from "@slack/bolt";
import type { Block } from "./state/records.ts";

type Element = types.RichTextSection["elements"][number];

const TOKEN =
  /<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|<#([CDG][A-Z0-9]+)(?:\|[^>]*)?>|<!(here|channel|everyone)(?:\|[^>]*)?>|<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>|:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/g;

/** One `rich_text` block of a text in Slack's escaped form. Marks like `*bold*` stay as they are: give blocks for those. */
export function typedBlocks(text: string): Block[] {
  const elements: Element[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    plain(elements, text.slice(end, match.index));
    end = match.index + match[0].length;
    const [, user, channel, range, url, label, emoji] = match;
    if (user !== undefined) elements.push({ type: "user", user_id: user });
    else if (channel !== undefined) elements.push({ type: "channel", channel_id: channel });
    else if (range === "here" || range === "channel" || range === "everyone") {
      elements.push({ type: "broadcast", range });
    } else if (url !== undefined) {
      elements.push({
        type: "link",
        url: unescaped(url),
        ...(label !== undefined && { text: unescaped(label) }),
      });
    } else if (emoji !== undefined) elements.push({ type: "emoji", name: emoji });
  }
  plain(elements, text.slice(end));
  if (elements.length === 0) return [];
  return [{ type: "rich_text", elements: [{ type: "rich_text_section", elements }] }];
}

function plain(elements: Element[], text: string): void {
  if (text !== "") elements.push({ type: "text", text: unescaped(text) });
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
