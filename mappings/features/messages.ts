/** How well each platform carries what stands in messages. */
import { both, fallback, full, type Levels, not, partial, ways } from "./level.ts";
import type { FeatureKey } from "./titles.ts";

const everywhere: Levels = { slack: both(full), matrix: both(full), xmpp: both(full) };

export const messageLevels = {
  text: everywhere,
  marks: { slack: both(full), matrix: both(full), xmpp: ways(full, partial("mark_lost")) },
  "code-block": {
    slack: both(full),
    matrix: both(full),
    xmpp: ways(full, partial({ says: "the language is not named" })),
  },
  quote: { slack: ways(full, partial("block_flattened")), matrix: both(full), xmpp: both(full) },
  lists: {
    slack: ways(full, partial("block_flattened")),
    matrix: ways(full, partial({ says: "a task's box is a character" })),
    xmpp: both(fallback({ says: "lines that begin with a dash or a number; tables as lines of text" })),
  },
  links: {
    slack: both(full),
    matrix: both(full),
    xmpp: ways(full, fallback({ says: "the words with the address behind them" })),
  },
  headings: {
    slack: ways(full, fallback({ says: "a bold line" })),
    matrix: both(full),
    xmpp: both(fallback({ says: "a bold line" })),
  },
  "line-breaks": everywhere,
  mention: { slack: ways(full, partial("mention_silent")), matrix: both(full), xmpp: both(full) },
  "broadcast-mention": {
    slack: ways(full, partial("broadcast_neutralised")),
    matrix: ways(full, partial("broadcast_neutralised")),
    xmpp: ways(full, partial("broadcast_neutralised")),
  },
  reply: { slack: ways(not, fallback("reply_quoted")), matrix: both(full), xmpp: both(full) },
  thread: {
    slack: both(full),
    matrix: both(full),
    xmpp: ways(
      partial({ says: "a thread under a name of its own stays with programs that have such threads" }),
      partial({ says: "few programs show threads" }),
    ),
  },
  "thread-broadcast": {
    slack: both(full),
    matrix: ways(not, partial("thread_only")),
    xmpp: ways(not, partial({ says: "few programs show threads" })),
  },
  edit: {
    slack: ways(full, partial("edit_reposted")),
    matrix: both(full),
    xmpp: ways(partial("edit_unverified"), full),
  },
  deletion: { slack: both(full), matrix: both(full), xmpp: ways(partial("edit_unverified"), full) },
  "moderator-deletion": {
    slack: ways(full, partial("deletion_kept")),
    matrix: ways(full, partial("deletion_kept")),
    xmpp: ways(full, partial("deletion_kept")),
  },
  reaction: { slack: ways(full, partial("reactions_merged")), matrix: both(full), xmpp: both(full) },
  unreaction: { slack: ways(full, partial("reactions_merged")), matrix: both(full), xmpp: both(full) },
  "custom-reaction": {
    slack: ways(full, partial("reaction_unsupported")),
    matrix: ways(full, partial("emoji_named")),
    xmpp: both(not),
  },
  "custom-emoji": {
    slack: ways(full, partial("emoji_named")),
    matrix: ways(full, partial("emoji_named")),
    xmpp: ways(full, fallback("emoji_named")),
  },
  sticker: { slack: ways(not, fallback("sticker_as_image")), matrix: both(full), xmpp: both(full) },
  file: { slack: both(full), matrix: both(full), xmpp: ways(full, partial("caption_apart")) },
  files: {
    slack: both(full),
    matrix: both(fallback({ says: "each file is a message of its own" })),
    xmpp: both(fallback({ says: "each file is a message of its own" })),
  },
  voice: {
    slack: ways(full, partial("voice_as_audio")),
    matrix: ways(partial({ says: "without the drawing of its sound" }), full),
    xmpp: both(partial("voice_as_audio")),
  },
  "encrypted-file": {
    slack: ways(not, fallback({ says: "a file without encryption, at the gateway's address" })),
    matrix: ways(full, partial({ says: "what Matrix can't decrypt comes without encryption" })),
    xmpp: ways(full, fallback({ says: "a file without encryption, at the gateway's address" })),
  },
  expiry: {
    slack: ways(not, partial("expiry_ignored")),
    matrix: ways(not, partial("expiry_ignored")),
    xmpp: both(full),
  },
  poll: {
    slack: ways(partial({ says: "votes only: Slack has no polls of its own" }), full),
    matrix: both(full),
    xmpp: ways(partial({ says: "votes only: XMPP has no polls of its own" }), fallback("poll_as_text")),
  },
  location: { slack: ways(not, fallback("location_as_text")), matrix: both(full), xmpp: both(full) },
  spoiler: {
    slack: ways(not, fallback("spoiler_shown")),
    matrix: ways(partial({ says: "why only a part of the text is hidden is not said" }), full),
    xmpp: ways(full, partial("spoiler_widened")),
  },
  emote: {
    slack: ways(full, fallback({ says: "the text in italics" })),
    matrix: both(full),
    xmpp: both(full),
  },
  notice: {
    slack: ways(full, fallback({ says: "an ordinary message" })),
    matrix: both(full),
    xmpp: ways(
      partial({ says: "only what the room itself says" }),
      fallback({ says: "an ordinary message" }),
    ),
  },
  "link-preview": {
    slack: ways(full, partial("preview_dropped")),
    matrix: both(full),
    xmpp: both(full),
  },
  unknown: {
    slack: both(fallback({ says: "the text that stands for it" })),
    matrix: both(fallback({ says: "the text that stands for it" })),
    xmpp: both(fallback({ says: "the text that stands for it" })),
  },
  call: {
    slack: both(fallback({ says: "a line with a link" })),
    matrix: ways(not, fallback({ says: "a line with a link" })),
    xmpp: ways(full, fallback({ says: "a line with a link" })),
  },
} as const satisfies Partial<Record<FeatureKey, Levels>>;
