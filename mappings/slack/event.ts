/** The inner events of Slack's Events API and its block_actions, as far as the mapping reads them. */
import { z } from "zod";
import { timestamp } from "./timestamp.ts";

/** More than Slack lets a message have; what stands beyond is not read. */
const MOST_ATTACHMENTS = 100;
const MOST_FILES = 100;
const MOST_FIELDS = 100;

const words = z.string().nullish();
const count = z.number().nonnegative().nullish();
const flag = z.boolean().nullish();

const file = z.object({
  id: z.string(),
  mode: words,
  name: words,
  title: words,
  mimetype: words,
  subtype: words,
  size: count,
  url_private: words,
  url_private_download: words,
  original_w: count,
  original_h: count,
  duration_ms: count,
  alt_txt: words,
  file_access: words,
  is_external: flag,
  filetype: words,
  permalink: words,
});
export type SlackFile = z.infer<typeof file>;

const attachment = z.object({
  fallback: words,
  pretext: words,
  title: words,
  title_link: words,
  text: words,
  image_url: words,
  from_url: words,
  original_url: words,
  author_id: words,
  author_name: words,
  channel_id: words,
  is_share: flag,
  is_msg_unfurl: flag,
  is_app_unfurl: flag,
  blocks: z.array(z.unknown()).nullish(),
  message_blocks: z.array(z.object({ message: z.object({ blocks: z.array(z.unknown()) }) })).nullish(),
  fields: z
    .array(z.object({ title: words, value: words }))
    .transform((all) => all.slice(0, MOST_FIELDS))
    .nullish(),
});
export type SlackAttachment = z.infer<typeof attachment>;

const message = z.object({
  type: z.literal("message").nullish(),
  subtype: words,
  ts: timestamp,
  thread_ts: timestamp.nullish(),
  channel: words,
  channel_type: words,
  user: words,
  bot_id: words,
  app_id: words,
  username: words,
  bot_profile: z.object({ name: words, app_id: words }).nullish(),
  text: words,
  blocks: z.array(z.unknown()).nullish(),
  attachments: z
    .array(attachment)
    .transform((all) => all.slice(0, MOST_ATTACHMENTS))
    .nullish(),
  files: z
    .array(file)
    .transform((all) => all.slice(0, MOST_FILES))
    .nullish(),
  edited: z.object({ ts: timestamp }).nullish(),
  metadata: z.object({ event_type: words }).nullish(),
  hidden: flag,
  is_ephemeral: flag,
  topic: words,
  room: z.object({ name: words, huddle_link: words }).nullish(),
});
export type SlackMessage = z.infer<typeof message>;

const item = z.object({ type: z.string(), channel: words, ts: timestamp.nullish() });
const profile = z.object({
  display_name: words,
  real_name: words,
  image_512: words,
  image_original: words,
});

/** Every event that the mapping reads, by its type; the message events come apart by their subtypes. */
export const schemas = {
  message,
  channel: z.object({ channel: words, channel_type: words }),
  changed: z.object({ message, previous_message: message.nullish().catch(null) }),
  deleted: z.object({ deleted_ts: timestamp, previous_message: message.nullish().catch(null) }),
  reaction: z.object({ user: z.string(), reaction: z.string(), item, event_ts: timestamp }),
  pin: z.object({
    user: z.string(),
    item: z.object({ type: z.string(), message: z.object({ ts: timestamp }).nullish() }),
  }),
  membership: z.object({ user: z.string(), inviter: words }),
  renamed: z.object({ channel: z.object({ id: z.string(), name: z.string() }) }),
  moved: z.object({ new_channel_id: z.string() }),
  profile: z.object({ user: z.object({ id: z.string(), name: words, profile }) }),
  pressed: z.object({
    user: z.object({ id: z.string(), name: words, username: words }),
    container: z.object({ message_ts: timestamp }),
    actions: z.array(z.object({ action_id: z.string(), value: words })).min(1),
  }),
} as const;

/** Only the type (and subtype): what decides which schema is to be used. */
export const head = z.object({ type: z.string(), subtype: words, hidden: flag });
