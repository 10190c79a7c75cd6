/** Rooms of another account that people at a real homeserver enter by an address. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { MatrixAccount } from "../../../bridges/matrix/account.ts";
import { AppServiceListeners } from "../../../bridges/matrix/app-service.ts";
import { matrixConfig } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../../bridges/xmpp/config.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import { MatrixHttp, MatrixRefusal } from "../../../deploy/clients/matrix-http.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import type { Synapse } from "../../../deploy/servers/synapse.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { directWire, startHarness } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedProsody, sharedSynapse, temporaryFolder } from "../../support/servers.ts";
import { matrixAccount } from "../conformance/matrix-conformance.ts";
import { component, xmppAccount } from "../conformance/xmpp-conformance.ts";

const SERVER = "matrix.test";
const PATIENCE_MS = 30_000;

const [port = 0] = await freePorts(1);
const listen = `127.0.0.1:${port}`;
const account = (synapse: Pick<Synapse, "url" | "serverName">) => ({
  ...matrixAccount(synapse, listen),
  portals: ["far", "xmpp"],
});
const unused = { url: "http://127.0.0.1:8008", serverName: SERVER };
const config = matrixConfig(account(unused));
const folder = temporaryFolder("matrix-portals");
const aliasOf = (room: string): string => `#_mimi_far_${room}:${SERVER}`;
const addressOf = (muc: string): string => `#_mimi_xmpp_${muc.replace("@", "=40")}:${SERVER}`;
const noSuchRoom = (error: unknown): boolean =>
  error instanceof MatrixRefusal && error.code === "M_NOT_FOUND";

void describe("a portal room at a real homeserver", () => {
  const synapse = sharedSynapse({
    serverName: SERVER,
    registrations: [registrationYaml(config, "registration.yaml")],
  });
  const prosody = sharedProsody({
    domain: "xmpp.test",
    components: [component],
    archive: "sql",
    users: [{ name: "zoe", password: "zoe" }],
  });
  const far = new FakePlatform();
  let gateway: RunningGateway | null = null;
  let people: { readonly anna: MatrixUser; readonly ben: MatrixUser } | null = null;

  const start = async (): Promise<void> => {
    const server = await synapse();
    const listeners = new AppServiceListeners();
    gateway = await startHarness(
      { folder: join(folder, "gateway") },
      [account(server), xmppAccount(await prosody()), { name: "far", bridge: "fake" as const }],
      (one, { log, media }) => {
        switch (one.bridge) {
          case "matrix":
            return new MatrixAccount(matrixConfig(one), log, media, listeners);
          case "xmpp":
            return new XmppAccount(xmppConfig(one), log, media);
          case "fake":
            return new FakeBridge(far.modes, directWire(far));
        }
      },
    );
  };
  const operations = () => gateway?.operations ?? assert.fail("nothing runs");
  const persons = () => people ?? assert.fail("there is nobody yet");
  const bindings = async () => (await operations().status()).bindings;

  before(async () => {
    const server = await synapse();
    const [anna, ben] = await Promise.all([
      MatrixUser.register(server, "anna"),
      MatrixUser.register(server, "ben"),
    ]);
    people = { anna, ben };
    await start();
  });
  after(() => gateway?.stop());

  void it("is made when somebody enters it, called as the other room is, and carries both ways", async () => {
    const { anna, ben } = persons();
    far.setState("hall", { name: "The hall", topic: "All that is said there" });
    // Whoever asks while it is made gets the same.
    const [room, same] = await Promise.all([anna.join(aliasOf("hall")), ben.join(aliasOf("hall"))]);
    assert.equal(room, same);
    assert.deepEqual(
      [
        (await anna.state(room, "m.room.name"))?.["name"],
        (await anna.state(room, "m.room.topic"))?.["topic"],
      ],
      ["The hall", "All that is said there"],
    );
    assert.equal((await anna.state(room, "m.room.join_rules"))?.["join_rule"], "public");
    assert.deepEqual(
      (await bindings()).map(({ account: of, room: name, kind }) => [of, name, kind]),
      [
        ["far", "hall", "plumbed"],
        ["matrix", room, "portal"],
      ],
    );
    await anna.say(room, "hello from here");
    await far.until("it there", () => far.texts("hall").includes("hello from here"), PATIENCE_MS);
    far.say("hall", "zoe", "hello from there");
    const shown = await ben.waitFor(
      "it here",
      async () => (await ben.messages(room)).find(({ body }) => body === "hello from there"),
      PATIENCE_MS,
    );
    assert.match(shown.sender, /^@_mimi_far\.mimi\.test_/);
  });

  void it("is of a MUC, under the one address in which that is written", async () => {
    const { anna } = persons();
    const { domain, ports, rooms } = await prosody();
    const zoe = await XmppUser.connect({ domain, port: ports.c2s, name: "zoe", password: "zoe" });
    const muc = `lobby@${rooms}`;
    await zoe.join(muc, "Zoe");
    await zoe.setSubject(muc, "Who comes in");
    await assert.rejects(anna.join(addressOf(`nowhere@${rooms}`)), noSuchRoom);
    await assert.rejects(anna.join(addressOf(`=4cobby@${rooms}`)), noSuchRoom);
    // The gateway may enter, and nobody else but those whom its people let in.
    const board = `board@${rooms}`;
    await zoe.join(board, "Zoe");
    await zoe.configure(board, { "muc#roomconfig_membersonly": "1" });
    await zoe.grant(board, `bridge@${component.domain}`, "member");
    await assert.rejects(anna.join(addressOf(board)), noSuchRoom);
    const room = await anna.join(addressOf(muc));
    assert.equal((await anna.state(room, "m.room.topic"))?.["topic"], "Who comes in");
    await anna.say(room, "hello, MUC");
    await zoe.waitFor("it there", () => zoe.bodies(muc).includes("hello, MUC"), PATIENCE_MS);
    await zoe.say(muc, "hello, Matrix");
    await anna.waitFor(
      "it here",
      async () => (await anna.messages(room)).find(({ body }) => body === "hello, Matrix"),
      PATIENCE_MS,
    );
    await zoe.disconnect();
  });

  void it("is none where the other room can't be entered, or the operator has not named its account", async () => {
    const { anna } = persons();
    await assert.rejects(anna.join(aliasOf("locked-hall")), noSuchRoom);
    await assert.rejects(anna.join(`#_mimi_near_hall:${SERVER}`), noSuchRoom);
    await assert.rejects(anna.join(aliasOf("Hall")), noSuchRoom);
    assert.ok((await bindings()).every(({ room }) => room !== "locked-hall"));
  });

  void it("is left without an address when it is unlinked, and made anew by whoever asks again", async () => {
    const { anna } = persons();
    const room = await anna.join(aliasOf("yard"));
    await anna.say(room, "the first yard");
    await far.until("it there", () => far.texts("yard").includes("the first yard"), PATIENCE_MS);
    await operations().unlink({ account: "matrix", room }, false);
    await anna.waitFor(
      "the last line",
      async () => (await anna.messages(room)).find(({ body }) => body.includes("no longer linked")),
      PATIENCE_MS,
    );
    await eventually(
      "the end of the link",
      async () => (await bindings()).every((one) => one.room !== room),
      PATIENCE_MS,
    );
    assert.equal((await anna.state(room, "m.room.canonical_alias"))?.["alias"], undefined);
    assert.equal((await anna.state(room, "m.room.member", anna.id))?.["membership"], "join");
    const next = await anna.join(aliasOf("yard"));
    assert.notEqual(next, room);
    await anna.say(next, "the second yard");
    await far.until("it there", () => far.texts("yard").includes("the second yard"), PATIENCE_MS);
  });

  void it("is linked, with what was said in it, where the gateway ended as it had just made it", async () => {
    const { anna } = persons();
    await gateway?.stop();
    // What a gateway leaves behind that has made the room, and ended before the link was written.
    const bot = new MatrixHttp((await synapse()).url, config.asToken);
    const body = { preset: "public_chat", room_alias_name: "_mimi_far_garden" };
    await bot.call("POST", "/v3/createRoom", body);
    const room = await anna.join(aliasOf("garden"));
    await anna.say(room, "is anybody there?");
    await start();
    await far.until("it there", () => far.texts("garden").includes("is anybody there?"), PATIENCE_MS);
    assert.equal(
      (await bindings()).filter(({ kind, room: one }) => kind === "portal" && one === room).length,
      1,
    );
  });
});
