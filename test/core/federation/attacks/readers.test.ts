import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { makeCursor, makeMembersCursor } from "../../../../core/federation/wire/cursor.ts";
import type { MediaId } from "../../../../core/ids.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { sayIn } from "../media-files.ts";
import { saidMessage } from "../said-message.ts";
import { pathOf } from "./door.ts";
import { House, OLD, SAID } from "./house.ts";

const folder = temporaryFolder("readers");

interface Said {
  readonly events: readonly { readonly seq: number; readonly content: string }[];
  readonly cursor: string;
}

/** Whether an answer has a text in any content, however it is wrapped. */
const tells = (answer: string, words: string): boolean =>
  [...answer.matchAll(/"content":"([\w-]+)"/g)].some(([, content = ""]) =>
    Buffer.from(content, "base64url").includes(words),
  );

void describe("attacks", () => {
  void it("new guest reading old history: by no resource, with no cursor, and no file that only old events name", async (t) => {
    const house = await House.start(t, folder, { media: { allow: ["127.0.0.0/8"] } });
    const { guest, tea } = house;
    const old = randomBytes(16).toString("base64url") as MediaId;
    const account = house.sample.account.id;
    const file = { id: old, account, source: "http://127.0.0.1:1/old", type: "image/png", size: null };
    await sayIn(house.sample, house.milk, {
      ...saidMessage(house.own, house.milk.groupUri, "a file", "anna"),
      media: [file],
    });
    await house.admit(guest, house.milk, { kind: "none" });
    const uris = [tea.groupUri, house.milk.groupUri];
    const rev = 1;
    const answers = [];
    for (const room of [tea, house.milk]) {
      const uri = room.groupUri;
      answers.push(await house.ask(guest, { path: `${pathOf(room)}/events` }));
      for (const seq of [0, 1, 2])
        answers.push(
          await house.ask(guest, { path: `${pathOf(room)}/events?after=${makeCursor({ uri, rev, seq })}` }),
        );
      answers.push(await house.ask(guest, { path: pathOf(room) }));
      answers.push(await house.ask(guest, { path: `${pathOf(room)}/members` }));
    }
    for (const seq of [undefined, 0, 1, 2]) {
      const subscriptions = uris.map((group) => ({
        group,
        ...(seq === undefined ? {} : { after: makeCursor({ uri: group, rev, seq }) }),
      }));
      answers.push(await house.ask(guest, { path: "/sync", body: JSON.stringify({ subscriptions }) }));
    }
    assert.ok(
      answers.some(({ text }) => tells(text, SAID)),
      "what came after him he reads",
    );
    for (const { text } of answers) assert.ok(!tells(text, OLD) && !text.includes('"seq":1,'), text);
    const nothing = await house.ask(guest, { path: "/media/AAAAAAAAAAAAAAAAAAAAAA" });
    const hidden = await house.ask(guest, { path: `/media/${old}` });
    assert.deepEqual([hidden.status, hidden.text], [404, nothing.text]);
    const theirs = await house.ask(house.rival, { path: `/media/${old}` });
    assert.equal(theirs.status, 503, "who was there is told that the platform can't give it");
  });

  void it("guest that left: nothing that came after, no snapshot, no file, and its words are taken no more", async (t) => {
    const house = await House.start(t, folder);
    const { guest, tea } = house;
    const peer = await house.peer(guest);
    // The sample's log is from the first seconds of time.
    house.clock.now = 10_000;
    await house.sample.store.write("removeGuest", { group: tea.group, peer });
    const id = randomBytes(16).toString("base64url") as MediaId;
    const account = house.sample.account.id;
    const file = { id, account, source: "http://127.0.0.1:1/new", type: "image/png", size: null };
    await sayIn(house.sample, tea, {
      ...saidMessage(house.own, tea.groupUri, "secret", "anna"),
      media: [file],
    });
    const events = await house.ask(guest, { path: `${pathOf(tea)}/events` });
    assert.equal(events.status, 200);
    assert.ok(tells(events.text, SAID) && !tells(events.text, "secret"));
    const { cursor } = JSON.parse(events.text) as Said;
    const later = await house.ask(guest, { path: `${pathOf(tea)}/events?after=${cursor}&wait=1` });
    assert.ok(later.status === 404 || (JSON.parse(later.text) as Said).events.length === 0);
    for (const path of [pathOf(tea), `${pathOf(tea)}/members`, `/media/${id}`])
      assert.equal((await house.ask(guest, { path })).code, "not_found", path);
    const body = JSON.stringify({ events: [] });
    assert.equal((await house.ask(guest, { path: `${pathOf(tea)}/events`, body })).code, "not_found");
  });

  void it("cursor of another group: cursor_foreign at every resource that takes one", async (t) => {
    const house = await House.start(t, folder);
    const { guest, tea, milk } = house;
    const foreign = makeCursor({ uri: milk.groupUri, rev: 1, seq: 2 });
    const members = makeMembersCursor(milk.groupUri, 1, 0);
    const code = async (path: string) => (await house.ask(guest, { path })).code;
    assert.equal(await code(`${pathOf(tea)}/events?after=${foreign}`), "cursor_foreign");
    assert.equal(await code(`${pathOf(tea)}/members?after=${members}`), "cursor_foreign");
    assert.equal(await code(`${pathOf(tea)}/members?after=${foreign}`), "cursor_malformed");
    for (const asked of [{ after: foreign }, { state: foreign }]) {
      const body = JSON.stringify({ subscriptions: [{ group: tea.groupUri, ...asked }] });
      const { text } = await house.ask(guest, { path: "/sync", body });
      const [problem] = (JSON.parse(text) as { problems: { code: string }[] }).problems;
      assert.match(problem?.code ?? "", /^cursor_(?:foreign|malformed)$/);
    }
  });
});
