/** Calls that are made again on a real Synapse, whose memory of transactions ends with it unless they are of a device. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeliveryContext, Speaker, Step } from "../../../core/bridge/outbound.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";
import { emptyContext } from "../../../core/groups/context-finder.ts";
import { limits } from "../../../core/limits.ts";
import { createLogger } from "../../../core/log.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";
import type { RoomMessage } from "../../../mappings/mapping.ts";
import { type Message, message, textMessage } from "../../../mappings/message.ts";
import { PNG, servePictures } from "../../core/media/picture-server.ts";
import { AppServiceListeners } from "../../../bridges/matrix/app-service.ts";
import { MatrixAccount } from "../../../bridges/matrix/account.ts";
import { matrixConfig } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedSynapse } from "../../support/servers.ts";
import { matrixAccount, MatrixConformance } from "../conformance/matrix-conformance.ts";
import { ListeningHost } from "../../support/listening-host.ts";

const SERVER = "matrix.test";
const [port = 0] = await freePorts(1);
const listen = `127.0.0.1:${port}`;
const registered = matrixConfig(matrixAccount({ url: "http://127.0.0.1:8008", serverName: SERVER }, listen));
const synapse = sharedSynapse({
  serverName: SERVER,
  registrations: [registrationYaml(registered, "registration.yaml")],
});

const speaker: Speaker = { uri: "mimi://xmpp.mimi.test/u/0a1b" as UserUri, name: "Remote" };
const other: Speaker = { uri: "mimi://xmpp.mimi.test/u/2c3d" as UserUri, name: "Other" };
const event = "01".repeat(32) as EventId;
const origin = { group: "mimi://xmpp.mimi.test/r/one" as GroupUri, event };
/** A message that stands in the room. */
const standing: RoomMessage = {
  root: event,
  parts: [],
  edits: [],
  author: { name: "Remote", native: null },
  ours: true,
  excerpt: "",
  threadRoot: null,
};
const text = (body: string, by: Speaker | null): Step => ({
  op: "send",
  part: 0,
  speaker: by,
  args: { type: "m.room.message", content: { msgtype: "m.text", body }, edited: null, relayed: false },
});

void describe("a delivery to Matrix that is made again", () => {
  void it("stands there once, whoever makes it, also behind a restart of the homeserver", async () => {
    const platform = new MatrixConformance(await synapse(), listen);
    await platform.connect();
    const room = (await platform.room()) as NativeRoom;
    const bridge = platform.createBridge();
    const host = new ListeningHost();
    await bridge.start(host);
    try {
      const { mark } = await bridge.inspect(room);
      bridge.join(room, mark);
      await eventually("the room to be entered", () => host.readied.includes(room));
      const context = (key: string): DeliveryContext => ({ room, key: key as DeliveryKey, origin });
      const since = { mark, at: Date.now() };
      assert.equal(await bridge.probe(text("one", speaker), context("k1"), since), "absent");
      const made = await bridge.perform(text("one", speaker), context("k1"));
      assert.equal((await bridge.perform(text("one", speaker), context("k1"))).native, made.native);
      await platform.cut();
      assert.equal((await bridge.perform(text("one", speaker), context("k1"))).native, made.native);
      const found = await bridge.probe(text("one", speaker), context("k1"), since);
      assert.equal(typeof found === "string" ? found : found.native, made.native);
      assert.equal(await bridge.probe(text("one", speaker), context("k2"), since), "absent");
      await bridge.perform(text("two", other), context("k2"));
      await bridge.perform(text("a line of the gateway", null), context("k3"));
      assert.deepEqual(await platform.texts(room), ["one", "two"]);
    } finally {
      await bridge.stop();
    }
  });

  void it("puts the picture of a custom emoji there once, for texts and reactions of all", async () => {
    const server = await synapse();
    const dora = await MatrixUser.register(server, "dora");
    const bot = `@mimi:${SERVER}`;
    const made = await dora.createRoom({ open: false, invite: [bot], power: { users: { [bot]: 100 } } });
    const room = made as NativeRoom;
    const pictures = await servePictures((_request, response) => void response.end(PNG));
    const start = async () => {
      const log = createLogger({ level: "error", bodies: false });
      const media = { maxBytes: limits.mediaBytes, allow: ["127.0.0.0/8"] };
      const bridge = new MatrixAccount(
        matrixConfig(matrixAccount(server, listen)),
        log,
        media,
        new AppServiceListeners(),
      );
      await bridge.start(new ListeningHost());
      return bridge;
    };
    const source = `${pictures.url}/parrot.png`;
    const emoji = { kind: "emoji", name: "parrot", source, marks: 0 } as const;
    const text = { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs: [emoji] }] } as const;
    let bridge = await start();
    try {
      const { mark } = await bridge.inspect(room);
      bridge.join(room, mark);
      const make = async (said: Message, native: string | null, key: string) => {
        const known: RoomMessage | null =
          native === null ? null : { ...standing, parts: [{ native, aux: null }] };
        const around = { ...emptyContext, message: () => known };
        const one = { kind: "message", id: event, speaker, message: said } as const;
        const [step] = bridge.plan(room, one, around).steps;
        assert.ok(step);
        return bridge.perform(step, { room, key: key as DeliveryKey, origin });
      };
      const { native } = await make(textMessage(text), null, "e1");
      const reaction = { kind: "custom", name: "parrot", source } as const;
      const reacted = { ...message({ kind: "reaction", reaction }), replyTo: event };
      await bridge.stop();
      bridge = await start();
      await bridge.inspect(room);
      await make(reacted, native, "e2");
      const shown = (await dora.messages(room)).find(({ id }) => id === native);
      const [given] = shown?.reactions ?? [];
      assert.match(given?.emoji ?? "", /^mxc:\/\/matrix\.test\//);
      assert.ok(String(shown?.content["formatted_body"]).includes(`src="${given?.emoji}"`));
      assert.deepEqual(pictures.asked, ["/parrot.png"]);
    } finally {
      await bridge.stop();
      await pictures.stop();
    }
  });

  void it("waits for sure, and is not made, where the homeserver does not listen and the room is not entered", async () => {
    const [nowhere = 0] = await freePorts(1);
    const gone = { url: `http://127.0.0.1:${nowhere}`, serverName: SERVER };
    const platform = new MatrixConformance({ ...(await synapse()), ...gone }, listen);
    const bridge = platform.createBridge();
    await bridge.start(new ListeningHost());
    try {
      assert.equal(bridge.health().state, "down");
      const context: DeliveryContext = {
        room: "!room:matrix.test" as NativeRoom,
        key: "k" as DeliveryKey,
        origin,
      };
      await assert.rejects(bridge.perform(text("one", speaker), context), {
        code: "room_unreachable",
        certainty: "certain",
        retry: "after",
      });
    } finally {
      await bridge.stop();
    }
  });
});
