import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { matrixConfig, matrixConfigSchema } from "../../../bridges/matrix/config.ts";
import { Homeserver } from "../../../bridges/matrix/homeserver.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { ListeningHost } from "../../support/listening-host.ts";

const ROOM = "!room:hs.example" as NativeRoom;
const ANNA = "@anna:hs.example";

/** A host of one room whose writes wait, and that notes the commands it is given. */
class SlowHost extends ListeningHost {
  readonly commands: string[] = [];

  override rooms() {
    return Promise.resolve([{ room: ROOM, mark: null }] as never[]);
  }

  override command(): Promise<string> {
    this.commands.push("command");
    return Promise.resolve("");
  }
}

/** A gateway at a homeserver that hands things over, but does not answer. */
async function stage() {
  const host = new SlowHost();
  const config = matrixConfig({
    name: "matrix",
    ...matrixConfigSchema.parse({
      name: "matrix",
      bridge: "matrix",
      homeserver: "http://127.0.0.1:1",
      server_name: "hs.example",
      as_token: "a".repeat(64),
      hs_token: "b".repeat(64),
      listen: "127.0.0.1:9100",
    }),
  });
  const homeserver = new Homeserver({
    config,
    own: new OwnUsers(config),
    host,
    log: createLogger({ level: "fatal" as "error", bodies: false }),
    media: { maxBytes: 1, allow: [] },
    reach: { answered: () => undefined, unanswered: () => undefined, away: false },
  });
  await homeserver.enterRooms();
  const told = { room_id: ROOM, type: "m.room.message", event_id: "$1", sender: ANNA };
  const event = { ...told, content: { msgtype: "m.text", body: "!mimi help" } };
  const others = { ...told, event_id: "$2", content: { msgtype: "m.text", body: "hello" } };
  const deliver = () => homeserver.appService.deliver({ id: "1", events: [event, others], ephemeral: [] });
  return { homeserver, host, deliver };
}

void describe("what a homeserver hands over", () => {
  void it("is refused when the account is let go while nothing can be written", async () => {
    const { homeserver, host, deliver } = await stage();
    host.gate = new Promise(() => undefined);
    const open = deliver();
    while (host.asked === 0) await new Promise(setImmediate);
    homeserver.stop();
    await assert.rejects(open, /let go/);
  });

  void it("is no command before it is written, and none again when it is repeated", async () => {
    const { homeserver, host, deliver } = await stage();
    const { promise, reject } = Promise.withResolvers<void>();
    host.gate = promise;
    const failing = assert.rejects(deliver(), /the store is away/);
    while (host.asked === 0) await new Promise(setImmediate);
    assert.deepEqual(host.commands, []);
    reject(new Error("the store is away"));
    await failing;
    assert.deepEqual(host.commands, []);
    host.gate = Promise.resolve();
    await deliver();
    await deliver();
    assert.deepEqual(host.commands, ["command"]);
    homeserver.stop();
  });
});
