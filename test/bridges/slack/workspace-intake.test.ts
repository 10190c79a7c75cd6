import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { WorkspaceIntake } from "../../../bridges/slack/workspace-intake.ts";
import { METADATA_TYPE } from "../../../mappings/slack/inbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { self } from "./around.ts";

const LINKED = "C0LINKED" as NativeRoom;
const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
const ID = "01".repeat(32);

void describe("what comes from Slack", () => {
  let seen: unknown[] = [];
  beforeEach(() => {
    seen = [];
  });
  const see = (...what: readonly unknown[]) => void seen.push(what);
  const channel = {
    heard: ({ moment }: { readonly moment: string }) => Promise.resolve(see("heard", moment)),
    heardOwn: (ts: string) => see("own", ts),
    repair: () => see("repair", LINKED),
  };
  const intake = new WorkspaceIntake({
    identity: { team: "T1", self, workspace: "https://t1.slack.com/" },
    channels: {
      get: (room) => (room === LINKED ? channel : undefined),
      befallen: ({ kind }) => Promise.resolve(see("fate", kind)),
      underNewNames: (event) => event,
    },
    heard: { note: () => undefined },
    echoes: { heard: (_room, ts) => see("echo", ts) },
    memory: { post: () => "1700.000001" },
    host: { doubled: (_room, _event, native) => Promise.resolve(see("doubled", native)) },
    log,
    answer: () => Promise.resolve("answered"),
    repair: () => see("repair all"),
  });
  const take = (event: object, team = "T1") =>
    intake.take({ type: "event_callback", team_id: team, event: { channel: LINKED, ...event } });
  const said = { type: "message", user: "U1", ts: "1800.000001", text: "hello" };

  void it("goes to its channel, and is taken for nothing where that is not linked", async () => {
    await take(said);
    await take({ ...said, channel: "C0OTHER" });
    assert.deepEqual(seen, [["heard", "1800.000001"]]);
  });

  void it("of another workspace is refused, whichever way it came", async () => {
    await assert.rejects(
      take(said, "T2"),
      (error) => error instanceof GatewayError && error.code === "event_malformed",
    );
    assert.deepEqual(seen, []);
  });

  void it("has the channels read again where something was held back or taken away in bulk", async () => {
    await intake.take({ type: "app_rate_limited", team_id: "T1", minute_rate_limited: 1 });
    await take({ type: "channel_history_changed", ts: "1800.000001" });
    await take({ type: "channel_history_changed", ts: "1800.000001", channel: "C0OTHER" });
    await take({ type: "group_history_changed", ts: "1800.000001", channel: undefined });
    assert.deepEqual(seen, [["repair all"], ["repair", LINKED], ["repair all"]]);
  });

  void it("is noted where the gateway has posted it, and counted where it stands there twice", async () => {
    const metadata = { event_type: METADATA_TYPE, event_payload: { id: ID, part: 0 } };
    const own = { ...said, user: self.user, bot_id: self.bot, app_id: self.app, metadata };
    await take({ ...own, ts: "1700.000001" });
    await take({ ...own, ts: "1700.000002" });
    assert.deepEqual(seen, [
      ["echo", "1700.000001"],
      ["own", "1700.000001"],
      ["echo", "1700.000002"],
      ["own", "1700.000002"],
      ["doubled", "1700.000002"],
    ]);
  });

  void it("that becomes of a channel as a whole befalls it, and all else is answered", async () => {
    await take({ type: "channel_archive" });
    assert.deepEqual(seen, [["fate", "closed"]]);
    assert.equal(await intake.take({ command: "/mimi", team_id: "T1" }), "answered");
  });
});
