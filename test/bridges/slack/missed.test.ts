import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { channelState } from "../../../bridges/slack/channel-state.ts";
import { type Page, type Stored } from "../../../bridges/slack/history.ts";
import { missed, type MissedOptions } from "../../../bridges/slack/missed.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { schemas } from "../../../mappings/slack/event.ts";
import { self } from "./around.ts";

const room = "C1" as NativeRoom;
/** Seconds of Slack's clock; the channel was read up to here. */
const READ = 5_000_000;
const DAY = 24 * 60 * 60;
const at = (seconds: number): string => `${seconds}.000100`;

interface Said {
  readonly ts: string;
  readonly [name: string]: unknown;
}

const stored = (json: Said): Stored => ({
  json,
  message: schemas.message.parse({ user: "U1", text: `said at ${json.ts}`, ...json }),
});

/** A channel with these messages, and replies by the `ts` of what they are below. */
class Channel {
  readonly calls: string[] = [];
  readonly #messages: readonly Stored[];
  readonly #replies: Readonly<Record<string, readonly Said[]>>;
  readonly #page: number;
  /** Whether only its first page is read. */
  readonly #cut: boolean;

  constructor(
    messages: readonly Said[],
    replies: Readonly<Record<string, readonly Said[]>> = {},
    page = 2,
    cut = false,
  ) {
    this.#cut = cut;
    this.#messages = messages.map(stored);
    this.#replies = replies;
    this.#page = page;
  }

