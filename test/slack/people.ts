/** What people do in a workspace with Slack's own programs, talking to the app apart. Nothing here is limited, and nobody is asked for a token. */
import { randomUUID } from "node:crypto";
import type { ChannelSettings, UserSettings } from "./settings.ts";
import { addReaction, pin, removeReaction, unpin } from "./state/marks.ts";
import { addMessage, changeMessage, removeMessage } from "./state/posting.ts";
import { publishUser } from "./state/publish-place.ts";
import type { Attachment, Block, ChannelRecord, FileRecord, SlackMessageRecord } from "./state/records.ts";
import {
  archive,
  destroy,
  enter,
  exit,
  move,
  rename,
  setPurpose,
  setTopic,
  unarchive,
} from "./state/rooms.ts";
import { announceFile, deleteFile, shareFiles } from "./state/uploads.ts";
import type { InnerEvent, Workspace } from "./state/workspace.ts";
import { typedBlocks } from "./typed-text.ts";

export interface PostOptions {
  /** Instead of what Slack's programs make of the text. */
  readonly blocks?: readonly Block[];
  readonly threadTs?: string;
  /** A reply that is sent to the channel too. */
  readonly broadcast?: boolean;
  /** `me_message`, or another subtype. */
  readonly subtype?: string;
  readonly attachments?: readonly Attachment[];
}

export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly comment?: string;
  readonly title?: string;
  readonly threadTs?: string;
}

export class People {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Says something; `text` in Slack's escaped form. Returns the message's `ts`. */
  post(channel: string, user: string, text: string, options: PostOptions = {}): string {
    const subtype = options.broadcast ? "thread_broadcast" : options.subtype;
    return addMessage(this.#workspace, this.#channel(channel), {
      user,
      text,
      clientMsgId: randomUUID(),
      blocks: options.blocks ?? typedBlocks(text),
      threadTs: options.threadTs ?? null,
      ...(options.attachments && { attachments: options.attachments }),
      ...(subtype && { subtype }),
    }).ts;
  }

  edit(channel: string, ts: string, text: string, blocks: readonly Block[] = typedBlocks(text)): void {
    const message = this.#message(channel, ts);
    changeMessage(this.#workspace, message, { text, blocks }, message.user ?? "USLACKBOT");
  }

  delete(channel: string, ts: string): void {
    removeMessage(this.#workspace, this.#message(channel, ts));
  }

  react(channel: string, ts: string, user: string, name: string): void {
    addReaction(this.#workspace, this.#message(channel, ts), user, name);
  }

  unreact(channel: string, ts: string, user: string, name: string): void {
    removeReaction(this.#workspace, this.#message(channel, ts), user, name);
  }

  pin(channel: string, ts: string, user: string): void {
    pin(this.#workspace, this.#message(channel, ts), user);
  }

  unpin(channel: string, ts: string, user: string): void {
    unpin(this.#workspace, this.#message(channel, ts), user);
  }

  /** Uploads files with one message; returns its `ts` and the files' ids. */
  upload(channel: string, user: string, ...uploads: readonly Upload[]): { ts: string; files: string[] } {
    const files: FileRecord[] = uploads.map(({ name, bytes, title }) => {
      const file = announceFile(this.#workspace, { user, name, size: bytes.length });
      return Object.assign(file, { bytes, isComplete: true, title: title ?? name });
    });
    const [first] = uploads;
    const text = first?.comment ?? "";
    const draft = { user, text, blocks: typedBlocks(text), threadTs: first?.threadTs ?? null };
    const message = shareFiles(this.#workspace, this.#channel(channel), files, draft);
    return { ts: message.ts, files: files.map(({ id }) => id) };
  }

  deleteFile(id: string): void {
    const file = this.#workspace.files.get(id);
    if (file === undefined) throw new Error(`no file ${id}`);
    deleteFile(this.#workspace, file);
  }

  /** Slack finds a preview for a link: the message changes, and nobody edited it. */
  unfurl(channel: string, ts: string, attachment: Attachment): void {
    changeMessage(this.#workspace, this.#message(channel, ts), { attachments: [attachment] }, null);
  }

  rename(channel: string, user: string, name: string): void {
    rename(this.#workspace, this.#channel(channel), user, name);
  }

  topic(channel: string, user: string, topic: string): void {
    setTopic(this.#workspace, this.#channel(channel), user, topic);
  }

  purpose(channel: string, user: string, purpose: string): void {
    setPurpose(this.#workspace, this.#channel(channel), user, purpose);
  }

  archive(channel: string, user: string): void {
    archive(this.#workspace, this.#channel(channel), user);
  }

  unarchive(channel: string, user: string): void {
    unarchive(this.#workspace, this.#channel(channel), user);
  }

  destroy(channel: string): void {
    destroy(this.#workspace, this.#channel(channel));
  }

  /** Slack gives the channel another id. */
  move(channel: string, to: string): void {
    move(this.#workspace, this.#channel(channel), to);
  }

  /** `image`: an address, or `alias:NAME`. */
  addEmoji(name: string, image: string): void {
    this.#workspace.emoji = { ...this.#workspace.emoji, [name]: image };
    this.#tell({ type: "emoji_changed", subtype: "add", name, value: image });
  }

  join(channel: string, user: string, inviter: string | null = null): void {
    enter(this.#workspace, this.#channel(channel), user, inviter);
  }

  leave(channel: string, user: string): void {
    exit(this.#workspace, this.#channel(channel), user);
  }

  /** Invites the bot, as everybody in a channel may. */
  inviteBot(channel: string, by: string): void {
    enter(this.#workspace, this.#channel(channel), this.#workspace.bot.user, by);
  }

  removeBot(channel: string, by: string): void {
    exit(this.#workspace, this.#channel(channel), this.#workspace.bot.user, by);
  }

  addUser(user: UserSettings): void {
    const added = this.#workspace.addUser(user);
    this.#tell({ type: "team_join", user: publishUser(this.#workspace, added) });
  }

  addChannel(channel: ChannelSettings): void {
    this.#workspace.addChannel(channel);
  }

  /** Somebody changes his display name or picture. */
  setProfile(user: string, change: { readonly displayName?: string; readonly image?: string }): void {
    const record = this.#workspace.users.get(user);
    if (record === undefined) throw new Error(`no user ${user}`);
    Object.assign(record, change, { updated: this.#workspace.seconds() });
    this.#tell({ type: "user_change", user: publishUser(this.#workspace, record) });
  }

  /** A direct conversation with the bot; returns its id. */
  openDirect(user: string): string {
    const members = [user, this.#workspace.bot.user];
    const known = [...this.#workspace.channels.values()].find((one) => one.isDirect && one.members.has(user));
    const made = { id: this.#workspace.nextId("D"), name: "", members, isDirect: true };
    return (known ?? this.#workspace.addChannel(made)).id;
  }

  #tell(event: InnerEvent & Readonly<Record<string, unknown>>): void {
    const whole = { ...event, event_ts: this.#workspace.nextTs() };
    this.#workspace.tell(whole, null);
  }

  #channel(id: string): ChannelRecord {
    const channel = this.#workspace.channels.get(id);
    if (channel === undefined) throw new Error(`no channel ${id} in ${this.#workspace.id}`);
    return channel;
  }

  #message(channel: string, ts: string): SlackMessageRecord {
    const message = this.#channel(channel).messages.get(ts);
    if (message === undefined) throw new Error(`no message ${ts} in ${channel}`);
    return message;
  }
}
