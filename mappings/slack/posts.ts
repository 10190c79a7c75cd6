/** The messages that one entry of the log takes on Slack, before it is clear whether they are new or change old ones. */
import type { Loss } from "../loss.ts";
import type { MarkupWriter } from "../markup/context.ts";
import type { FlatText } from "../markup/flat.ts";
import type { PostedBlock, SlackCapabilities, SlackOutbound, SlackUpload } from "./call.ts";
import { plainObject } from "./notice.ts";
import { hidesWords, masked, revealed } from "./restyle.ts";
import { splitForSlack } from "./split-text.ts";

/** So many parts are read in order without numbers. */
const MOST_UNNUMBERED = 3;
/** What a text is called that is too long for messages. */
const FILE_NAME = "message.txt";

export interface Post {
  readonly text: string;
  readonly blocks: readonly PostedBlock[];
  /** Not empty: the text is their caption. */
  readonly files: readonly SlackUpload[];
  /** Whether it stands in the thread under the first post, out of sight. */
  readonly hidden: boolean;
}

export interface Posts {
  readonly posts: readonly Post[];
  readonly losses: readonly Loss[];
}

/** How Slack shows the people, rooms and pictures that a text names. */
export function markupWriter(capabilities: SlackCapabilities, context: SlackOutbound): MarkupWriter {
  return {
    user: (uri) => context.user(uri),
    room: (uri) => context.room(uri),
    emoji: (name) => context.emoji(name),
    broadcasts: capabilities.broadcasts,
  };
}

/** A text as one or several posts. Slack hides nothing: hidden words are masked, and the thread below shows them. */
export function textPosts(
  text: FlatText,
  hidden: FlatText | null,
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Posts {
  const writer = markupWriter(capabilities, context);
  if (hidden === null && !hidesWords(text)) return splitPosts(text, false, writer);
  const shown = splitPosts(masked(text), false, writer);
  const below = splitPosts(revealed(hidden ?? text), true, writer);
  const loss: Loss = { code: "spoiler_shown", detail: "the hidden words stand in the thread below a mask" };
  return {
    posts: [...shown.posts, ...below.posts],
    losses: [...shown.losses, ...below.losses, loss],
  };
}

function splitPosts(text: FlatText, hidden: boolean, writer: MarkupWriter): Posts {
  const { parts, file, losses } = splitForSlack(text, writer);
  const numbered = parts.length > MOST_UNNUMBERED;
  const posts = parts.map((part, at): Post => {
    const post = { ...part, files: [], hidden };
    return numbered ? withNumber(post, `${String(at + 1)}/${String(parts.length)}`) : post;
  });
  if (file !== null) {
    const upload: SlackUpload = { content: file, filename: FILE_NAME, title: FILE_NAME, alt_txt: "" };
    posts.push({ text: "", blocks: [], files: [upload], hidden });
  }
  return { posts, losses };
}

function withNumber(post: Post, number: string): Post {
  const line = { type: "context", elements: [plainObject(number, number.length)] } as const;
  return { ...post, text: `${post.text} (${number})`, blocks: [...post.blocks, line] };
}
