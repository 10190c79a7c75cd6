/** The pictures of linked rooms of a real homeserver; to one of the accounts it is another one than to the other. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { MatrixAccount } from "../../../bridges/matrix/account.ts";
import { AppServiceListeners } from "../../../bridges/matrix/app-service.ts";
import { matrixConfig } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { PNG } from "../../core/media/picture-server.ts";
import { startHarness } from "../../support/harness.ts";
import { sharedSynapse, temporaryFolder } from "../../support/servers.ts";
import { matrixAccount } from "../conformance/matrix-conformance.ts";

const SERVER = "matrix.test";
const PATIENCE_MS = 30_000;
const [port = 0] = await freePorts(1);
/** The other account knows the homeserver by another address, so that all pictures are elsewhere to it. */
const accounts = (url: string) => {
  const listen = `127.0.0.1:${port}`;
  const other = { id: "other", bot: "other", user_prefix: "_other_", alias_prefix: "_other_" };
  const tokens = { as_token: "other-as-token-of-a-test", hs_token: "other-hs-token-of-a-test" };
  const elsewhere = url.replace("127.0.0.1", "localhost");
  return [
    matrixAccount({ url, serverName: SERVER }, listen),
    {
      ...matrixAccount({ url: elsewhere, serverName: SERVER }, listen, { ...other, ...tokens }),
      name: "other",
    },
  ];
};
const registrations = accounts("http://127.0.0.1:8008").map((one) =>
  registrationYaml(matrixConfig(one), "registration.yaml"),
);
const folder = temporaryFolder("matrix-avatar");

void describe("the picture of a Matrix room", () => {
  const synapse = sharedSynapse({ serverName: SERVER, registrations });
  let gateway: RunningGateway | null = null;
  let anna: MatrixUser | null = null;
  let rooms: readonly string[] = [];

  const start = async (): Promise<void> => {
    const listeners = new AppServiceListeners();
    gateway = await startHarness(
      { folder: join(folder, "gateway") },
      accounts((await synapse()).url),
      (one, { log, media }) => new MatrixAccount(matrixConfig(one), log, media, listeners),
    );
  };
  const person = (): MatrixUser => anna ?? assert.fail("there is nobody yet");
  const pictureOf = async (room = ""): Promise<string> => {
    const url = (await person().state(room, "m.room.avatar"))?.["url"];
    return typeof url === "string" ? url : "";
  };
  const shows = (what: string, room: string | undefined, test: (url: string) => boolean | Promise<boolean>) =>
    person().waitFor(what, async () => test(await pictureOf(room)), PATIENCE_MS);
  const upload = (name: string) => person().http.upload(name, "image/png", Buffer.from(PNG));

  const powered = (bot: string) =>
    person().createRoom({ open: false, invite: [bot], power: { users: { [bot]: 100 } } });

  before(async () => {
    anna = await MatrixUser.register(await synapse(), "anna");
    await start();
    const [one, two] = [`@mimi:${SERVER}`, `@other:${SERVER}`];
    rooms = [await powered(one), await powered(one), await powered(two)];
    const named = rooms.map((room, i) => ({ account: i === 2 ? "other" : "matrix", room }));
    await gateway?.operations.link(named, null);
  });
  after(() => gateway?.stop());

  void it("is that of the linked rooms, wherever it is changed, and goes with it", async () => {
    const [here = "", near = "", far = ""] = rooms;
    const first = await upload("first.png");
    await person().setAvatar(here, first);
    await shows("the picture, as it is at the homeserver", near, (url) => url === first);
    await shows("a copy", far, (url) => url !== "" && url !== first);
    const copy = await person().http.download(await pictureOf(far));
    assert.deepEqual([Buffer.from(copy.bytes), copy.type], [PNG, "image/png"]);

    const second = await upload("second.png");
    await person().setAvatar(far, second);
    await shows("a copy", here, (url) => url !== first && url !== "");
    assert.notEqual(await pictureOf(here), second);
    await shows("a copy", near, (url) => url !== first && url !== "");

    await person().setAvatar(near, "");
    for (const room of [here, far]) await shows("its end", room, (url) => url === "");
    // What the gateway has set is no change of anybody's: nothing goes round.
    await person().say(here, "the last word");
    for (const room of [near, far])
      await person().waitFor(
        "it there",
        async () => (await person().messages(room)).some(({ body }) => body === "the last word"),
        PATIENCE_MS,
      );
    for (const room of rooms) {
      const changes = (await person().timeline(room)).filter(({ type }) => type === "m.room.avatar");
      assert.equal(changes.length, 3);
    }
  });

  void it("is caught up with where it was changed while the gateway was away", async () => {
    await gateway?.stop();
    const third = await upload("third.png");
    await person().setAvatar(rooms[0] ?? "", third);
    await start();
    await shows("the picture", rooms[1], (url) => url === third);
  });
});
