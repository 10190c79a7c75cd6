/** Calls of Slack's Web API as plain data, and what writing them looks up. Timestamps are text everywhere. */
import type { UserUri } from "../ids.ts";
import type { OutboundContext } from "../mapping.ts";
import type { SlackBlock } from "./markup/blocks.ts";

/** Text as it is, without marks or mentions. */
export interface PlainObject {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: false;
}

/** Block Kit beyond the text of people: lines of the gateway's own, and polls. */
export type PostedBlock =
  | SlackBlock
  | { readonly type: "context"; readonly elements: readonly PlainObject[] }
  | {
      readonly type: "section";
      readonly text: PlainObject;
      readonly accessory?: {
        readonly type: "button";
        readonly text: PlainObject;
        readonly action_id: string;
        readonly value: string;
      };
    };

/** By this the gateway knows its own posts again, and finds out whether a post whose answer was lost was made. */
export interface PostMetadata {
  readonly event_type: string;
  /** Readable by every member and app: ids only. `part` counts from 0. */
  readonly event_payload: { readonly id: string; readonly part: number };
}

/** In whose name a post stands; Slack fetches `icon_url` itself. */
export interface Appearance {
  readonly username?: string;
  readonly icon_url?: string;
}

export interface PostArguments extends Appearance {
  readonly channel: string;
  readonly thread_ts?: string;
  readonly reply_broadcast?: true;
  readonly text: string;
  readonly blocks: readonly PostedBlock[];
  readonly parse: "none";
  readonly link_names: false;
  readonly unfurl_links: false;
  readonly unfurl_media: false;
  readonly metadata?: PostMetadata;
}

export interface UpdateArguments {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly PostedBlock[];
  readonly parse: "none";
  readonly link_names: false;
}

/** What is uploaded for a file: exactly one of the three says where its bytes are. */
export type UploadOrigin =
  | { readonly source: string }
  /** Text that was too long for messages. */
  | { readonly content: string }
  /** Slack has it already. */
  | { readonly id: string };

export type SlackUpload = UploadOrigin & {
  readonly filename: string;
  readonly title: string;
  /** What is to be seen; empty: not said. */
  readonly alt_txt: string;
};

/**
 * A post of files stands for all three steps of an upload: for each file whose `id` is not given,
 * files.getUploadURLExternal (filename, alt_txt, length) and the bytes to its URL; then this method with the ids.
 */
export interface FilesArguments extends Appearance {
  readonly channel_id: string;
  readonly thread_ts?: string;
  readonly files: readonly SlackUpload[];
  /** The caption; left out where there is none. */
  readonly blocks?: readonly PostedBlock[];
}

interface Call<Method extends string, Arguments> {
  readonly method: Method;
  readonly arguments: Arguments;
}

/** A call that makes a message of the log's entry appear: its `ts` is to be stored. */
interface Posting {
  /** Which part of the entry this is, from 0. */
  readonly part: number;
  /** Not null: `thread_ts` is what the call at this index of the list answers as `ts`. */
  readonly threadOf: number | null;
}

interface InChannel {
  readonly channel: string;
}

export type SlackCall =
  | (Call<"chat.postMessage", PostArguments> & Posting)
  | (Call<"files.completeUploadExternal", FilesArguments> & Posting)
  | Call<"chat.update", UpdateArguments>
  | Call<"chat.delete", InChannel & { readonly ts: string }>
  | Call<"files.delete", { readonly file: string }>
  | Call<
      "reactions.add" | "reactions.remove",
      InChannel & { readonly timestamp: string; readonly name: string }
    >
  | Call<"pins.add" | "pins.remove", InChannel & { readonly timestamp: string }>
  | Call<"conversations.setTopic", InChannel & { readonly topic: string }>
  | Call<"conversations.rename", InChannel & { readonly name: string }>
  | Call<"conversations.archive" | "conversations.unarchive", InChannel>
  | Call<"conversations.invite", InChannel & { readonly users: string }>
  | Call<"conversations.kick", InChannel & { readonly user: string }>;

/** What the app may do in the channel, by its scopes and the room's settings. */
export interface SlackCapabilities {
  /** How a reply looks: in the thread of what it answers, or in the channel under a quotation. */
  readonly replies: "thread" | "quote";
  /** Whether remote users may notify everybody here. */
  readonly broadcasts: boolean;
  readonly uploads: boolean;
  /** Octets; larger files are links. */
  readonly largestFile: number;
  readonly rename: boolean;
  readonly topic: boolean;
  readonly pins: boolean;
  readonly archive: boolean;
  /** Whether people of Slack are invited and removed on behalf of remote users. */
  readonly members: boolean;
}

/** Parts are named by their `ts`; `aux` holds the ids of a part's files, with commas between them. */
export interface SlackOutbound extends OutboundContext {
  readonly channel: string;
  /** A public https URL of the user's picture; null: none. */
  icon(user: UserUri): string | null;
  /** What stands in parentheses behind a user's name; empty: nothing. */
  label(user: UserUri): string;
  /** A link to a message for readers; null: not known. */
  permalink(ts: string): string | null;
  /** Whether Slack refused to change this message (edit_window_closed, cant_update_message). */
  closed(ts: string): boolean;
}
