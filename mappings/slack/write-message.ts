/** Messages with content of their own for Slack: new ones, and edits of those that the gateway posted. */
import type { Loss } from "../loss.ts";
import type { NativePart, Outgoing, RoomMessage, Written } from "../mapping.ts";
import { planEdit } from "../markup/split.ts";
import type { Appearance, SlackCall, SlackCapabilities, SlackOutbound } from "./call.ts";
import { METADATA_TYPE } from "./inbound.ts";
import { type ShownBody, layout } from "./layout.ts";
import { QUIET, plainObject } from "./notice.ts";
import { type Place, placeOf, threadTs } from "./place.ts";
import type { Post } from "./posts.ts";
import { username } from "./username.ts";
import { paragraph, text } from "./write-media.ts";

type OutgoingMessage = Extract<Outgoing, { kind: "message" }>;
type Result = Written<SlackCall>;

/** What is said again where Slack does not change what was said. */
const EDITED = "✏️ edited:";
const CONTINUED = "(cont.)";

export function writeShown(
  event: OutgoingMessage,
  body: ShownBody,
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Result {
  const { message } = event;
  const place = placeOf(message, capabilities, context);
  const expiry: Loss[] = message.expires === null ? [] : [{ code: "expiry_ignored", detail: "" }];
  if (message.replaces === null) {
    const { posts, losses } = layout(body, place.quote, capabilities, context);
    const calls = posted(posts, event, place.thread, context);
    return { calls, losses: [...place.losses, ...losses, ...expiry] };
  }
  const target = context.message(message.replaces);
  if (target !== null && isChangeable(target, context)) {
    const { posts, losses } = layout(body, place.quote, capabilities, context);
    const calls = changed(posts, target, event, context);
    return { calls, losses: [...place.losses, ...losses, ...expiry] };
  }
  const again = reposted(event, body, place, target, capabilities, context);
  return { calls: again.calls, losses: [...place.losses, ...again.losses, ...expiry] };
}

/** What the room was told in short, or before it was linked, has no message of its own there. */
function isChangeable(target: RoomMessage, context: SlackOutbound): boolean {
  return (
    target.ours && target.parts.length > 0 && target.parts.every(({ native }) => !context.closed(native))
  );
}

function reposted(
  event: OutgoingMessage,
  body: ShownBody,
  place: Place,
  target: RoomMessage | null,
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Result {
  const lead = [paragraph([text(EDITED)]), ...place.quote];
  const { posts, losses } = layout(body, lead, capabilities, context);
  const thread = target === null ? place.thread : threadTs(target);
  const loss: Loss = {
    code: "edit_reposted",
    detail: target === null ? "the message is not known here" : "",
  };
  return { calls: posted(posts, event, thread, context), losses: [...losses, loss] };
}

function posted(
  posts: readonly Post[],
  event: OutgoingMessage,
  thread: string | null,
  context: SlackOutbound,
): readonly SlackCall[] {
  return posts.map((post, part) => {
    const threadOf = thread === null && post.hidden ? 0 : null;
    return posting(post, part, { event, thread, threadOf, context });
  });
}

/** Parts that both have are changed; what is too much is deleted, what is missing is posted. */
function changed(
  posts: readonly Post[],
  target: RoomMessage,
  event: OutgoingMessage,
  context: SlackOutbound,
): readonly SlackCall[] {
  if (posts.length === 0) return [];
  const first = threadTs(target);
  const plan = planEdit(target.parts.length, posts.length);
  const calls: SlackCall[] = [];
  const place = (post: Post, part: number) => {
    const thread = post.hidden ? first : (target.threadRoot?.native ?? null);
    calls.push(posting(post, part, { event, thread, threadOf: null, context }));
  };
  for (const part of plan.update) {
    const [post, old] = [posts[part], target.parts[part]];
    if (!post || !old) continue;
    if (isSameKind(post, old)) calls.push(update(post, old, context));
    else {
      calls.push(...deletion(old, context));
      place(post, part);
    }
  }
  for (const part of plan.post) {
    const post = posts[part];
    if (post) place(post.hidden ? post : continued(post), part);
  }
  for (const old of target.parts.slice(posts.length)) calls.push(...deletion(old, context));
  return calls;
}

/** Files stay with their post: only its caption can be changed. Text that became a file has to be uploaded again. */
function isSameKind(post: Post, old: NativePart): boolean {
  return post.files.length > 0 === (old.aux !== null) && post.files.every((file) => !("content" in file));
}

/** The calls that take one native message away, with its files. */
export function deletion(part: NativePart, { channel }: SlackOutbound): readonly SlackCall[] {
  const files = part.aux === null ? [] : part.aux.split(",").filter((id) => id !== "");
  return [
    { method: "chat.delete", arguments: { channel, ts: part.native } },
    ...files.map((file): SlackCall => ({ method: "files.delete", arguments: { file } })),
  ];
}

/** The call that shows `post` in the place of what stands there. */
export function update(post: Post, old: NativePart, { channel }: SlackOutbound): SlackCall {
  const { parse, link_names } = QUIET;
  const content = { text: post.text, blocks: post.blocks };
  return { method: "chat.update", arguments: { channel, ts: old.native, ...content, parse, link_names } };
}

function continued(post: Post): Post {
  const mark = { type: "context", elements: [plainObject(CONTINUED, CONTINUED.length)] } as const;
  return { ...post, text: `${CONTINUED} ${post.text}`, blocks: [mark, ...post.blocks] };
}

interface Posting {
  readonly event: OutgoingMessage;
  readonly thread: string | null;
  readonly threadOf: number | null;
  readonly context: SlackOutbound;
}

function posting(post: Post, part: number, { event, thread, threadOf, context }: Posting): SlackCall {
  const inThread = thread === null ? {} : { thread_ts: thread };
  const appearance = appearanceOf(event, context);
  if (post.files.length > 0) {
    const caption = post.blocks.length === 0 ? {} : { blocks: post.blocks };
    const place = { channel_id: context.channel, ...inThread };
    const written = { ...place, ...appearance, files: post.files, ...caption };
    return { method: "files.completeUploadExternal", arguments: written, part, threadOf };
  }
  const broadcast = event.message.broadcast && thread !== null && part === 0;
  const written = {
    channel: context.channel,
    ...inThread,
    ...(broadcast ? ({ reply_broadcast: true } as const) : {}),
    ...appearance,
    text: post.text,
    blocks: post.blocks,
    ...QUIET,
    metadata: { event_type: METADATA_TYPE, event_payload: { id: event.id, part } },
  };
  return { method: "chat.postMessage", arguments: written, part, threadOf };
}

function appearanceOf({ author }: OutgoingMessage, context: SlackOutbound): Appearance {
  const icon = context.icon(author.uri);
  const name = { username: username(author.name, context.label(author.uri)) };
  return icon !== null && icon.startsWith("https://") ? { ...name, icon_url: icon } : name;
}
