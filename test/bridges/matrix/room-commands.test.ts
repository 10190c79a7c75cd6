import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toldOf } from "../../../bridges/matrix/kept-event.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import { RoomCommands } from "../../../bridges/matrix/room-commands.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";

const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const ANNA = "@anna:hs.example";
const ALONE = "!alone" as NativeRoom;

const said = (id: string, body: string) =>
  toldOf({
    type: "m.room.message",
    event_id: id,
    sender: ANNA,
    content: { msgtype: "m.text", body },
  }) ?? assert.fail("it is an event");

void describe("a command", () => {
  void it("is done once, however often the homeserver tells of it", async () => {
    const asked: string[] = [];
    const commands = new RoomCommands({
      own,
      api: { call: () => Promise.resolve({ joined: { [ANNA]: {}, [own.bot]: {} } }) },
      ghosts: { bot: () => Promise.resolve({ id: own.bot, device: undefined }) },
      host: {
        gateway: "a.test",
        command: ({ text }) => {
          asked.push(text);
          return Promise.resolve("done");
        },
      },
      linked: () => false,
      log: createLogger({ level: "error", bodies: false }),
    });
    const first = said("$1", "!mimi code");
    await Promise.all([commands.heard(ALONE, first), commands.heard(ALONE, first)]);
    await commands.heard(ALONE, said("$2", "!mimi code"));
    await commands.heard(ALONE, first);
    assert.deepEqual(asked, ["code", "code"]);
  });
});
