/** What homeservers hand over that no person's program would: again, late, odd and malformed; by a real Synapse, or in its name. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { MatrixContent } from "../../../deploy/clients/matrix-contents.ts";
import { type LinkedRooms, linkingRooms } from "./matrix-gateway.ts";

const linkedRooms = await linkingRooms("matrix-edge");

const edit = (target: string, body: string): MatrixContent => ({
  msgtype: "m.text",
  body: `* ${body}`,
  "m.new_content": { msgtype: "m.text", body },
  "m.relates_to": { rel_type: "m.replace", event_id: target },
});

void describe("what a homeserver hands over", () => {
  let started: LinkedRooms | null = null;
  const run = (): LinkedRooms => started ?? assert.fail("nothing runs");
  before(async () => {
    started = await linkedRooms();
  });
  after(() => started?.stop());

  /** Hands a transaction over as the homeserver does. */
  const push = async (id: string, events: readonly unknown[]): Promise<void> => {
    const answer = await fetch(`http://${run().listen}/_matrix/app/v1/transactions/${id}`, {
      method: "PUT",
      headers: { authorization: "Bearer hs-token-of-a-test", "content-type": "application/json" },
      body: JSON.stringify({ events }),
    });
    assert.equal(answer.status, 200, "whatever is in it, it is taken");
  };
  /** An event of anna's that only the gateway is told of. */
  const event = (event_id: string, content: MatrixContent, change: MatrixContent = {}): MatrixContent => ({
    type: "m.room.message",
    room_id: run().from,
    sender: run().anna.id,
    event_id,
    origin_server_ts: Date.now(),
    content,
    ...change,
  });
  void it("again, in other transactions, is carried once", async () => {
    const { anna, from, shows } = run();
    const id = await anna.say(from, "once");
    await shows("it", (all) => all.some(({ body }) => body === "once"));
    const at = `/v3/rooms/${encodeURIComponent(from)}/event/${encodeURIComponent(id)}`;
    const again = await anna.http.call("GET", at);
    await push("again-1", [again]);
    await push("again-2", [again, again]);
    await anna.say(from, "after it");
    const all = await shows(
      "the next",
      (messages) => messages.some(({ body }) => body === "after it") && messages,
    );
    assert.equal(all.filter(({ body }) => body === "once").length, 1);
  });

  void it("late, of several edits, leaves the last one standing, and what is no edit is none", async () => {
    const { anna, ben, from, to, shows } = run();
    const id = await anna.say(from, "first");
    const { id: there } = await shows("it", (all) => all.find(({ body }) => body === "first"));
    const now = Date.now();
    await push("edit-3", [event("$edit-3", edit(id, "third"), { origin_server_ts: now + 3_000 })]);
    await shows("the edit", (all) => all.some(({ body }) => body === "third"));
    await push("edit-1-2", [
      event("$edit-1", edit(id, "one"), { origin_server_ts: now + 1_000 }),
      event("$edit-2", edit(id, "two"), { origin_server_ts: now + 2_000 }),
    ]);
    await push("no-edits", [
      event("$of-edit", edit("$edit-3", "an edit of an edit"), { origin_server_ts: now + 4_000 }),
      event("$of-ben", edit(id, "somebody else's"), { origin_server_ts: now + 5_000, sender: ben.id }),
      event("$state", edit(id, "state"), { origin_server_ts: now + 6_000, state_key: "" }),
    ]);
    await anna.say(from, "behind the edits");
    await shows("the next", (all) => all.some(({ body }) => body === "behind the edits"));
    assert.equal((await ben.messages(to)).find((one) => one.id === there)?.body, "third");
    const edits = (await ben.timeline(to)).filter(({ content }) => content["m.new_content"] !== undefined);
    assert.equal(edits.length, 1);
  });

  void it("odd, is carried as far as it says anything, in its place", async () => {
    const { anna, from, shows, gateway } = run();
    const said = (content: MatrixContent) =>
      anna.send(from, "m.room.message", { msgtype: "m.text", ...content });
    const [beginning] = await anna.timeline(from);
    await said({ body: "begin" });
    await said({ body: "", format: "org.matrix.custom.html", formatted_body: "<i>HTML</i> alone" });
    await said({ msgtype: "org.example.dice", body: "a six" });
    await said({ msgtype: "m.notice", body: "a bot's word" });
    for (const body of ["", " \n ", "\u200b\ufe0f"]) await said({ body });
    await anna.setState(from, "m.room.message", { msgtype: "m.text", body: "state" });
    await anna.reply(from, beginning?.event_id ?? "", "to what was before the link");
    const html = { msgtype: "m.text", format: "org.matrix.custom.html", formatted_body: "no <b>body</b>" };
    await shows("these", (all) => all.some(({ body }) => body === "to what was before the link"));
    const before = (await gateway().operations.status()).setAside;
    await push("odd", [
      event("$malformed", {}),
      7,
      event("$html", html),
      event("$far", { msgtype: "m.text", body: "far ahead" }, { origin_server_ts: Number.MAX_SAFE_INTEGER }),
      event("$never", { msgtype: "m.text", body: "before all time" }, { origin_server_ts: -1 }),
    ]);
    await said({ body: "end" });
    const all = await shows("the end", (messages) => messages.some(({ body }) => body === "end") && messages);
    const bodies = all.map(({ body }) => body);
    assert.deepEqual(bodies.slice(bodies.indexOf("begin") + 1), [
      "_HTML_ alone",
      "a six",
      "a bot's word",
      "to what was before the link",
      "no **body**",
      "far ahead",
      "before all time",
      "end",
    ]);
    assert.equal(all.find(({ body }) => body === "to what was before the link")?.replyTo, null);
    assert.equal((await gateway().operations.status()).setAside, before + 1, "what can't be read is kept");
  });

  void it("nearly as large as an event may be, is carried whole, in events that the homeserver takes", async () => {
    const { anna, from, shows } = run();
    const words = Array.from({ length: 7_000 }, (_none, i) => `word${i}`).join(" ");
    assert.ok(words.length > 60_000);
    await anna.say(from, words);
    const parts = await shows("the last part", (all) => {
      const found = all.filter(({ body }) => /word\d/.test(body));
      return found.some(({ body }) => body.endsWith("word6999")) && found;
    });
    assert.ok(parts.length > 3);
    assert.ok(parts.map(({ body }) => body.trim()).join(" ") === words, "nothing is lost between the parts");
  });
});
