/**
 * What became of a channel's messages and nobody told: what stood there is compared with what the log holds, and the
 * difference is said in the form of the events that would have told it. What the log has and the channel has no more is
 * looked at once more first: Slack shows things late.
 */
import type { Milliseconds } from "../../core/time.ts";
import type { GivenReaction, Lookups, StandingMessage } from "../../core/bridge/inbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { emojiOf, sameEmoji, shortNameOf } from "../../mappings/emoji/names.ts";
import type { SlackSelf } from "../../mappings/slack/inbound.ts";
import { type ChannelState, reactionsIn, type ReactionState } from "./channel-state.ts";
import type { CustomEmoji } from "./emoji.ts";
import type { History, Stored } from "./history.ts";
import { compareTimestamps, timeOf, timestampAt } from "./names.ts";

/** Messages that are looked at for one piece of state; of more the next repair sees to. */
const MOST_LOOKS = 200;

export interface StateContext {
  readonly self: SlackSelf;
  readonly history: Pick<History, "look" | "holdsBefore" | "replies">;
  readonly emoji: Pick<CustomEmoji, "namedIn" | "alias">;
  /** How long Slack may take to show what it has taken. */
  readonly settleMs: Milliseconds;
  readonly now: () => Milliseconds;
}

/**
 * The differences as inner events of the Events API. Rejects with target_under_way as long as something that seems to be
 * gone is too young for that to be believed, and as the calls do.
 */
export async function stateChanges(
  room: NativeRoom,
  state: ChannelState,
  context: StateContext,
  lookups: Pick<Lookups, "standing">,
): Promise<readonly object[]> {
  const standing = await lookups.standing(state.from, state.before);
  await context.emoji.namedIn(JSON.stringify(state.messages));
  const comparison = new Comparison(room, state, context);
  const messages = [...Map.groupBy(standing, ({ root }) => root).values()];
  for (const parts of messages) comparison.wait(parts);
  for (const parts of messages) await comparison.message(parts);
  return comparison.changes;
}

class Comparison {
  readonly changes: object[] = [];
  readonly #room: NativeRoom;
  readonly #state: ChannelState;
  readonly #context: StateContext;
  readonly #shown: Map<string, readonly ReactionState[]>;
  /** What was read only now. */
  readonly #fresh = new Set<string>();
  #looks = 0;
  /** Whether the channel has anything older than the stretch; null: not asked yet. */
  #older: boolean | null = null;

  constructor(room: NativeRoom, state: ChannelState, context: StateContext) {
    this.#room = room;
    this.#state = state;
    this.#context = context;
    this.#shown = new Map(state.messages.map(({ ts, reactions }) => [ts, reactions]));
  }

