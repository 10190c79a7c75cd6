/** A workspace from the side of its people: what they do in it, and what they see. */
import type { Answer } from "../../deploy/clients/waits.ts";
import type { Ephemeral, FileRecord, SlackMessageRecord } from "./state/records.ts";
import type { Asking } from "./asking.ts";
import type { People } from "./people.ts";

export interface SeenChannel {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly purpose: string;
  readonly isArchived: boolean;
  /** Ids of people and bots. */
  readonly members: readonly string[];
  readonly pinned: readonly string[];
}

export interface WorkspaceSide {
  readonly id: string;
  /** Empty while the app is not installed. */
  readonly botToken: string;
  readonly botUser: string;
  readonly botId: string;
  /** What people do in it. */
  readonly people: People;
  /** Their commands and buttons. */
  readonly asking: Asking;
  channel(id: string): SeenChannel;
  /** What the channel shows, replies in threads included, oldest first. */
  messages(channel: string): readonly SlackMessageRecord[];
  message(channel: string, ts: string): SlackMessageRecord | null;
  file(id: string): FileRecord | null;
  /** The bytes of a file. */
  bytes(file: string): Uint8Array;
  readonly ephemerals: Ephemeral[];
  /** Resolves with what the function answers as soon as that is neither null, undefined nor false. It is asked anew at each change. */
  until<T>(
    what: string,
    ask: () => Answer<T>,
    withinMs?: number,
  ): Promise<Exclude<T, Error | undefined | null | false>>;
  /** A person installs the app again, or for the first time; returns the new bot token. */
  install(scopes?: readonly string[]): string;
  /** A person removes the app: its tokens end, and it is told. */
  uninstall(): void;
  /** An owner revokes the bot token. */
  revoke(): void;
}
