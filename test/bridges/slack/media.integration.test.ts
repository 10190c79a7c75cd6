/** Files and pictures of one workspace as another one gets them. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { fileAccess } from "../../../bridges/slack/files.ts";
import { mediaOpener } from "../../../core/federation/serving/open-media.ts";
import { ProblemError } from "../../../core/federation/wire/problem.ts";
import type { AccountId, MediaId } from "../../../core/ids.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { PNG, GIF, type PictureServer, servePictures } from "../../core/media/picture-server.ts";
import { ALL_SCOPES } from "../../slack/app.ts";
import type { SlackMessageRecord } from "../../slack/state/records.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, FROM, linkedChannels, type SlackRun } from "./slack-gateway.ts";

const folder = temporaryFolder("slack-media");
const ALICE = "U0ALICE";
const BOB = "U0BOB";

const lacksScope = (thrown: unknown): boolean =>
  thrown instanceof ProblemError && /files:read/.test(String(thrown.cause));
const upload = (name: string, bytes: Uint8Array, comment = "") => ({ name, bytes, comment });
const shownAs = (run: SlackRun, message: SlackMessageRecord, name: string): Buffer => {
  const there = run.there.workspace();
  const id = message.files.find((file) => there.file(file)?.name === name);
  assert.ok(id, `${name} is among the files`);
  return Buffer.from(there.bytes(id));
};

/** Whether a text stands in any file below a folder. */
function holds(path: string, text: string): boolean {
  const what = statSync(path, { throwIfNoEntry: false });
  // The gateway runs: what was listed may be gone.
  if (!what) return false;
  if (what.isDirectory()) return readdirSync(path).some((name) => holds(join(path, name), text));
  return what.isFile() && readFileSync(path).includes(text);
}

void describe("files of a channel, in another workspace's", () => {
  let run: SlackRun;
  const own = join(folder, "files");
  before(async () => {
    run = await linkedChannels(own);
  });
  after(() => run.stop());

  void it("are there byte for byte, by one message, with what was said to them", async () => {
    const [photo, sound] = [randomBytes(200_000), randomBytes(1_000)];
    run.here
      .workspace()
      .people.upload(FROM, BOB, upload("photo.jpg", photo, "look at these"), upload("sound.ogg", sound));
    const message = await run.shows("the files", (all) => all.find(({ files }) => files.length === 2));
    assert.deepEqual(shownAs(run, message, "photo.jpg"), photo);
    assert.deepEqual(shownAs(run, message, "sound.ogg"), sound);
    assert.match(JSON.stringify(message.blocks), /look at these/);
    assert.equal(message.username, "Bobby (here.mimi.test)");
  });

  void it("are opened by a token that stands in nothing that is written or said", async () => {
    const token = run.here.workspace().botToken;
    await run.gateway().operations.status();
    assert.equal(holds(own, token), false);
    const said = [...run.here.calls, ...run.there.calls].map(({ arguments: given }) => JSON.stringify(given));
    assert.ok(said.length > 0 && said.every((text) => !text.includes(token)));
  });

  void it("are given to other gateways in parts, with the token, and with an old one not at all", async () => {
    const octets = randomBytes(1_000);
    const { people, botToken } = run.here.workspace();
    const [id = ""] = people.upload(FROM, BOB, upload("parts.bin", octets)).files;
    const source = `${run.here.url}/files-pri/T0SIM-${id}/download/parts.bin`;
    const file = { id: id as MediaId, source, account: 1 as AccountId, type: "", size: null };
    const openAs = (token: string) =>
      mediaOpener({
        media: { maxBytes: 2_000, allow: ["127.0.0.0/8"] },
        access: () => Promise.resolve(fileAccess(run.here.apiUrl, token)),
        pathOf: String,
      });
    const part = await openAs(botToken)(file, "bytes=100-199");
    assert.deepEqual([part.size, part.range], [100, "bytes 100-199/1000"]);
    assert.deepEqual(await buffer(part.body), octets.subarray(100, 200));
    await assert.rejects(openAs("xoxb-old")(file, null), lacksScope);
  });

  void it("are deleted with their message", async () => {
    const { ts } = run.here.workspace().people.upload(FROM, BOB, upload("gone.png", PNG));
    const message = await run.shows("the file", (all) =>
      all.find(({ files }) => files.some((id) => run.there.workspace().file(id)?.name === "gone.png")),
    );
    run.here.workspace().people.delete(FROM, ts);
    await run.shows("the deletion", (all) => all.every((one) => one.ts !== message.ts));
  });
});