  async *since(_room: NativeRoom, oldest: string): AsyncGenerator<Page> {
    this.calls.push("since");
    const due = this.#messages.filter(({ message }) => message.ts > oldest).toReversed();
    for (let from = 0; from === 0 || from < due.length; from += this.#page) {
      await Promise.resolve();
      yield { messages: due.slice(from, from + this.#page), cut: this.#cut };
      if (this.#cut) return;
    }
  }

  between(_room: NativeRoom, oldest: string, latest: string): Promise<readonly Stored[]> {
    this.calls.push(`between ${oldest} ${latest}`);
    return Promise.resolve(
      this.#messages.filter(({ message }) => message.ts >= oldest && message.ts <= latest),
    );
  }

  replies(_room: NativeRoom, ts: string): Promise<readonly Stored[]> {
    this.calls.push(`replies ${ts}`);
    return Promise.resolve((this.#replies[ts] ?? []).map(stored));
  }

  look(_room: NativeRoom, ts: string): Promise<Stored | "gone" | null> {
    this.calls.push(`look ${ts}`);
    const found = this.#messages.find(({ message }) => message.ts === ts);
    const users = ["U1", "U2", "UBOT"];
    return Promise.resolve(
      found ? { ...found, json: { ...found.json, reactions: [{ name: "+1", users, count: 3 }] } } : "gone",
    );
  }
}

async function read(channel: Channel, changes: Partial<MissedOptions> = {}) {
  const position = { read: at(READ), begin: at(READ - 2 * DAY) };
  const cuts: string[] = [];
  const progress = { read: () => undefined, cut: (ts: string) => cuts.push(ts) };
  const told: (string | null)[] = [];
  const pieces: { from: string; before: string; ts: readonly string[] }[] = [];
  const order: string[] = [];
  let reactions: readonly unknown[] = [];
  for await (const found of missed({
    room,
    position,
    self,
    history: channel,
    threads: [],
    quietThreads: 100,
    progress,
    settleMs: 15_000,
    now: () => 0,
    ...changes,
  })) {
    told.push(...found.told.map(({ raw }) => raw.nativeKey));
    order.push(...found.told.map(({ moment }) => moment));
    for (const { raw } of found.state) {
      const piece = channelState(JSON.parse(raw));
      assert.ok(piece);
      pieces.push({ from: piece.from, before: piece.before, ts: piece.messages.map(({ ts }) => ts) });
      reactions = [...reactions, ...piece.messages.flatMap((one) => one.reactions)];
    }
  }
  return { told, pieces, order, reactions, cuts };
}

const endOf = async (messages: readonly Said[]) => (await read(new Channel(messages))).pieces.at(-1)?.before;

void describe("what was missed in a channel", () => {
  void it("comes in the order in which it happened, edits as what they are", async () => {
    const edited = { ts: at(READ - 50), edited: { ts: `${READ + 30}.000000` } };
    const { told } = await read(new Channel([edited, { ts: at(READ + 10) }, { ts: at(READ + 40) }]));
    assert.deepEqual(
      told.map((key) => key?.replace(/:[0-9a-f]{16}$/, "")),
      [
        `C1:${at(READ - 50)}`,
        `C1:${at(READ + 10)}`,
        `C1:${at(READ - 50)}:e:${READ + 30}.000000`,
        `C1:${at(READ + 40)}`,
      ],
    );
  });

  void it("is told of people, while the gateway's own posts stand there too", async () => {
    const own = { ts: at(READ + 20), bot_id: "BBOT" };
    const { told, pieces } = await read(new Channel([{ ts: at(READ + 10) }, own]));
    assert.deepEqual(told, [`C1:${at(READ + 10)}`]);
    assert.deepEqual(pieces[0]?.ts, [at(READ + 10), at(READ + 20)]);
  });

  void it("leaves out what was said before the channel was linked, whatever became of it", async () => {
    const begin = at(READ - 100);
    const before = { ts: at(READ - 200), edited: { ts: `${READ + 5}.000000` } };
    const { told, pieces } = await read(new Channel([before, { ts: at(READ + 10) }]), {
      position: { read: at(READ), begin },
    });
    assert.deepEqual(told, [`C1:${at(READ + 10)}`]);
    assert.deepEqual(
      pieces.map(({ from, ts }) => [from, ts]),
      [[begin, [at(READ + 10)]]],
    );
  });

  void it("tells of the tombstone of a thread's head as a deletion, which stands no more", async () => {
    const stone = { ts: at(READ - 10), subtype: "tombstone", user: "USLACKBOT" };
    const { told, pieces } = await read(new Channel([stone]));
    assert.deepEqual(told, [`C1:${at(READ - 10)}:d`]);
    assert.deepEqual(pieces[0]?.ts, []);
  });

  void it("has the replies of threads that went on, of young heads and of old ones that the log knows", async () => {
    const [head, old] = [at(READ - 100), at(READ - 20 * DAY)];
    const replies = {
      [head]: [{ ts: at(READ + 20), thread_ts: head }],
      [old]: [{ ts: at(READ + 10), thread_ts: old }],
    };
    const channel = new Channel([{ ts: head, thread_ts: head, latest_reply: at(READ + 20) }], replies);
    const { told } = await read(channel, { threads: [old, head] });
    assert.deepEqual(told, [`C1:${head}`, `C1:${at(READ + 10)}`, `C1:${at(READ + 20)}`]);
    assert.deepEqual(channel.calls, ["since", `replies ${old}`, `replies ${head}`]);
  });

  void it("asks for threads in which nothing is new up to a number only", async () => {
    const heads = Array.from({ length: 130 }, (_, i) => at(READ - 10_000 + i));
    const messages = heads.map((ts) => ({ ts, thread_ts: ts, latest_reply: at(READ - 5_000) }));
    const fresh = { ts: at(READ - 10), latest_reply: at(READ - 5) };
    const channel = new Channel([...messages, fresh], {}, 200);
    await read(channel);
    const asked = channel.calls.filter((call) => call.startsWith("replies"));
    assert.equal(asked.length, 101);
    assert.ok(asked.includes(`replies ${at(READ - 10)}`), "what may be new is asked for all the same");
  });

  void it("asks who reacted where Slack names some only, and leaves the gateway's own out", async () => {
    const cut = { ts: at(READ + 10), reactions: [{ name: "+1", users: ["U1"], count: 3 }] };
    const whole = { ts: at(READ + 20), reactions: [{ name: "tada", users: ["U1"], count: 1 }] };
    const channel = new Channel([cut, whole]);
    const { reactions } = await read(channel);
    assert.deepEqual(reactions, [
      { name: "+1", users: ["U1", "U2"], all: true },
      { name: "tada", users: ["U1"], all: true },
    ]);
    assert.deepEqual(channel.calls, ["since", `look ${at(READ + 10)}`]);
  });

  void it("holds so much in memory only, and still comes whole and in order", async () => {
    const messages = Array.from({ length: 61 }, (_, i): Said => {
      const ts = at(READ + i * 10);
      if (i === 7) return { ts, edited: { ts: `${READ + 355}.000000` } };
      return i === 3 ? { ts, thread_ts: ts, latest_reply: at(READ + 405) } : { ts };
    });
    const replies = { [at(READ + 30)]: [{ ts: at(READ + 405), thread_ts: at(READ + 30) }] };
    const channel = new Channel(messages, replies, 3);
    const { told, order, pieces } = await read(channel, { sizes: { stretch: 10, held: 20 } });
    assert.equal(told.length, 63);
    assert.deepEqual(order, order.toSorted());
    assert.ok(channel.calls.filter((call) => call.startsWith("between")).length >= 3);
    const stands = pieces.flatMap(({ ts }) => ts);
    assert.deepEqual(stands, [...messages.map(({ ts }) => ts), at(READ + 405)].toSorted());
    for (const [i, { before }] of pieces.entries())
      if (pieces[i + 1]) assert.equal(pieces[i + 1]?.from, before);
  });

  void it("says nothing of what it did not read, and says that it did not read it", async () => {
    const messages = [1, 2, 3, 4].map((n): Said => ({ ts: at(READ + n) }));
    const channel = new Channel(messages, {}, 2, true);
    const { told, pieces, cuts } = await read(channel);
    assert.deepEqual(told, [`C1:${at(READ + 3)}`, `C1:${at(READ + 4)}`]);
    assert.equal(pieces[0]?.from, at(READ + 3));
    assert.deepEqual(cuts, [at(READ + 3)]);
  });

  void it("says nothing of what stands later than anything that was heard or read", async () => {
    assert.equal(await endOf([{ ts: at(READ + 7) }]), `${READ + 7}.000101`);
    assert.equal(await endOf([{ ts: at(READ - 7) }]), `${READ}.000101`, "the last one may have been deleted");
  });

  void it("says also of a channel in which nothing was said what stands: nothing", async () => {
    const { told, pieces } = await read(new Channel([]));
    assert.deepEqual(told, []);
    assert.equal(pieces.length, 1);
  });
});
