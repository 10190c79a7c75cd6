/** A log as far as one channel fills it, with the rules by which the real one takes events; for tests of what translates. */
import assert from "node:assert/strict";
import type { Around } from "../../../bridges/slack/inbound-context.ts";
import { translate } from "../../../bridges/slack/inbound.ts";
import type { KnownInRoom, Lookups, Raw, Translated } from "../../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { type EventId, parseEventId } from "../../../mappings/ids.ts";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";

interface Entry {
  readonly root: EventId;
  readonly author: string;
  text: string;
  deleted: boolean;
  readonly reactions: Map<EventId, { readonly user: string; readonly emoji: string; readonly at: number }>;
}

export class LogModel {
  readonly room = "C1" as NativeRoom;
  readonly #around: Around;
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new Set<string>();
  #ids = 0;

  constructor(around: Around) {
    this.#around = around;
  }

  /** What stands, by `ts`: the text, and who has reacted how. */
  get stands(): Readonly<Record<string, { readonly text: string; readonly reactions: readonly string[] }>> {
    const alive = [...this.#entries].filter(([, { deleted }]) => !deleted);
    return Object.fromEntries(
      alive
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([ts, { text, reactions }]) => {
          const given = [...reactions.values()].map(({ user, emoji }) => `${user} ${emoji}`);
          return [ts, { text, reactions: given.toSorted() }];
        }),
    );
  }

  /** Takes it as the inbox does: each key once. How many events came of it. */
  async take(raw: Raw): Promise<number> {
    if (raw.nativeKey !== null) {
      if (this.#keys.has(raw.nativeKey)) return 0;
      this.#keys.add(raw.nativeKey);
    }
    const { events } = await translate(this.room, raw, this.#around, this.#lookups());
    // A process that ends before the commit translates it again.
    const again = await translate(this.room, raw, this.#around, this.#lookups());
    assert.equal(again.events.length, events.length, "read again it is the same");
    return events.filter((event) => this.#append(event, raw.at)).length;
  }

  #append(event: Translated, at: number): boolean {
    assert.ok(event.kind === "message");
    const { body, replaces, replyTo } = event.message;
    const entryOf = (id: EventId | null) => [...this.#entries.values()].find(({ root }) => root === id);
    if (body.kind === "reaction" && body.reaction.kind === "unicode") {
      const { emoji } = body.reaction;
      const target = entryOf(replyTo);
      assert.ok(target && !target.deleted, "the group would refuse it");
      const user = event.sender.native;
      if ([...target.reactions.values()].some((one) => one.user === user && one.emoji === emoji))
        return false;
      target.reactions.set(this.#id(), { user, emoji, at });
      return true;
    }
    if (body.kind === "unreaction") {
      const target = [...this.#entries.values()].find(({ reactions }) => replaces && reactions.has(replaces));
      return (replaces && target?.reactions.delete(replaces)) ?? false;
    }
    if (body.kind === "deletion") {
      const target = entryOf(replaces);
      if (!target || target.deleted) return false;
      target.deleted = true;
      return true;
    }
    assert.ok(body.kind === "text");
    const text = plainTextOf(body.text);
    if (replaces !== null) {
      const target = entryOf(replaces);
      assert.ok(target && !target.deleted, "the group would refuse it");
      target.text = text;
      return true;
    }
    assert.ok(event.native !== null && !this.#entries.has(event.native), "said once");
    const { native: author } = event.sender;
    this.#entries.set(event.native, { root: this.#id(), author, text, deleted: false, reactions: new Map() });
    return true;
  }

  #id(): EventId {
    const id = parseEventId(
      String((this.#ids += 1))
        .padStart(64, "0")
        .replace(/^00/, "01"),
    );
    assert.ok(id);
    return id;
  }

  #lookups(): Lookups {
    const entries = this.#entries;
    return {
      ...unknowing,
      messages: (names) =>
        Promise.resolve(
          names.flatMap((called): KnownInRoom[] => {
            const entry = entries.get(called.name);
            if (!entry) return [];
            const { root, author, deleted } = entry;
            const thread = new Uint8Array();
            return [
              {
                called,
                event: root,
                isReaction: false,
                aux: null,
                root,
                version: root,
                author,
                at: 0,
                thread,
                replyTo: null,
                pollOptions: null,
                deleted,
              },
            ];
          }),
        ),
      reactions: (target, user) => {
        const entry = [...entries.values()].find(({ root }) => root === target);
        return Promise.resolve(entry ? given(entry).filter((one) => one.user === user) : []);
      },
      knows: (native) => Promise.resolve(entries.has(native)),
      standing: (from, before) =>
        Promise.resolve(
          [...entries]
            .filter(([ts, { deleted }]) => ts >= from && ts < before && !deleted)
            .map(([name, entry]) => ({
              name,
              root: entry.root,
              part: 0,
              saidHere: true,
              reactions: given(entry),
            })),
        ),
    };
  }
}

const given = ({ reactions }: Entry) => [...reactions].map(([id, one]) => ({ id, ...one }));
