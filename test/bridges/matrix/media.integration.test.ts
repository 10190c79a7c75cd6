/** Files between a real Synapse and a simulated Slack workspace, byte for byte. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { AppServiceListeners } from "../../../bridges/matrix/app-service.ts";
import { MatrixAccount } from "../../../bridges/matrix/account.ts";
import { matrixConfig } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import { SlackAccount } from "../../../bridges/slack/account.ts";
import { slackConfig } from "../../../bridges/slack/config.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { type PictureServer, PNG, servePictures } from "../../core/media/picture-server.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import { startHarness } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedSynapse, temporaryFolder } from "../../support/servers.ts";
import { matrixAccount } from "../conformance/matrix-conformance.ts";
import { slackAccount } from "../conformance/slack-conformance.ts";

const SERVER = "matrix.test";
const CHANNEL = "C0FILES";
/** Octets of a file that goes into the homeserver. */
const LARGEST = 1_000_000;
const [port = 0] = await freePorts(1);
const listen = `127.0.0.1:${port}`;
const registered = matrixConfig(matrixAccount({ url: "http://127.0.0.1:8008", serverName: SERVER }, listen));
const folder = temporaryFolder("matrix-media");
const synapse = sharedSynapse({
  serverName: SERVER,
  registrations: [registrationYaml(registered, "registration.yaml")],
});

void describe("files of a Matrix room and of a Slack channel", () => {
  let gateway: RunningGateway | null = null;
  let slack: SlackSimulator | null = null;
  let anna: MatrixUser | null = null;
  let pictures: PictureServer | null = null;
  let room = "";
  let serving = 0;
  const person = (): MatrixUser => anna ?? assert.fail("there is nobody yet");
  const workspace = () => slack?.workspace() ?? assert.fail("there is no workspace yet");
  before(async () => {
    const server = await synapse();
    anna = await MatrixUser.register(server, "anna");
    room = await anna.createRoom({ open: false, invite: [`@mimi:${SERVER}`] });
    slack = await startSlackSimulator({ limits: "off" });
    slack
      .workspace()
      .people.addChannel({ id: CHANNEL, name: "files", members: ["U0ALICE", "U0BOB"], bot: true });
    pictures = await servePictures((_request, response) => void response.end(PNG));
    [serving = 0] = await freePorts(1);
    const options = { folder, serving: { port: serving, endpoint: "https://mtp.mimi.test" } };
    const listeners = new AppServiceListeners();
    const pace = { take: () => 0, refused: () => undefined };
    const accounts = [matrixAccount(server, listen), slackAccount(slack, null)];
    gateway = await startHarness(options, accounts, (account, { log, media }) =>
      account.bridge === "matrix"
        ? new MatrixAccount(matrixConfig(account), log, { ...media, maxBytes: LARGEST }, listeners)
        : new SlackAccount(slackConfig(account), log, media, pace),
    );
    const rooms = [
      { account: "matrix", room },
      { account: "slack", room: CHANNEL },
    ];
    await gateway.operations.link(rooms, null);
  });
  after(async () => {
    await gateway?.stop();
    await slack?.stop();
    await pictures?.stop();
  });

  void it("come from Slack into the homeserver's own store", async () => {
    const octets = randomBytes(300_000);
    workspace().people.upload(CHANNEL, "U0BOB", { name: "photo.jpg", bytes: octets, comment: "look" });
    const shown = await person().waitFor(
      "the file",
      async () => (await person().messages(room)).find(({ content }) => content["filename"] === "photo.jpg"),
      20_000,
    );
    assert.equal(shown.body, "look");
    assert.match(String(shown.content["url"]), /^mxc:\/\/matrix\.test\//);
    assert.deepEqual(Buffer.from((await person().http.download(String(shown.content["url"]))).bytes), octets);
  });

  void it("come from Matrix into the workspace, though only members may fetch them there", async () => {
    const octets = randomBytes(100_000);
    await person().sendFile(room, { name: "notes.pdf", type: "application/pdf", bytes: octets });
    const file = await eventually("the file", () =>
      workspace()
        .messages(CHANNEL)
        .flatMap(({ files }) => files)
        .find((id) => workspace().file(id)?.name === "notes.pdf"),
    );
    assert.deepEqual(Buffer.from(workspace().bytes(file)), octets);
  });

  void it("are pictures of people, too, which their ghosts wear", async () => {
    workspace().people.setProfile("U0ALICE", { image: `${pictures?.url ?? ""}/alice.png` });
    workspace().people.post(CHANNEL, "U0ALICE", "see my picture");
    const { sender } = await person().waitFor(
      "her word",
      async () => (await person().messages(room)).find(({ body }) => body === "see my picture"),
      20_000,
    );
    const worn = await person().waitFor(
      "the picture",
      async () => (await person().state(room, "m.room.member", sender))?.["avatar_url"],
      20_000,
    );
    assert.deepEqual(Buffer.from((await person().http.download(String(worn))).bytes), PNG);
  });

  void it("are pictures of people of Matrix, too, which everybody may fetch who was told their names", async () => {
    const url = await person().http.upload("me.png", "image/png", new Uint8Array(PNG));
    await person().setPicture(url);
    const known = async () =>
      (await person().state(room, "m.room.member", person().id))?.["avatar_url"] === url;
    await person().waitFor("her picture in the room", known);
    await person().say(room, "do you see me?");
    const { icon } = await eventually("her word", () =>
      workspace()
        .messages(CHANNEL)
        .find(({ text }) => text.includes("do you see me?")),
    );
    assert.match(String(icon), /^https:\/\/mtp\.mimi\.test\/avatar\/[\w-]{27}$/);
    const { pathname } = new URL(String(icon));
    const given = await fetch(`http://127.0.0.1:${serving}${pathname}`);
    assert.equal(given.headers.get("content-type"), "image/png");
    assert.ok((await given.arrayBuffer()).byteLength > 0);
    const guessed = `${pathname.slice(0, -1)}${pathname.endsWith("A") ? "B" : "A"}`;
    assert.equal((await fetch(`http://127.0.0.1:${serving}${guessed}`)).status, 404);
    const address = `${(await synapse()).url}/_matrix/client/v1/media/download/${url.slice("mxc://".length)}`;
    assert.equal((await fetch(address)).status, 401, "the homeserver gives it to its own people alone");
  });

  void it("are linked where they are too large to be stored", async () => {
    const octets = randomBytes(LARGEST + 1);
    workspace().people.upload(CHANNEL, "U0BOB", { name: "large.bin", bytes: octets, comment: "" });
    const shown = await person().waitFor(
      "the link",
      async () => (await person().messages(room)).find(({ body }) => body.includes("large.bin")),
      20_000,
    );
    assert.equal(shown.content["msgtype"], "m.text");
    assert.match(shown.body, /http/);
  });
});
