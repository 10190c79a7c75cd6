import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withAvatar } from "../../../bridges/slack/avatars.ts";
import { People } from "../../../bridges/slack/people.ts";
import type { Translated } from "../../../core/bridge/inbound.ts";
import { message } from "../../../mappings/message.ts";
import type { Arguments } from "../../../bridges/slack/api.ts";

const SLACK = "https://slack.com/api/";
const EDGE = "https://avatars.slack-edge.com/2020/u1_192.png";
const profile = {
  display_name: "Al",
  real_name: "Albert",
  image_192: EDGE,
  image_original: "https://x/huge.png",
};
const user = (change: object = {}) => ({ id: "U1", name: "al", profile: { ...profile, ...change } });

function people(answers: Readonly<Record<string, unknown>>, api = SLACK) {
  const asked: string[] = [];
  const call = (method: string, args: Arguments) => {
    asked.push(method);
    return Promise.resolve(answers[String(args["user"] ?? args["bot"])] ?? {});
  };
  return { asked, people: new People(call, api) };
}

const avatarAt = async (image: unknown, api = SLACK) =>
  (await people({ U1: { user: user({ image_192: image }) } }, api).people.find("U1"))?.avatar;

const said = (native: string): Translated => ({
  kind: "message",
  sender: { native, name: "x" },
  message: message({ kind: "deletion", by: null }),
  native: null,
  aux: null,
});

void describe("people of a workspace", () => {
  void it("have the name and the picture that Slack shows, looked up once", async () => {
    const { asked, people: known } = people({ U1: { user: user() } });
    for (let i = 0; i < 2; i++)
      assert.deepEqual(await known.find("U1"), { name: "Al", isApp: false, avatar: EDGE });
    assert.deepEqual(asked, ["users.info"]);
  });

  void it("have the picture of their app where they are one", async () => {
    const icons = {
      image_36: "https://a.slack-edge.com/36.png",
      image_72: "https://a.slack-edge.com/72.png",
    };
    const { people: known } = people({ B1: { bot: { name: "CI", icons } } });
    assert.deepEqual(await known.find("B1"), { name: "CI", isApp: true, avatar: icons.image_72 });
  });

  void it("have no picture that is not by https for everybody, but a simulator's own", async () => {
    for (const odd of ["http://avatars.test/1.png", "no address", 7, `https://x/${"a".repeat(3_000)}`, null])
      assert.equal(await avatarAt(odd), null, String(odd).slice(0, 40));
    assert.equal(
      await avatarAt("http://127.0.0.1:9/1.png", "http://127.0.0.1:4000/api/"),
      "http://127.0.0.1:9/1.png",
    );
    assert.equal(await avatarAt("http://10.0.0.1/1.png", "http://127.0.0.1:4000/api/"), null);
  });

  void it("are as an event tells of them from then on", async () => {
    const { asked, people: known } = people({ U1: { user: user() } });
    await known.find("U1");
    const changed = user({ display_name: "Alberta", image_192: "https://avatars.slack-edge.com/2.png" });
    const now = { name: "Alberta", isApp: false, avatar: "https://avatars.slack-edge.com/2.png" };
    assert.deepEqual(known.changed("U1", changed), now);
    assert.deepEqual(await known.find("U1"), now);
    assert.deepEqual(asked, ["users.info"]);
    assert.equal(known.changed("U1", { name: 7 }), null);
    assert.equal((await known.find("U1"))?.name, "Al", "what the event does not say is asked for");
  });

  void it("are told with their picture where they say something, and without a word on it where nothing is known", async () => {
    const { people: known } = people({ U1: { user: user() } });
    const senderOf = async (native: string) => {
      const event = await withAvatar(said(native), known);
      return event.kind === "message" ? event.sender : null;
    };
    assert.deepEqual(await senderOf("U1"), { native: "U1", name: "x", avatar: EDGE });
    assert.deepEqual(await senderOf("U9"), { native: "U9", name: "x" });
    assert.deepEqual(await senderOf("USLACKBOT"), { native: "USLACKBOT", name: "x" });
  });
});
