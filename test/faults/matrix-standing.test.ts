import assert from "node:assert/strict";
import { it } from "node:test";
import { timelineRoom } from "./matrix-standing.ts";

let events = 0;
const event = (type: string, content: object, more: object = {}) => ({
  event_id: `$${++events}`,
  type,
  sender: "@anna:matrix.test",
  content: content as Record<string, unknown>,
  origin_server_ts: 1_000 * events,
  ...more,
});
const text = (body: string) => event("m.room.message", { msgtype: "m.text", body });
const edit = (of: string, body: string) =>
  event("m.room.message", {
    msgtype: "m.text",
    body: `* ${body}`,
    "m.new_content": { msgtype: "m.text", body },
    "m.relates_to": { rel_type: "m.replace", event_id: of },
  });

void it("what stands in a timeline has edits, redactions and reactions applied", () => {
  const [first, second] = [text("anna1 1"), text("anna1 2")];
  const reaction = event("m.reaction", {
    "m.relates_to": { rel_type: "m.annotation", event_id: first.event_id, key: "🎉" },
  });
  const gone = event("m.room.message", {}, { unsigned: { redacted_because: {} } });
  const all = [first, second, edit(second.event_id, "anna1 3"), reaction, gone, text("somebody came")];
  assert.deepEqual(timelineRoom(all), {
    standing: [
      { text: "anna1 1", edited: false, reactions: ["🎉"], at: first.origin_server_ts },
      { text: "anna1 3", edited: true, reactions: [], at: second.origin_server_ts },
    ],
    twice: [],
  });
  assert.deepEqual(timelineRoom([...all, text("anna1 3")]).twice, ["anna1 3"]);
});