void describe("files that the app may not read", () => {
  let run: SlackRun;
  const own = join(folder, "scope");
  before(async () => {
    const scopes = ALL_SCOPES.filter((scope) => scope !== "files:read");
    run = await linkedChannels(own, { simulator: { limits: "off", scopes } });
  });
  after(() => run.stop());

  void it("are linked, and the log says which scope is missing", async () => {
    run.here.workspace().people.upload(FROM, ALICE, upload("secret.png", randomBytes(500), "no scope"));
    const message = await run.shows("the link", (all) =>
      carried(all).find(({ blocks }) => JSON.stringify(blocks).includes("secret.png")),
    );
    assert.deepEqual(message.files, [], "no page to sign in as a file");
    assert.match(JSON.stringify(message.blocks), /no scope/);
    assert.ok(holds(own, "lacks the scope files:read"));
    assert.ok(!JSON.stringify(message).includes(run.here.workspace().botToken));
  });
});

void describe("pictures of people of one workspace, in another", () => {
  let run: SlackRun;
  let pictures: PictureServer;
  let port: number;
  const endpoint = "https://mtp.mimi.test";
  before(async () => {
    pictures = await servePictures((request, response) => {
      response.end(request.url === "/alice.png" ? PNG : request.url === "/new.gif" ? GIF : "<svg/>");
    });
    [port = 0] = await freePorts(1);
    run = await linkedChannels(join(folder, "pictures"), { serving: { port, endpoint } });
  });
  after(async () => {
    await run.stop();
    await pictures.stop();
  });

  const wears = (user: string, image: string) =>
    run.here.workspace().people.setProfile(user, { image: pictures.url + image });
  /** The address of the picture beside the copy of what somebody says. */
  const iconOf = async (user: string, text: string): Promise<string> => {
    run.here.workspace().people.post(FROM, user, text);
    const { icon } = await run.shows(text, (all) => carried(all).find((message) => message.text === text));
    assert.ok(icon !== null && icon.startsWith(`${endpoint}/avatar/`), String(icon));
    return icon;
  };
  /** As Slack fetches it, through the proxy that stands before the gateway. */
  const seen = async (icon: string) => {
    const answer = await fetch(icon.replace(endpoint, `http://127.0.0.1:${port}`));
    return {
      status: answer.status,
      type: answer.headers.get("content-type"),
      bytes: await answer.arrayBuffer(),
    };
  };

  void it("stand beside what they say, at an address of the gateway's", async () => {
    wears(ALICE, "/alice.png");
    const icon = await iconOf(ALICE, "here I am");
    const { status, type, bytes } = await seen(icon);
    assert.deepEqual([status, type, Buffer.from(bytes)], [200, "image/png", PNG]);
    assert.equal((await seen(icon.slice(0, -1) + (icon.endsWith("A") ? "B" : "A"))).status, 404);
    assert.ok(!icon.includes(ALICE) && !icon.includes("alice"));
  });

  void it("change with the profile, without a word said", async () => {
    const before = await iconOf(ALICE, "as before");
    wears(ALICE, "/new.gif");
    await run.here.events.settled();
    const now = await iconOf(ALICE, "with a new picture");
    assert.notEqual(now, before);
    assert.equal((await seen(now)).type, "image/gif");
    assert.equal((await seen(before)).type, "image/png", "the old one stays for what was said before");
  });

  void it("are not given where they are none", async () => {
    wears(BOB, "/drawing.svg");
    assert.equal((await seen(await iconOf(BOB, "I am a drawing"))).status, 404);
  });
});

void describe("pictures where no other gateways are served", () => {
  let run: SlackRun;
  let pictures: PictureServer;
  let port: number;
  const publicUrl = "https://slack.mimi.test";
  before(async () => {
    pictures = await servePictures((_request, response) => void response.end(PNG));
    [port = 0] = await freePorts(1);
    const account = { public_url: publicUrl, listen: `127.0.0.1:${port}` };
    run = await linkedChannels(join(folder, "alone"), { account });
  });
  after(async () => {
    await run.stop();
    await pictures.stop();
  });

  void it("are given at the address of the accounts", async () => {
    const { people } = run.here.workspace();
    people.setProfile(ALICE, { image: `${pictures.url}/alice.png` });
    people.post(FROM, ALICE, "by myself");
    const { icon } = await run.shows("the word", (all) => all.find(({ text }) => text === "by myself"));
    assert.ok(icon !== null && icon.startsWith(`${publicUrl}/avatar/`), String(icon));
    const answer = await fetch(icon.replace(publicUrl, `http://127.0.0.1:${port}`));
    assert.deepEqual([answer.status, Buffer.from(await answer.arrayBuffer())], [200, PNG]);
    assert.equal((await fetch(`http://127.0.0.1:${port}/avatar/${"A".repeat(27)}`)).status, 404);
  });
});