  /**
   * What happened shortly before the reading may not have been shown by then: it is looked at after a while, and nothing
   * is asked for before. Throws target_under_way.
   */
  wait(parts: readonly StandingMessage[]): void {
    const begin = parts.find(({ part }) => part === 0);
    const shown = this.#shownOf(parts);
    const given = (parts[0]?.reactions ?? []).filter((one) => !this.#stands(one, shown)).map(({ at }) => at);
    const missing = begin && !this.#shown.has(begin.name) ? [timeOf(begin.name)] : given;
    const { settleMs, now } = this.#context;
    const read = this.#state.read_at;
    if (missing.some((at) => at > read - settleMs) && now() < read + settleMs)
      throw new GatewayError("target_under_way", `${this.#room} may not show everything yet`);
  }

  /** One message of the log, by all the names that it has in the stretch. */
  async message(parts: readonly StandingMessage[]): Promise<void> {
    const begin = parts.find(({ part }) => part === 0);
    if (begin && !this.#shown.has(begin.name)) {
      const found = await this.#look(begin.name);
      if (found === "gone" && (await this.#wasDeleted(begin.name))) this.#deleted(begin.name);
      if (found === "gone" || found === null) return;
      await this.#readThreadOf(found);
    }
    this.#added(parts);
    const [first] = parts;
    for (const given of first?.reactions ?? [])
      if (await this.#isTaken(given, parts)) this.#removed(given, first?.name ?? "");
  }

  #added(parts: readonly StandingMessage[]): void {
    const given = [...(parts[0]?.reactions ?? [])].map(({ user, emoji }) => ({ user, emoji }));
    for (const { name: ts } of parts)
      for (const { name, users } of this.#shown.get(ts) ?? [])
        for (const user of users) {
          const emoji = this.#emojiNamed(name);
          if (user === this.#context.self.user || given.some((one) => isSame(one, { user, emoji }))) continue;
          given.push({ user, emoji });
          this.#tell("reaction_added", ts, user, name);
        }
  }

  async #isTaken(given: GivenReaction, parts: readonly StandingMessage[]): Promise<boolean> {
    if (this.#stands(given, this.#shownOf(parts))) return false;
    const { settleMs, now: clock } = this.#context;
    if (parts.some(({ name }) => this.#fresh.has(name)) && given.at > clock() - settleMs) return false;
    const now: ReactionState[] = [];
    for (const { name: ts } of parts) {
      const found = await this.#look(ts);
      // What has gone meanwhile is told, or found the next time.
      if (found === null || found === "gone") return false;
      now.push(...reactionsIn(found.json));
    }
    return !this.#stands(given, now);
  }

  /** Of what is gone: whether somebody has deleted it, and it is not merely too old to be kept. */
  async #wasDeleted(ts: string): Promise<boolean> {
    if (this.#state.messages.some((one) => compareTimestamps(one.ts, ts) < 0)) return true;
    this.#older ??= await this.#context.history.holdsBefore(this.#room, ts);
    return this.#older;
  }

  /** A reply in a thread that was not read: the others in it need not be looked at one by one. */
  async #readThreadOf(found: Stored): Promise<void> {
    const { history } = this.#context;
    const { thread_ts: thread, ts } = found.message;
    const replies =
      thread && thread !== ts ? await history.replies(this.#room, thread, this.#state.from) : [];
    for (const { message, json } of [found, ...replies]) {
      if (this.#shown.has(message.ts)) continue;
      this.#shown.set(message.ts, reactionsIn(json));
      this.#fresh.add(message.ts);
    }
  }

  #shownOf(parts: readonly StandingMessage[]): readonly ReactionState[] {
    return parts.flatMap(({ name }) => this.#shown.get(name) ?? []);
  }

  async #look(ts: string) {
    if (this.#looks === MOST_LOOKS) return null;
    this.#looks += 1;
    return this.#context.history.look(this.#room, ts);
  }

  /** Whether it is among them, or may be among those whom Slack has not named. */
  #stands(given: Given, shown: readonly ReactionState[]): boolean {
    return shown.some(
      ({ name, users, all }) =>
        sameEmoji(this.#emojiNamed(name), given.emoji) && (!all || users.includes(given.user)),
    );
  }

  #emojiNamed(name: string): string {
    return emojiOf(this.#context.emoji.alias(name) ?? name) ?? `:${name}:`;
  }

  #deleted(ts: string): void {
    const told = timestampAt(this.#state.read_at);
    this.changes.push({
      type: "message",
      subtype: "message_deleted",
      channel: this.#room,
      deleted_ts: ts,
      ts: told,
      event_ts: told,
    });
  }

  #removed({ user, emoji }: GivenReaction, ts: string): void {
    const name = shortNameOf(emoji) ?? /^:(?<name>.+):$/.exec(emoji)?.groups?.["name"];
    if (name !== undefined) this.#tell("reaction_removed", ts, user, name);
  }

  #tell(type: "reaction_added" | "reaction_removed", ts: string, user: string, reaction: string): void {
    const item = { type: "message", channel: this.#room, ts };
    // Nobody knows when. By the same name each time, it is refused aloud once where the group does not take it.
    this.changes.push({ type, user, reaction, item, event_ts: ts });
  }
}

type Given = Pick<GivenReaction, "user" | "emoji">;

const isSame = (a: Given, b: Given): boolean => a.user === b.user && sameEmoji(a.emoji, b.emoji);
