import assert from "node:assert/strict";
import { it } from "node:test";
import { examineRooms } from "../../../bridges/xmpp/examine.ts";
import type { Room } from "../../../bridges/xmpp/room.ts";
import type { PingAnswer } from "../../../bridges/xmpp/room-pings.ts";

/** What it may not do there is said by its rights alone. */
const room = (jid: string, live: boolean, fault: string | null = null) =>
  ({
    jid,
    live,
    fault,
    stay: { missing: () => [{ what: "moderated", remedy: "make it a moderator" }] },
  }) as unknown as Room;

void it("rooms are asked whether the gateway is in them, where it thinks so", async () => {
  const asked: string[] = [];
  const answers: Readonly<Record<string, PingAnswer>> = {
    "a@r": "here",
    "b@r": "lost",
    "c@r": "silent",
    "f@r": "here",
  };
  const pings = {
    ping: ({ jid }: Room) => {
      asked.push(jid);
      return Promise.resolve(answers[jid] ?? "silent");
    },
  };
  const rooms = [
    room("a@r", true),
    room("b@r", true),
    room("c@r", true),
    room("d@r", false),
    room("f@r", true),
    room("e@r", false, "the gateway was put out of the room"),
  ];
  assert.deepEqual(
    (await examineRooms(rooms, pings)).map(({ check, state }) => `${check} ${state}`),
    ["muc:a@r ok", "muc:b@r warning", "muc:c@r warning", "muc:d@r warning", "muc:f@r ok", "muc:e@r fault"],
  );
  assert.deepEqual(asked, ["a@r", "b@r", "c@r", "f@r"]);
});
