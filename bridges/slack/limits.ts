/**
 * How often Slack may be asked (https://docs.slack.dev/apis/web-api/rate-limits): a budget for each method, for posts
 * one for each channel. What Slack refuses with 429 is left alone until the time that it says, and nothing else.
 */
import type { Milliseconds } from "../../core/time.ts";
import { type Bucket, LocalPace, type Pace as SharedPace } from "../../core/pace.ts";

/** Calls in a minute, a little below what Slack allows, and how many may come at once. */
type Budget = Omit<Bucket, "name">;

const TIERS = {
  one: { aMinute: 1, burst: 2 },
  two: { aMinute: 18, burst: 5 },
  three: { aMinute: 45, burst: 10 },
  four: { aMinute: 90, burst: 20 },
  /** One message a second for each channel, and a little more time, since calls take their time to arrive; short bursts pass. */
  posts: { aMinute: 57, burst: 3 },
  /** Several hundred posts a minute for the whole workspace. */
  allPosts: { aMinute: 280, burst: 60 },
} as const satisfies Record<string, Budget>;

/** As each method's page says; a method that is not here is taken for one of tier 3. */
export const METHODS: Readonly<Record<string, Budget>> = {
  "apps.connections.open": TIERS.one,
  "auth.revoke": TIERS.three,
  "auth.test": TIERS.four,
  "bots.info": TIERS.three,
  "chat.delete": TIERS.three,
  "chat.postEphemeral": TIERS.four,
  "chat.postMessage": TIERS.posts,
  "chat.update": TIERS.three,
  "conversations.archive": TIERS.two,
  "conversations.history": TIERS.three,
  "conversations.info": TIERS.three,
  "conversations.invite": TIERS.three,
  "conversations.join": TIERS.three,
  "conversations.kick": TIERS.three,
  "conversations.list": TIERS.two,
  "conversations.members": TIERS.four,
  "conversations.rename": TIERS.two,
  "conversations.replies": TIERS.three,
  "conversations.setTopic": TIERS.two,
  "conversations.unarchive": TIERS.two,
  "emoji.list": TIERS.two,
  "files.completeUploadExternal": TIERS.four,
  "files.delete": TIERS.three,
  "files.getUploadURLExternal": TIERS.four,
  "files.info": TIERS.four,
  "oauth.v2.access": TIERS.four,
  "oauth.v2.exchange": TIERS.four,
  "pins.add": TIERS.two,
  "pins.list": TIERS.two,
  "pins.remove": TIERS.two,
  "reactions.add": TIERS.three,
  "reactions.get": TIERS.three,
  "reactions.remove": TIERS.two,
  "team.info": TIERS.three,
  "usergroups.list": TIERS.two,
  "users.conversations": TIERS.three,
  "users.info": TIERS.four,
};

/** Says when a call may leave. */
export interface Pace {
  /** Takes one call; how long it has to wait, 0: it may leave. A call that has to wait longer than `most` is not taken. */
  take(method: string, channel: string | null, most: Milliseconds): Milliseconds | Promise<Milliseconds>;
  /** Slack has refused a call and said how long it wants none of its kind. */
  refused(method: string, channel: string | null, wait: Milliseconds): void | Promise<void>;
}

/** The budgets of one workspace's app, counted where the core counts. */
export class CallBudget implements Pace {
  readonly #pace: SharedPace;

  constructor(pace: SharedPace = new LocalPace()) {
    this.#pace = pace;
  }

  take(method: string, channel: string | null, most: Milliseconds): Promise<Milliseconds> {
    const own = bucketOf(method, channel);
    const all: Bucket = { name: "posts", ...TIERS.allPosts };
    return this.#pace.take(isPost(method) ? [own, all] : [own], most);
  }

  /** Slack does not say which of its limits it was: what was asked for alone is left alone. */
  refused(method: string, channel: string | null, wait: Milliseconds): Promise<void> {
    return this.#pace.block(bucketOf(method, channel), wait);
  }
}

const isPost = (method: string): boolean => METHODS[method] === TIERS.posts;

/** Slack counts posts by channel, everything else by method and workspace. */
function bucketOf(method: string, channel: string | null): Bucket {
  const name = isPost(method) && channel !== null ? `${method} ${channel}` : method;
  return { name, ...(METHODS[method] ?? TIERS.three) };
}
