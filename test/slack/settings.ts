/** What a simulator is started with. */
import type { Milliseconds } from "../../core/time.ts";
import type { AppCredentials } from "./app.ts";
import type { SimulatedClock } from "./clock.ts";

export interface UserSettings {
  readonly id: string;
  readonly name: string;
  readonly realName?: string;
  readonly displayName?: string;
  readonly isAdmin?: boolean;
  readonly isOwner?: boolean;
  readonly isPrimaryOwner?: boolean;
  readonly isRestricted?: boolean;
  readonly isBot?: boolean;
  readonly image?: string;
}

export interface ChannelSettings {
  readonly id: string;
  readonly name: string;
  readonly topic?: string;
  readonly purpose?: string;
  readonly isPrivate?: boolean;
  readonly isGeneral?: boolean;
  readonly isArchived?: boolean;
  /** Ids of people; the first one made it. The bot is in it only where `bot` says so. */
  readonly members: readonly string[];
  readonly bot?: boolean;
}

export interface WorkspaceSettings {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly users: readonly UserSettings[];
  readonly channels: readonly ChannelSettings[];
  /** Scopes of the bot token made for it; without: all that the app asks for. Null: the app is not installed. */
  readonly scopes?: readonly string[] | null;
  /** Groups of users: their handles, by their ids. */
  readonly usergroups?: Readonly<Record<string, string>>;
  /** Names of custom emoji, each with its image or `alias:NAME`. */
  readonly emoji?: Readonly<Record<string, string>>;
}

export interface SimulatorOptions {
  /** Without: any free port of 127.0.0.1. */
  readonly port?: number;
  /** Without: one that runs like the machine's. */
  readonly clock?: SimulatedClock;
  /** Without: one workspace, T0SIM, with three people and two channels. */
  readonly workspaces?: readonly WorkspaceSettings[];
  /** What the app is, as far as it is another one than usual. */
  readonly app?: Partial<Omit<AppCredentials, "url">>;
  /** Where the app's settings let people be sent back to after an installation. Without: anywhere. */
  readonly redirectUrls?: readonly string[];
  /** What the app asks for at its installation. */
  readonly scopes?: readonly string[];
  /** Types of events that the app has subscribed to, in the manifest's names (`message.channels`). Without: all. */
  readonly events?: readonly string[];
  /** Where events go over HTTP; commands and buttons go there too. Without: Socket Mode. */
  readonly eventsUrl?: string;
  /** Whether calls are limited by the method's tier. */
  readonly limits?: "enforced" | "off";
  /** `restricted`: history and replies once a minute and 15 at a time, as for apps sold outside of Slack's directory. */
  readonly history?: "internal" | "restricted";
  /** Whether bot tokens made by OAuth end after 12 hours and are renewed by a refresh token. */
  readonly tokenRotation?: boolean;
  /** How a post under another name comes back: Slack has shown both forms. */
  readonly customisedPosts?: "bot_message" | "bot_id";
  /** After each failed attempt at an event, how long until the next one; then it is given up. Without: as Slack does. */
  readonly retries?: readonly Milliseconds[];
  /** The events an hour in one workspace, above which Slack sends app_rate_limited in their place. */
  readonly eventsAnHour?: number;
}
