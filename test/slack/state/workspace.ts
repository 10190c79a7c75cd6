/** One workspace: its people, channels, messages and files, and the app's place in it. */
import type { Milliseconds } from "../../../core/time.ts";
import { Waits } from "../../../deploy/clients/waits.ts";
import type { AppCredentials } from "../app.ts";
import type { SimulatedClock } from "../clock.ts";
import type { ChannelSettings, UserSettings, WorkspaceSettings } from "../settings.ts";
import type { ChannelRecord, Ephemeral, FileRecord, SlackMessageRecord, UserRecord } from "./records.ts";

/** The inner part of an event of the Events API. */
export interface InnerEvent {
  readonly type: string;
}

/** An event that the workspace has for the app. */
export interface Told {
  readonly workspace: Workspace;
  readonly event: InnerEvent;
  /** Where it happened; null: in the workspace as such. */
  readonly channel: ChannelRecord | null;
  readonly afterMs: Milliseconds;
}

export class Workspace {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly app: AppCredentials;
  readonly bot: { readonly user: string; readonly id: string };
  readonly users = new Map<string, UserRecord>();
  readonly channels = new Map<string, ChannelRecord>();
  readonly files = new Map<string, FileRecord>();
  emoji: Readonly<Record<string, string>>;
  /** Handles by ids. */
  readonly usergroups: Readonly<Record<string, string>>;
  readonly ephemerals: Ephemeral[] = [];
  readonly clock: SimulatedClock;
  readonly waits: Waits;
  /** How posts under another name are shown. */
  readonly customisedPosts: "bot_message" | "bot_id";
  /** While a call is made: how much later its effect is to be seen and heard of. */
  hiddenMs: Milliseconds = 0;
  readonly #tell: (told: Told) => void;
  #lastTs = 0;
  #ids = 0;

  constructor(
    settings: WorkspaceSettings,
    around: {
      readonly app: AppCredentials;
      readonly clock: SimulatedClock;
      readonly customisedPosts: "bot_message" | "bot_id";
      readonly tell: (told: Told) => void;
    },
  ) {
    this.id = settings.id;
    this.name = settings.name;
    this.domain = settings.domain;
    this.app = around.app;
    this.clock = around.clock;
    this.customisedPosts = around.customisedPosts;
    this.emoji = settings.emoji ?? {};
    this.usergroups = settings.usergroups ?? {};
    this.bot = { user: `U0BOT${settings.id.slice(1)}`, id: `B0BOT${settings.id.slice(1)}` };
    this.#tell = around.tell;
    this.waits = new Waits(`workspace ${settings.id}`);
    this.addUser({ id: this.bot.user, name: this.app.name, isBot: true });
    for (const user of settings.users) this.addUser(user);
    for (const channel of settings.channels) this.addChannel(channel);
  }

  /** Seconds since 1970, whole. */
  seconds(): number {
    return Math.floor(this.clock.now() / 1_000);
  }

  /** A timestamp that no message of the workspace has had, later than all of them. */
  nextTs(): string {
    this.#lastTs = Math.max(this.clock.now() * 1_000, this.#lastTs + 1);
    return `${Math.floor(this.#lastTs / 1e6)}.${String(this.#lastTs % 1e6).padStart(6, "0")}`;
  }

  /** An id that nothing in the workspace has had. */
  nextId(letter: string): string {
    this.#ids += 1;
    return `${letter}0${this.id.slice(1)}${this.#ids.toString(36).toUpperCase().padStart(5, "0")}`;
  }

  addUser(user: UserSettings): UserRecord {
    const realName = user.realName ?? user.name;
    const record: UserRecord = {
      id: user.id,
      name: user.name,
      realName,
      displayName: user.displayName ?? "",
      image: user.image ?? "",
      isAdmin: user.isAdmin ?? false,
      isOwner: user.isOwner ?? false,
      isPrimaryOwner: user.isPrimaryOwner ?? false,
      isRestricted: user.isRestricted ?? false,
      isBot: user.isBot ?? false,
      updated: this.seconds(),
      isDeleted: false,
    };
    this.users.set(user.id, record);
    return record;
  }

  addChannel(channel: ChannelSettings & { readonly isDirect?: boolean }): ChannelRecord {
    const [creator = "USLACKBOT"] = channel.members;
    const created = this.seconds();
    const said = (value = "") => ({
      value,
      creator: value === "" ? "" : creator,
      last_set: value === "" ? 0 : created,
    });
    const record: ChannelRecord = {
      id: channel.id,
      name: channel.name,
      topic: said(channel.topic),
      purpose: said(channel.purpose),
      isPrivate: channel.isPrivate ?? false,
      isGeneral: channel.isGeneral ?? false,
      isDirect: channel.isDirect ?? false,
      isArchived: channel.isArchived ?? false,
      creator,
      created,
      members: new Set(channel.bot ? [...channel.members, this.bot.user] : channel.members),
      messages: new Map(),
      pins: new Map(),
    };
    this.channels.set(channel.id, record);
    return record;
  }

  /** The messages of a channel that can be seen now, oldest first. */
  visible(channel: ChannelRecord): SlackMessageRecord[] {
    const now = this.clock.now();
    return [...channel.messages.values()].filter(({ visibleAt }) => visibleAt <= now);
  }

  /** A message that can be seen now. */
  message(channel: ChannelRecord, ts: string): SlackMessageRecord | null {
    const found = channel.messages.get(ts);
    return found !== undefined && found.visibleAt <= this.clock.now() ? found : null;
  }

  /** Something has happened that the app may hear of. */
  tell(event: InnerEvent, channel: ChannelRecord | null): void {
    this.#tell({ workspace: this, event, channel, afterMs: this.hiddenMs });
    this.waits.check();
  }
}
