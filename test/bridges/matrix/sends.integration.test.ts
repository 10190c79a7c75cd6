/** Calls that are made again on a real Synapse, whose memory of transactions ends with it unless they are of a device. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeliveryContext, Speaker, Step } from "../../../core/bridge/outbound.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";
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

  void it("says for certain that it was not made where the homeserver does not listen", async () => {
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
        code: "account_down",
        certainty: "certain",
        retry: "after",
      });
    } finally {
      await bridge.stop();
    }
  });
});
