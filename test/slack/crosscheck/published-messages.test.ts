/**
 * The simulator's answers in the published types of @slack/web-api: each is written down here as a value of its type,
 * which the compiler checks, and the simulator must give just that.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type {
  ChatDeleteResponse,
  ChatPostEphemeralResponse,
  ChatPostMessageResponse,
  ChatUpdateResponse,
  ConversationsHistoryResponse,
  ConversationsRepliesResponse,
  FilesCompleteUploadExternalResponse,
  FilesGetUploadURLExternalResponse,
  FilesInfoResponse,
  ReactionsAddResponse,
} from "@slack/web-api";
import { GENERAL, onStage } from "../stage.ts";
import { answerTo } from "./answers.ts";

const TS = "1790000000.000000";
const BOT = { bot_id: "B0BOT0SIM", app_id: "A0SIMULATOR" } as const;

void describe("the simulator's messages and files in the published types", async () => {
  await it("a post, its reply, its change, and how history has them", async () => {
    await onStage({ limits: "off" }, async (stage) => {
      const metadata = { event_type: "mimigw", event_payload: { id: "1" } };
      const shown = {
        subtype: "bot_message",
        ...BOT,
        username: "Bob (there)",
        type: "message",
        ts: TS,
        text: "hello",
        metadata,
      };
      const posted: ChatPostMessageResponse = { ok: true, channel: GENERAL, ts: TS, message: shown };
      const args = { channel: GENERAL, text: "hello", username: "Bob (there)", metadata };
      assert.deepEqual(await answerTo(stage, "chat.postMessage", args), posted);
      const reacted: ReactionsAddResponse = { ok: true };
      assert.deepEqual(
        await answerTo(stage, "reactions.add", { channel: GENERAL, timestamp: TS, name: "tada" }),
        reacted,
      );
      const { ts: reply } = await stage.client.chat.postMessage({
        channel: GENERAL,
        text: "more",
        thread_ts: TS,
      });
      assert.ok(reply !== undefined);
      const edited = { user: "U0BOT0SIM", ts: "1790000000.000000" };
      const thread = {
        thread_ts: TS,
        reply_count: 1,
        reply_users_count: 1,
        latest_reply: reply,
        reply_users: ["U0BOT0SIM"],
        is_locked: false,
        subscribed: false,
      };
      const reactions = [{ name: "tada", count: 1, users: ["U0BOT0SIM"] }];
      const changed: ChatUpdateResponse = {
        ok: true,
        channel: GENERAL,
        ts: TS,
        text: "good day",
        message: { ...shown, text: "good day", edited },
      };
      const { message, ...update } = await answerTo(stage, "chat.update", {
        channel: GENERAL,
        ts: TS,
        text: "good day",
      });
      const { message: due, ...rest } = changed;
      assert.deepEqual(update, rest);
      assert.deepEqual(message, { ...due, ...thread, reactions });
      const history: ConversationsHistoryResponse = {
        ok: true,
        messages: [{ ...shown, text: "good day", edited, reactions, ...thread }],
        has_more: false,
        pin_count: 0,
        channel_actions_count: 0,
      };
      // Slack gives null there, which the type does not know.
      const all = { channel: GENERAL, include_all_metadata: true };
      assert.deepEqual(await answerTo(stage, "conversations.history", all), {
        ...history,
        channel_actions_ts: null,
      });
      const replies = await answerTo(stage, "conversations.replies", { channel: GENERAL, ts: TS });
      const bare: ConversationsRepliesResponse = { ok: true, has_more: false };
      assert.deepEqual({ ...replies, messages: undefined }, { ...bare, messages: undefined });
      const whispered: ChatPostEphemeralResponse = { ok: true };
      const whisper = await answerTo(stage, "chat.postEphemeral", {
        channel: GENERAL,
        user: "U0BOB",
        text: "psst",
      });
      assert.deepEqual({ ...whispered, message_ts: whisper["message_ts"] }, whisper);
      const deleted: ChatDeleteResponse = { ok: true, channel: GENERAL, ts: reply };
      assert.deepEqual(await answerTo(stage, "chat.delete", { channel: GENERAL, ts: reply }), deleted);
    });
  });

  await it("a file, from its place to its share", async () => {
    await onStage({ limits: "off" }, async (stage) => {
      const { url } = stage.slack;
      const place = await answerTo(stage, "files.getUploadURLExternal", { filename: "a.txt", length: 3 });
      const typed: FilesGetUploadURLExternalResponse = {
        ok: true,
        upload_url: `${url}/upload/v1/T0SIM-F00SIM00001`,
        file_id: "F00SIM00001",
      };
      assert.deepEqual(place, typed);
      await fetch(typed.upload_url ?? "", { method: "POST", body: "abc" });
      const file = {
        id: "F00SIM00001",
        created: 1_790_000_000,
        timestamp: 1_790_000_000,
        name: "a.txt",
        title: "A",
        mimetype: "text/plain",
        filetype: "txt",
        pretty_type: "File",
        user: "U0BOT0SIM",
        user_team: "T0SIM",
        editable: false,
        size: 3,
        mode: "hosted",
        is_external: false,
        external_type: "",
        is_public: true,
        public_url_shared: false,
        display_as_bot: false,
        username: "",
        url_private: `${url}/files-pri/T0SIM-F00SIM00001/a.txt`,
        url_private_download: `${url}/files-pri/T0SIM-F00SIM00001/download/a.txt`,
        permalink: `${url}/files/U0BOT0SIM/F00SIM00001/a.txt`,
        groups: [],
        ims: [],
        has_rich_preview: false,
        file_access: "visible",
      };
      const done: FilesCompleteUploadExternalResponse = {
        ok: true,
        files: [{ ...file, channels: [], shares: {} }],
      };
      const given = { channel_id: GENERAL, files: [{ id: "F00SIM00001", title: "A" }] };
      assert.deepEqual(await answerTo(stage, "files.completeUploadExternal", given), done);
      const { ts = "" } = stage.slack.workspace().messages(GENERAL).at(-1) ?? {};
      const share = { ts, reply_users: [], reply_count: 0, source: "UNKNOWN" };
      const info: FilesInfoResponse = {
        ok: true,
        file: { ...file, channels: [GENERAL], shares: { public: { [GENERAL]: [share] } } },
        comments: [],
        response_metadata: { next_cursor: "" },
      };
      const { response_metadata: _, ...due } = info;
      assert.deepEqual(await answerTo(stage, "files.info", { file: "F00SIM00001" }), due);
    });
  });
});
