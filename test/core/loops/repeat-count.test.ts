/** What goes round is found within a bound, and what people say to each other never is. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Loop, RepeatCount } from "../../../core/loops/repeat-count.ts";
import { comparable } from "../../../core/loops/said-text.ts";
import { limits } from "../../../core/limits.ts";

const { loopOfOne, loopOfAll, loopFlood, loopMs, loopClockMs } = limits;
/** A short text counts a quarter. */
const SHORT = 4;

/** A room, and the log that it is given. */
class Room {
  readonly count = new RepeatCount(limits);
  now = 1_000_000;
  #seq = 0;
  #keys = 0;

  given(text: string): void {
    const read = comparable(text);
    this.#seq += 1;
    if (read) this.count.give([{ seq: this.#seq, text: read, at: this.now }], this.#seq);
  }

  says(sender: string, text: string, live = true, saidAt = this.now): Loop | null {
    const heard = { sender, text: comparable(text), upTo: this.#seq, saidAt, at: this.now };
    this.count.hear({ ...heard, live, key: `key ${this.#keys++}` });
    // Its log passes over what it has said itself.
    this.#seq += 1;
    this.count.give([], this.#seq);
    return this.count.due ? this.count.judge() : null;
  }
}

/** How many repeats came before the loop was found; Infinity: it was not. */
function repeatsUntilFound(
  room: Room,
  most: number,
  text: (n: number) => string,
  by: (n: number) => string,
): number {
  for (let n = 1; n <= most; n++) {
    room.given(text(n));
    room.now += 300;
    if (room.says(by(n), `<somebody> ${text(n)}`)) return n;
  }
  return Infinity;
}

const bot = () => "echo";
const ghost = (n: number): string => `ghost ${n}`;
const sentence = (n: number): string => `this is sentence number ${n} of a conversation`;

void describe("a room in which something is said again", () => {
  void it("is found after so many repeats of one voice, a few more where texts are short", () => {
    assert.equal(repeatsUntilFound(new Room(), 100, sentence, bot), loopOfOne);
    assert.equal(
      repeatsUntilFound(new Room(), 100, () => "ok", bot),
      loopOfOne * SHORT,
    );
  });

  void it("is found where each repeat comes under a name of its own", () => {
    assert.equal(repeatsUntilFound(new Room(), 1_000, sentence, ghost), loopOfAll);
    assert.equal(
      repeatsUntilFound(new Room(), 1_000, () => "one text that goes round for ever", ghost),
      loopOfAll,
    );
    assert.equal(
      repeatsUntilFound(new Room(), 1_000, () => "ok", ghost),
      loopOfAll * SHORT,
    );
  });

  void it("is found while people talk there too, and whatever the bot repeats", () => {
    const text = fc.oneof(fc.constantFrom("ok", "+1", "lol"), fc.lorem({ maxCount: 12 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.boolean()), { minLength: 200, maxLength: 200 }), (said) => {
        const room = new Room();
        const found = said.findIndex(([given, talks], n) => {
          room.now += 500;
          if (talks && room.says("anna", sentence(n))) return false;
          room.given(given);
          return room.says("echo", `bot: ${given}`) !== null;
        });
        assert.ok(found !== -1 && found < loopOfOne * SHORT, String(found));
      }),
      { numRuns: 30 },
    );
  });

  void it("is found where more is said than people say and none of it is new", () => {
    const room = new Room();
    let said = 0;
    let loop: Loop | null = null;
    for (; said < 1_000 && loop === null; said++) {
      room.now += 20;
      loop = room.says(`ghost ${said}`, "one text that goes round for ever");
    }
    assert.deepEqual([loop?.by, said], ["flood", loopFlood]);
  });

  void it("is not found twice by what is heard twice", () => {
    const { count } = new Room();
    const text = comparable("hello to all of you");
    assert.ok(text);
    const heard = { key: "a", sender: "anna", text, upTo: 0, saidAt: 1, at: 1, live: true };
    assert.deepEqual([count.hear(heard), count.hear(heard)], [true, false]);
  });

  void it("repeats what was given once, however often that is read, and one thing that is looked at again only once", () => {
    const { count } = new Room();
    const text = comparable("hello to all of you");
    assert.ok(text);
    for (let times = 0; times < 2; times++) count.give([{ seq: 1, text, at: 1 }], 1);
    const takes = (key: string): boolean => count.takes({ key, text, upTo: 1, saidAt: 1 });
    assert.deepEqual(["a", "b", "a"].map(takes), [true, false, true]);
  });

  void it("is kept in mind no longer than it counts", () => {
    const room = new Room();
    room.says("anna", "hello to all of you");
    assert.deepEqual(
      [room.count.idle(room.now + loopMs - 1), room.count.idle(room.now + loopMs)],
      [false, true],
    );
  });
});

void describe("what people say", () => {
  const SHORTS = ["+1", "ok", "lol", "yes", "no", "thanks", "good morning", "👍", "haha", "nice"];

  void it("is never a loop, however much of it is what everybody says", () => {
    const turn = fc.record({
      here: fc.boolean(),
      who: fc.integer({ min: 0, max: 5 }),
      // Of ten things said seven are what all say, and one quotes.
      what: fc.integer({ min: 0, max: 9 }),
      word: fc.integer({ min: 0, max: SHORTS.length - 1 }),
      pause: fc.integer({ min: 1_000, max: 8_000 }),
    });
    fc.assert(
      fc.property(fc.array(turn, { minLength: 400, maxLength: 400 }), (turns) => {
        const room = new Room();
        let last = "nothing was said before this";
        for (const [n, { here, who, what, word, pause }] of turns.entries()) {
          room.now += pause;
          const own = `${sentence(n)} by ${who}`;
          const text = what < 7 ? (SHORTS[word] ?? "") : what === 7 ? `> ${last}\n${own}` : own;
          if (here) assert.equal(room.says(`person ${who}`, text), null, `turn ${n}`);
          else room.given(text);
          last = own;
        }
      }),
      { numRuns: 50 },
    );
  });

  void it("is never a loop where a hundred people in each room agree", () => {
    const room = new Room();
    for (let n = 0; n < 100; n++) {
      room.given("+1");
      room.now += 500;
      assert.equal(room.says(`person ${n}`, "+1"), null, String(n));
    }
  });

  void it("is never a loop where somebody quotes now and then, or says again what nobody but he has said", () => {
    const room = new Room();
    for (let n = 0; n < 60; n++) {
      room.now += 4_000;
      room.given(sentence(n));
      if (n % 2 === 0) assert.equal(room.says("anna", sentence(n)), null);
      assert.equal(room.says("anna", `my own words, number ${n}`), null);
      assert.equal(room.says("ben", "the same words every time"), null);
    }
  });

  void it("is never a loop where it comes slower than it could go round", () => {
    const room = new Room();
    for (let n = 0; n < 200; n++) {
      room.given(sentence(n));
      room.now += Math.ceil(loopMs / (loopOfOne - 1));
      assert.equal(room.says("anna", sentence(n)), null, String(n));
    }
  });

  void it("is no flood where a day of it is read at once", () => {
    const room = new Room();
    for (let n = 0; n < loopFlood * 10; n++)
      assert.equal(room.says(`person ${n % 40}`, SHORTS[n % 10] ?? "", false), null);
  });

  void it("is never a loop where it was said before the room was given the same, and read afterwards", () => {
    for (const [before, goesRound] of [
      [loopClockMs + 1, false],
      [loopClockMs, true],
    ] as const) {
      const room = new Room();
      for (let n = 0; n < 30; n++) room.given(sentence(n));
      const saidAt = room.now - before;
      const found = Array.from({ length: 30 }, (_, n) => room.says("anna", sentence(n), false, saidAt));
      assert.equal(found.some(Boolean), goesRound);
    }
  });

  void it("is what others repeat, not those who said it first", () => {
    const room = new Room();
    const texts = Array.from({ length: 30 }, (_, n) => sentence(n));
    for (const text of texts) assert.equal(room.says("anna", text), null);
    for (const text of texts) room.given(text);
    assert.equal(room.says("anna", "and now for something else"), null);
  });
});
