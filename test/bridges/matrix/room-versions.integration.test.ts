/** Rooms of the versions 9 to 12 on a real Synapse, each of which lets people in by another rule. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import type { ShownMessage } from "../../../deploy/clients/matrix-shown.ts";
import { type LinkedRooms, linkingRooms } from "./matrix-gateway.ts";

const PATIENCE_MS = 30_000;
/** The version of a room, and who may enter it (client-server API, section 8.5, m.room.join_rules). */
const KINDS = [
  ["9", "restricted"],
  ["10", "knock_restricted"],
  ["11", "knock"],
  ["12", "invite"],
] as const;

const linkedRooms = await linkingRooms("matrix-versions");
const roomForm = z.object({ room_id: z.string() });

/** How many reactions the message of that text has. */
const reactionsTo = (words: string) => (all: readonly ShownMessage[]) =>
  all.find(({ body }) => body === words)?.reactions.length ?? 0;

void describe("rooms of every version from 9 to 12, in one group", () => {
  let started: LinkedRooms | null = null;
  /** By version. */
  const rooms = new Map<string, string>();
  const run = (): LinkedRooms => started ?? assert.fail("nothing runs");
  const roomOf = (version: string): string =>
    rooms.get(version) ?? assert.fail(`no room of version ${version}`);

  before(async () => {
    started = await linkedRooms({ to: { version: "9" } });
    const { ben, bot, to, gateway } = started;
    const space = await ben.createRoom({ open: false });
    for (const [version, rule] of KINDS) {
      const users = { [bot]: 100, ...(version === "12" ? {} : { [ben.id]: 100 }) };
      const room =
        version === "9"
          ? to
          : await ben.createRoom({ open: false, invite: [bot], version, power: { users } });
      const allow = rule.endsWith("restricted")
        ? { allow: [{ type: "m.room_membership", room_id: space }] }
        : {};
      await ben.setState(room, "m.room.join_rules", { join_rule: rule, ...allow });
      rooms.set(version, room);
    }
    const all = [...rooms.values()].map((room) => ({ account: "matrix", room }));
    const { rooms: linked } = await gateway().operations.link(all, null);
    assert.ok(
      linked.every(({ warnings = [] }) => warnings.length === 0),
      "nothing is lacking in any of them",
    );
  });
  after(() => started?.stop());

  /** Waits until this is so in the room of each version. */
  const everywhere = async <T>(
    what: string,
    test: (all: readonly ShownMessage[]) => T | undefined | false,
  ): Promise<readonly Exclude<T, Error | undefined | null | false>[]> => {
    const { ben } = run();
    const found = [];
    for (const [version, room] of rooms)
      found.push(
        await ben.waitFor(
          `${what} in the room of version ${version}`,
          async () => test(await ben.messages(room)),
          PATIENCE_MS,
        ),
      );
    return found;
  };

  void it("have ids with and without the name of a server", () => {
    assert.match(roomOf("11"), /:matrix\.test$/);
    assert.doesNotMatch(roomOf("12"), /:/);
  });

  void it("are given a message, its edit, a reaction, its removal and the deletion, by ghosts that were invited", async () => {
    const { anna, bot, from } = run();
    const said = await anna.say(from, "for all of them");
    const messages = await everywhere("the message", (all) =>
      all.find(({ body }) => body === "for all of them"),
    );
    assert.ok(messages.every(({ sender }) => sender !== bot && sender.startsWith("@_mimi_")));
    await anna.edit(from, said, "for each of them");
    await everywhere("the edit", (all) =>
      all.some(({ body, edited }) => edited && body === "for each of them"),
    );
    const reaction = await anna.react(from, said, "👍");
    await everywhere("the reaction", (all) => reactionsTo("for each of them")(all) === 1);
    await anna.redact(from, reaction);
    await everywhere("its removal", (all) => reactionsTo("for each of them")(all) === 0);
    await anna.redact(from, said);
    const ids = new Set(messages.map(({ id }) => id));
    await everywhere("the deletion", (all) => all.some(({ id, deleted }) => deleted && ids.has(id)));
  });

  void it("give the same of what is said in them", async () => {
    const { anna, ben, from } = run();
    const shows = <T>(what: string, test: (all: readonly ShownMessage[]) => T | undefined | false) =>
      anna.waitFor(what, async () => test(await anna.messages(from)), PATIENCE_MS);
    for (const [version, room] of rooms) {
      const words = `out of version ${version}`;
      const said = await ben.say(room, words);
      const { id } = await shows(words, (all) => all.find(({ body }) => body === words));
      const it = (all: readonly ShownMessage[]) => all.find((one) => one.id === id);
      await ben.edit(room, said, `${words}, changed`);
      const reaction = await ben.react(room, said, "🎉");
      await shows(`the edit and the reaction, ${words}`, (all) => {
        const now = it(all);
        return now?.body === `${words}, changed` && now.reactions[0]?.emoji === "🎉";
      });
      await ben.redact(room, reaction);
      await ben.redact(room, said);
      await shows(
        `the deletion, ${words}`,
        (all) => it(all)?.deleted === true && it(all)?.reactions.length === 0,
      );
    }
  });

  void it("are the gateway's own where it made one together with somebody, though no list of powers names it", async () => {
    const { anna, ben, bot, from, gateway } = run();
    const body = {
      preset: "private_chat",
      room_version: "12",
      invite: [bot],
      creation_content: { additional_creators: [bot] },
      power_level_content_override: { events: { "m.room.topic": 100 }, users: {} },
    };
    const { room_id: room } = roomForm.parse(await ben.http.call("POST", "/v3/createRoom", body));
    const there = { account: "matrix", room };
    const { rooms: linked } = await gateway().operations.link(
      [{ account: "matrix", room: from }, there],
      null,
    );
    assert.deepEqual(linked[1]?.warnings, []);
    await anna.setTopic(from, "of the one that is owned");
    await ben.waitFor(
      "the topic",
      async () => (await ben.state(room, "m.room.topic"))?.["topic"] === "of the one that is owned",
      PATIENCE_MS,
    );
    await gateway().operations.unlink(there, false);
  });

  void it("are followed from version 10 to 12, once somebody lets the gateway into the new room", async () => {
    const { anna, ben, bot, from, gateway } = run();
    const before = roomOf("10");
    const next = await ben.upgrade(before, "12");
    assert.doesNotMatch(next, /:/);
    await ben.say(next, "first in the new room");
    await ben.invite(next, bot);
    await anna.waitFor(
      "what was said there",
      async () => (await anna.messages(from)).find(({ body }) => body === "first in the new room"),
      PATIENCE_MS,
    );
    await anna.say(from, "after the upgrade");
    await ben.waitFor(
      "the message in the new room",
      async () => (await ben.messages(next)).find(({ body }) => body === "after the upgrade"),
      PATIENCE_MS,
    );
    const { bindings } = await gateway().operations.status();
    assert.ok(bindings.some(({ room }) => room === next) && bindings.every(({ room }) => room !== before));
  });
});
