/** Up to where people have read, between two rooms on a real Prosody (XEP-0333). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { xml } from "@xmpp/client";
import { installation, linkedPair, type Pair, seen } from "./installation.ts";

const MARKERS = "urn:xmpp:chat-markers:0";
const STANZA_ID = "urn:xmpp:sid:0";

const parts = installation();

/** What the room calls a text that was said in it. */
function idOf({ room, user }: Pair["here"], text: string): string {
  const said = user.messages(room).findLast(({ body }) => body === text);
  const id = said?.stanza.getChildren("stanza-id", STANZA_ID).find(({ attrs }) => attrs["by"] === room);
  return String(id?.attrs["id"]);
}

/** Who has shown in a room to have read which messages, as the room calls them. */
const read = ({ room, user }: Pair["here"]): readonly string[] =>
  user.messages(room).flatMap(({ nick, stanza }) => {
    const displayed = stanza.getChild("displayed", MARKERS);
    return displayed ? [`${nick} ${String(displayed.attrs["id"])}`] : [];
  });

void describe("read markers", async () => {
  const gateway = await parts.gateway("one");
  await gateway.start();
  const [anna, ben] = await Promise.all([parts.person("anna"), parts.person("ben")]);
  const carla = await parts.person("carla");
  const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
  const displays = (id: string) => anna.signal(here.room, xml("displayed", { xmlns: MARKERS, id }));

  await it("cross to where the reader's ghost is, and name the message as that room calls it", async () => {
    await anna.say(here.room, "I read along");
    await ben.say(there.room, "for you");
    await seen(here, ["for you"]);
    await seen(there, ["I read along"]);
    await displays(idOf(here, "for you"));
    await ben.waitFor("the marker", () => read(there).length > 0);
    assert.deepEqual(read(there), [`anna ${idOf(there, "for you")}`]);
    const shown = ben.messages(there.room).findLast(({ stanza }) => stanza.getChild("displayed", MARKERS));
    assert.equal(shown?.body, null);
  });

  await it("go forward only, and the latest of several counts", async () => {
    const before = read(there).length;
    for (const text of ["first", "second", "third"]) await ben.say(there.room, text);
    await seen(here, ["first", "second", "third"]);
    await displays(idOf(here, "first"));
    await displays(idOf(here, "third"));
    const third = `anna ${idOf(there, "third")}`;
    await ben.waitFor("the marker", () => read(there).at(-1) === third);
    await displays(idOf(here, "second"));
    await ben.say(there.room, "fourth");
    await seen(here, ["fourth"]);
    await displays(idOf(here, "fourth"));
    const fourth = `anna ${idOf(there, "fourth")}`;
    await ben.waitFor("the next marker", () => read(there).at(-1) === fourth);
    assert.deepEqual(read(there).slice(before).slice(-2), [third, fourth]);
    assert.ok(!read(there).includes(`anna ${idOf(there, "second")}`));
  });

  await it("bring nobody into a room who has said nothing", async () => {
    await carla.join(here.room, "carla");
    await ben.say(there.room, "who is there?");
    await seen(here, ["who is there?"]);
    const before = read(there).length;
    await carla.signal(here.room, xml("displayed", { xmlns: MARKERS, id: idOf(here, "who is there?") }));
    await displays(idOf(here, "who is there?"));
    await ben.waitFor("anna's marker", () => read(there).length > before);
    assert.deepEqual(read(there).slice(before), [`anna ${idOf(there, "who is there?")}`]);
    assert.ok(!ben.occupants(there.room).includes("carla"));
  });
});
