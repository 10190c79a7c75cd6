/** People of a Matrix room as another room sees them: their names and pictures, their going, and what moderators do. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { GIF, PNG } from "../../core/media/picture-server.ts";
import { type LinkedRooms, linkingRooms } from "./matrix-gateway.ts";

const PATIENCE_MS = 30_000;
const linkedRooms = await linkingRooms("matrix-people");

void describe("people of a Matrix room", () => {
  let started: LinkedRooms | null = null;
  const run = (): LinkedRooms => started ?? assert.fail("nothing runs");
  before(async () => {
    started = await linkedRooms();
  });
  after(() => started?.stop());

  /** Who stands in Ben's room for whoever says this in Anna's. */
  const ghostOf = async (person: MatrixUser, text: string): Promise<string> => {
    await person.say(run().from, text);
    return (await run().shows(text, (all) => all.find(({ body }) => body === text))).sender;
  };
  const member = (ghost: string) => run().ben.state(run().to, "m.room.member", ghost);
  const waits = <T>(what: string, ask: () => Promise<T | false | null | undefined>) =>
    run().ben.waitFor(what, ask, PATIENCE_MS);
  /** Somebody else in Anna's room. */
  const guest = async (name: string): Promise<MatrixUser> => {
    const { anna, from, synapse } = run();
    const user = await MatrixUser.register(synapse, name);
    await anna.invite(from, user.id);
    await user.join(from);
    return user;
  };

  void it("have their pictures elsewhere, which only members of the homeserver may fetch, and new ones at once", async () => {
    const { anna, ben } = run();
    const picture = async (bytes: Buffer, type: string) =>
      anna.setPicture(await anna.http.upload("me", type, new Uint8Array(bytes)));
    const worn = async (ghost: string) => {
      const url = (await member(ghost))?.["avatar_url"];
      return typeof url === "string" && url !== "" ? { url, ...(await ben.http.download(url)) } : null;
    };
    await picture(PNG, "image/png");
    const ghost = await ghostOf(anna, "see my picture");
    const first = await waits("her picture", () => worn(ghost));
    assert.match(first.type, /^image\//);
    await picture(GIF, "image/gif");
    await waits("her new picture, without another word", async () => (await worn(ghost))?.url !== first.url);
    await anna.setPicture("");
    await waits("no picture", async () => (await worn(ghost)) === null);
  });

  void it("are called as they are called now, without saying a word", async () => {
    const { anna } = run();
    const ghost = await ghostOf(anna, "my name is Anna");
    await anna.setDisplayName("Anna Renamed");
    await waits("her new name", async () => (await member(ghost))?.["displayname"] === "Anna Renamed");
  });

  void it("go from the other rooms when they leave or are put out, and come back when they speak", async () => {
    const { anna, from } = run();
    const carl = await guest("carl");
    const ghost = await ghostOf(carl, "Carl was here");
    const membership = async () => (await member(ghost))?.["membership"];
    const comesBack = async (text: string) => {
      await anna.invite(from, carl.id);
      await carl.join(from);
      assert.equal(await ghostOf(carl, text), ghost);
      assert.equal(await membership(), "join");
    };
    await carl.leave(from);
    await waits("his going", async () => (await membership()) === "leave");
    await comesBack("Carl is back");
    await anna.moderate(from, "kick", carl.id, "enough");
    await waits("his being put out", async () => (await membership()) === "leave");
    await comesBack("Carl is back again");
    await anna.moderate(from, "ban", carl.id, "enough");
    await waits("his ban", async () => (await membership()) === "leave");
  });

  void it("go when they are in none of the group's rooms any more, not when they leave one of them", async () => {
    const { anna, ben, from, to, shows } = run();
    const erin = await guest("erin");
    await ben.invite(to, erin.id);
    await erin.join(to);
    const ghost = await ghostOf(erin, "Erin is in both rooms");
    await erin.say(to, "Erin is here, too");
    const atAnna = (membership: string) =>
      anna.waitFor(
        `her ghost in Anna's room: ${membership}`,
        async () => (await anna.state(from, "m.room.member", ghost))?.["membership"] === membership,
        PATIENCE_MS,
      );
    await atAnna("join");
    await erin.leave(from);
    await anna.say(from, "after Erin");
    await shows("what Anna said then", (all) => all.find(({ body }) => body === "after Erin"));
    assert.equal((await member(ghost))?.["membership"], "join");
    await erin.leave(to);
    await atAnna("leave");
  });

  void it("go, and are not heard, where the group's operator bans them; the room itself stays its moderators'", async () => {
    const { anna, from, shows, gateway } = run();
    const dora = await guest("dora");
    const ghost = await ghostOf(dora, "Dora was here");
    const [binding] = (await gateway().operations.status()).bindings;
    const uri = `mimi://matrix.mimi.test/u/${/_([0-9a-f]{32}):/.exec(ghost)?.[1] ?? ""}`;
    await gateway().operations.moderation.moderate(binding?.group ?? "", {
      act: "ban",
      user: uri,
      reason: "spam",
    });
    const gone = await waits("her going", async () => {
      const now = await member(ghost);
      return now?.["membership"] === "leave" ? now : null;
    });
    assert.equal(gone["reason"], "spam");
    await dora.say(from, "Dora says more");
    await anna.say(from, "after Dora");
    await shows("what others say", (all) => all.find(({ body }) => body === "after Dora"));
    await shows("nothing of hers", (all) => all.every(({ body }) => body !== "Dora says more"));
    assert.equal((await anna.state(from, "m.room.member", dora.id))?.["membership"], "join");
  });

  void it("may not speak where a group is moderated, unless they have the right there", async () => {
    const { anna, ben, from, to, shows, gateway } = run();
    const [binding] = (await gateway().operations.status()).bindings;
    const group = binding?.group ?? "";
    const set = (value: string) =>
      gateway().operations.moderation.moderate(group, { act: "set", name: "isModerated", value });
    const needed = async () => (await ben.state(to, "m.room.power_levels"))?.["events_default"] ?? 0;
    await set("true");
    await waits("the room asking for voice", async () => (await needed()) === 1);
    await anna.say(from, "unheard in a moderated group");
    await anna.waitFor(
      "the word to the author",
      async () => (await anna.messages(from)).find(({ body }) => body.includes("only those with the right")),
      PATIENCE_MS,
    );
    const ghost = (await ben.messages(to)).find(({ body }) => body === "my name is Anna")?.sender ?? "";
    const uri = `mimi://matrix.mimi.test/u/${/_([0-9a-f]{32}):/.exec(ghost)?.[1] ?? ""}`;
    await gateway().operations.moderation.moderate(group, { act: "role", user: uri, role: 3 });
    await anna.say(from, "said by an admin of the group");
    await shows("her word", (all) => all.find(({ body }) => body.endsWith("said by an admin of the group")));
    await set("false");
    await waits("the room asking for nothing", async () => (await needed()) === 0);
  });
});
