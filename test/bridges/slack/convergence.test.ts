/** However what is told and what is read come together, the log ends up with what Slack holds. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { keptStretch, reactionsIn } from "../../../bridges/slack/channel-state.ts";
import { keptFromHistory, keptOf } from "../../../bridges/slack/kept-event.ts";
import type { Raw } from "../../../core/bridge/inbound.ts";
import { schemas } from "../../../mappings/slack/event.ts";
import { around, self } from "./around.ts";
import { LogModel } from "./log-model.ts";

/** Nothing happened to it, so that Slack shows that it keeps what is as old as the others. */
const FIRST = "1000.000000";
const MESSAGES = ["1100.000000", "1200.000000"];
const USERS = ["U1", "U2"];
const EMOJI: Readonly<Record<string, string>> = { "+1": "👍", tada: "🎉" };
const room = "C1";

interface Shown {
  text: string;
  edited: string | null;
  readonly reactions: Map<string, Set<string>>;
}

/** Of messages, 2 is the one that was said last. Whoever reacts does so to one that everybody knows. */
type Deed =
  | { readonly kind: "say" }
  | { readonly kind: "edit"; readonly message: number }
  | { readonly kind: "delete"; readonly message: number }
  | { readonly kind: "react"; readonly message: number; readonly user: number; readonly name: string };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("react" as const),
      message: fc.nat(1),
      user: fc.nat(1),
      name: fc.constantFrom(...Object.keys(EMOJI)),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("edit" as const), message: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), message: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("say" as const) }) },
);

/** Slack's side: what people do, what it tells of that, and what it shows at any time. */
class Slack {
  readonly shown = new Map<string, Shown>();
  /** What it has told, in order. */
  readonly told: Raw[] = [];
  #seconds = 2_000;
  #last = "";

  constructor() {
    for (const ts of [FIRST, ...MESSAGES]) this.#say(ts);
  }

  get now(): string {
    return `${this.#seconds}.000000`;
  }

  do(what: Deed): void {
    this.#seconds += 2;
    if (what.kind === "say") {
      this.#last = this.now;
      return this.#say(this.now);
    }
    const ts = MESSAGES[what.message] ?? this.#last;
    const shown = this.shown.get(ts);
    if (!shown) return;
    const at = { ts: this.now, event_ts: this.now, channel: room };
    if (what.kind === "delete") {
      this.shown.delete(ts);
      this.#tell({ type: "message", subtype: "message_deleted", deleted_ts: ts, ...at });
      return;
    }
    if (what.kind === "edit") {
      const before = this.#message(ts);
      shown.text = `edited at ${this.now}`;
      shown.edited = this.now;
      const change = { message: this.#message(ts), previous_message: before };
      this.#tell({ type: "message", subtype: "message_changed", ...change, ...at });
      return;
    }
    const { name } = what;
    const user = USERS[what.user] ?? "";
    const users = shown.reactions.get(name) ?? new Set();
    const type = users.delete(user) ? "reaction_removed" : "reaction_added";
    if (type === "reaction_added") users.add(user);
    if (users.size > 0) shown.reactions.set(name, users);
    else shown.reactions.delete(name);
    const item = { type: "message", channel: room, ts };
    this.#tell({ type, user, reaction: name, item, event_ts: this.now });
  }

  /** What reading the channel's history hands over. */
  read(): readonly Raw[] {
    const stored = [...this.shown.keys()].map((ts) => this.#message(ts));
    const told = stored.flatMap((json) => keptFromHistory(json, schemas.message.parse(json), "C1" as never));
    const states = stored.map((json) => ({ ts: json.ts, reactions: [...reactionsIn(json)] }));
    const stretch = { from: FIRST, before: "9999.000000", seen: this.now };
    return [...told.map(({ raw }) => raw), ...keptStretch("C1" as never, stretch, states, 0)];
  }

  /** As the log would have it. */
  get expected(): LogModel["stands"] {
    return Object.fromEntries(
      [...this.shown].map(([ts, { text, reactions }]) => {
        const given = [...reactions].flatMap(([name, users]) =>
          [...users].map((user) => `${user} ${EMOJI[name]}`),
        );
        return [ts, { text, reactions: given.toSorted() }];
      }),
    );
  }

  look(ts: string) {
    if (!this.shown.has(ts)) return "gone" as const;
    const json = this.#message(ts);
    return { json, message: schemas.message.parse(json) };
  }

  #message(ts: string) {
    const shown = this.shown.get(ts);
    assert.ok(shown);
    const { text, edited, reactions } = shown;
    return {
      type: "message",
      channel: room,
      user: "U1",
      ts,
      text,
      ...(edited !== null && { edited: { user: "U1", ts: edited } }),
      reactions: [...reactions].map(([name, users]) => ({ name, users: [...users], count: users.size })),
    };
  }

  #say(ts: string): void {
    this.shown.set(ts, { text: `said at ${ts}`, edited: null, reactions: new Map() });
    this.#tell(this.#message(ts));
  }

  #tell(event: object): void {
    const kept = keptOf(event, self);
    assert.ok(kept && "raw" in kept);
    this.told.push(kept.raw);
  }
}

const logOf = (slack: Slack): LogModel => {
  const history = {
    look: (_room: unknown, ts: string) => Promise.resolve(slack.look(ts)),
    holdsBefore: () => Promise.resolve(true),
    replies: () => Promise.resolve([]),
  };
  // Everything happened long ago, and Slack shows it.
  return new LogModel(around({ history, now: () => 10_000_000 }));
};

async function takeAll(log: LogModel, raws: readonly Raw[]): Promise<number> {
  let events = 0;
  for (const raw of raws) events += await log.take(raw);
  return events;
}

/** In an order that the numbers give. */
const shuffled = (raws: readonly Raw[], by: readonly number[]): readonly Raw[] =>
  raws
    .map((raw, i) => ({ raw, place: by[i % Math.max(1, by.length)] ?? 0, i }))
    .toSorted((a, b) => a.place - b.place || a.i - b.i)
    .map(({ raw }) => raw);

void describe("what Slack tells and what is read of it", () => {
  void it("comes to what Slack holds, whatever was lost, late, doubled or in disorder around the reading", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { maxLength: 12 }),
        fc.array(deed, { maxLength: 8 }),
        fc.array(fc.constantFrom("before", "lost", "after", "both"), { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat(9), { minLength: 1, maxLength: 9 }),
        async (earlier, later, fates, order) => {
          const slack = new Slack();
          const log = logOf(slack);
          const begun = slack.told.splice(0);
          await takeAll(log, begun);
          for (const what of earlier) slack.do(what);
          const missed = slack.told.splice(0);
          const fateOf = (i: number) => fates[i % fates.length] ?? "lost";
          await takeAll(
            log,
            shuffled(
              missed.filter((_, i) => ["before", "both"].includes(fateOf(i))),
              order,
            ),
          );
          const read = slack.read();
          for (const what of later) slack.do(what);
          await takeAll(log, read);
          const late = missed.filter((_, i) => ["after", "both"].includes(fateOf(i)));
          await takeAll(log, shuffled([...late, ...slack.told], order));
          assert.deepEqual(log.stands, slack.expected);
          assert.equal(await takeAll(log, slack.read()), 0, "what is read once more is nothing new");
        },
      ),
      { numRuns: 200 },
    );
  });
});
