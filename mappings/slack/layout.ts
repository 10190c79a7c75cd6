/** What a message's content looks like on Slack: its posts, in order. */
import type { Loss } from "../loss.ts";
import type { Block, FlatText } from "../markup/flat.ts";
import { plainFlat } from "../markup/flat.ts";
import type { MessageBody } from "../message.ts";
import { isBlank } from "./blank.ts";
import { tallyOf } from "../message/poll-tally.ts";
import type { SlackCapabilities, SlackOutbound } from "./call.ts";
import { type Posts, textPosts } from "./posts.ts";
import { inItalics } from "./restyle.ts";
import { callText, locationText, mediaPosts, paragraph, spoilerWarning } from "./write-media.ts";
import { pollAsText, pollPost, pollText } from "./write-poll.ts";

/** Bodies that are shown by posts of their own; the others change what is there. */
export type ShownBody = Exclude<
  MessageBody,
  { readonly kind: "reaction" | "unreaction" | "deletion" | "vote" | "poll-end" }
>;

/** `lead` stands before the content: what is answered, or that it was edited. No posts: there is nothing to show. */
export function layout(
  body: ShownBody,
  lead: readonly Block[],
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Posts {
  const write = (text: FlatText, losses: readonly Loss[] = []) => {
    const shown: FlatText = { blocks: [...lead, ...text.blocks] };
    const { posts, losses: written } = textPosts(shown, null, capabilities, context);
    return { posts, losses: [...written, ...losses] };
  };
  switch (body.kind) {
    case "text":
      return textLayout(body, lead, capabilities, context);
    case "media":
      return mediaLayout(body, lead, capabilities, context);
    case "location":
      return write(locationText(body), [{ code: "location_as_text", detail: "" }]);
    case "call":
      return write(callText(body));
    case "poll": {
      const poll = tallyOf(body, [], false);
      const post = pollPost(poll, false, { open: true, closing: "" });
      return post === null ? write(pollText(poll), [pollAsText]) : { posts: [post], losses: [] };
    }
    case "unknown": {
      const loss: Loss = { code: "content_unsupported", detail: body.contentType };
      const text = plainFlat(body.text);
      return isBlank(text) ? { posts: [], losses: [loss] } : write(text, [loss]);
    }
  }
}

function textLayout(
  body: Extract<ShownBody, { kind: "text" }>,
  lead: readonly Block[],
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Posts {
  if (isBlank(body.text))
    return { posts: [], losses: [{ code: "characters_removed", detail: "nothing is to be seen" }] };
  const text = body.style === "emote" ? inItalics(body.text) : body.text;
  const secret = body.spoiler !== null;
  const said = secret ? [paragraph(spoilerWarning(body.spoiler))] : text.blocks;
  const { posts, losses } = textPosts(
    { blocks: [...lead, ...said] },
    secret ? text : null,
    capabilities,
    context,
  );
  const previews = body.previews.map(({ url }): Loss => ({ code: "preview_dropped", detail: hostOf(url) }));
  return { posts, losses: [...losses, ...previews] };
}

function mediaLayout(
  body: Extract<ShownBody, { kind: "media" }>,
  lead: readonly Block[],
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Posts {
  if (body.spoiler === null) return mediaPosts(body, lead, capabilities, context);
  const warning: FlatText = { blocks: [...lead, paragraph(spoilerWarning(body.spoiler))] };
  const shown = textPosts(warning, { blocks: [] }, capabilities, context);
  const files = mediaPosts(body, [], capabilities, context);
  const below = files.posts.map((post) => ({ ...post, hidden: true }));
  return { posts: [...shown.posts, ...below], losses: [...shown.losses, ...files.losses] };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}
