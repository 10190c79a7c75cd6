import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ChatPostMessageResponse, ConversationsRepliesResponse } from "@slack/web-api";
import { codeOf, GENERAL, LAB, onStage, refusalOf } from "./stage.ts";

const words = (text: string) => ({ type: "plain_text", text });
const rich = (...elements: unknown[]) => [{ type: "rich_text", elements }];
const inSection = (...elements: unknown[]) => rich({ type: "rich_text_section", elements });

void describe("the simulator's messages", async () => {
  await it("are posted, changed and deleted by the bot, and found in history with their metadata", async () => {
    await onStage({}, async ({ slack, client }) => {
      const metadata = { event_type: "mimigw", event_payload: { id: "ab", part: 0 } };
      const posted = await client.chat.postMessage({
        channel: GENERAL,
        text: "hello",
        username: "Ann (XMPP)",
        icon_url: "https://gateway.example/a.png",
        metadata,
      });
      const ts = posted.ts ?? "";
      assert.equal(posted.message?.subtype, "bot_message");
      const other = await client.chat.postMessage({ channel: GENERAL, text: "second" });
      assert.ok((other.ts ?? "") > ts);

      const without = await client.conversations.history({ channel: GENERAL });
      assert.equal(without.messages?.[0]?.ts, other.ts);
      assert.equal(without.messages?.[1]?.metadata, undefined);
      const { messages } = await client.conversations.history({
        channel: GENERAL,
        oldest: ts,
        inclusive: true,
        limit: 5,
        include_all_metadata: true,
      });
      assert.deepEqual(messages?.[1]?.metadata, metadata);
      assert.equal(messages?.[1]?.username, "Ann (XMPP)");

      await client.chat.update({ channel: GENERAL, ts, text: "changed" });
      assert.equal(slack.workspace().message(GENERAL, ts)?.text, "changed");
      assert.notEqual(slack.workspace().message(GENERAL, ts)?.edited, null);
      await client.chat.delete({ channel: GENERAL, ts });
      assert.equal(await codeOf(client.chat.delete({ channel: GENERAL, ts })), "message_not_found");
      const foreign = slack.workspace().people.post(GENERAL, "U0BOB", "mine");
      assert.equal(
        await codeOf(client.chat.update({ channel: GENERAL, ts: foreign, text: "x" })),
        "cant_update_message",
      );
      assert.equal(
        await codeOf(client.chat.delete({ channel: GENERAL, ts: foreign })),
        "cant_delete_message",
      );
    });
  });

  await it("are refused with Slack's codes", async () => {
    await onStage({ limits: "off" }, async ({ slack, client }) => {
      const post = async (more: object) =>
        codeOf(client.apiCall("chat.postMessage", { channel: GENERAL, ...more }));
      assert.equal(await post({ text: "" }), "no_text");
      assert.equal(await post({ text: "\uFE0F" }), "no_text");
      assert.equal(await post({ channel: "C0NONE", text: "x" }), "channel_not_found");
      assert.equal(await post({ channel: LAB, text: "x" }), "not_in_channel");
      assert.equal(await post({ channel: "C0SECRET", text: "x" }), "channel_not_found");
      assert.equal(await post({ text: "x", thread_ts: "1.000001" }), "cannot_reply_to_message");
      assert.equal(
        await post({ text: "x", metadata: { event_type: "a b", event_payload: {} } }),
        "invalid_metadata_format",
      );
      const deep = { event_type: "a", event_payload: { a: { b: { c: 1 } } } };
      assert.equal(await post({ text: "x", metadata: deep }), "invalid_metadata_format");
      const large = { event_type: "a", event_payload: { a: "x".repeat(9_000) } };
      assert.equal(await post({ text: "x", metadata: large }), "metadata_too_large");

      const { ts = "" } = await client.chat.postMessage({ channel: GENERAL, text: "x" });
      const tooLong = client.chat.update({ channel: GENERAL, ts, text: "x".repeat(4_001) });
      assert.equal(await codeOf(tooLong), "msg_too_long");
      slack.faults.editsClosed = true;
      assert.equal(
        await codeOf(client.chat.update({ channel: GENERAL, ts, text: "y" })),
        "edit_window_closed",
      );
      slack.workspace().people.inviteBot(LAB, "U0ALICE");
      slack.workspace().people.archive(LAB, "U0ALICE");
      assert.equal(await post({ channel: LAB, text: "x" }), "is_archived");
    });
  });

  await it("have blocks of the published shapes only, within the limits", async () => {
    await onStage({ limits: "off" }, async ({ client }) => {
      const post = async (blocks: unknown): Promise<ChatPostMessageResponse> =>
        client.apiCall("chat.postMessage", { channel: GENERAL, text: "fallback", blocks });

      const good = await post([
        ...inSection({ type: "text", text: "a", style: { bold: true } }, { type: "user", user_id: "U0BOB" }),
        ...rich({ type: "rich_text_list", style: "ordered", indent: 8, offset: 2, border: 1, elements: [] }),
        { type: "divider" },
      ]);
      assert.equal(good.ok, true);
      const bad: readonly [string, unknown][] = [
        ["invalid_blocks_format", { type: "divider" }],
        ["invalid_blocks_format", "[{"],
        ["invalid_blocks", Array.from({ length: 51 }, () => ({ type: "divider" }))],
        ["invalid_blocks", [{ type: "section", text: words("x".repeat(3_001)) }]],
        ["invalid_blocks", [{ type: "section" }]],
        ["invalid_blocks", [{ type: "unheard-of" }]],
        ["invalid_blocks", inSection({ type: "text", text: "" })],
        ["invalid_blocks", inSection({ type: "text", text: "a", style: { loud: true } })],
        ["invalid_blocks", inSection({ type: "user", user_id: "bob" })],
        ["invalid_blocks", rich({ type: "rich_text_list", style: "bullet", indent: 9, elements: [] })],
        [
          "invalid_blocks",
          rich({ type: "rich_text_quote", elements: [{ type: "rich_text_section", elements: [] }] }),
        ],
        ["msg_blocks_too_long", inSection({ type: "text", text: "x".repeat(13_001) })],
      ];
      for (const [code, blocks] of bad)
        assert.equal(await codeOf(post(blocks)), code, JSON.stringify(blocks).slice(0, 90));
      const { errors } = await refusalOf(post([{ type: "section" }]));
      assert.match(String(errors), /json-pointer:\/blocks\/0/);
      const update = client.apiCall("chat.update", { channel: GENERAL, ts: good.ts, text: "only text" });
      assert.equal(await codeOf(update), "block_mismatch");
    });
  });

  await it("form threads, whose first message leaves a stone when it is deleted", async () => {
    await onStage({ limits: "off" }, async ({ slack, client }) => {
      const { people } = slack.workspace();
      const { ts: root = "" } = await client.chat.postMessage({ channel: GENERAL, text: "root" });
      const replies = Array.from({ length: 5 }, (_, n) =>
        people.post(GENERAL, "U0BOB", `reply ${n}`, { threadTs: root }),
      );
      const { ts: sent = "" } = await client.chat.postMessage({
        channel: GENERAL,
        text: "for all",
        thread_ts: replies[0] ?? "",
        reply_broadcast: true,
      });

      const { messages = [] } = await client.conversations.history({ channel: GENERAL });
      assert.deepEqual(
        messages.map(({ ts }) => ts),
        [sent, root],
      );
      assert.deepEqual([messages[1]?.reply_count, messages[1]?.latest_reply], [6, sent]);
      const seen: (string | undefined)[] = [];
      const pages = client.paginate("conversations.replies", { channel: GENERAL, ts: root, limit: 2 });
      for await (const page of pages) {
        const { messages: shown = [] }: ConversationsRepliesResponse = page;
        assert.equal(shown[0]?.ts, root);
        seen.push(...shown.slice(1).map(({ ts }) => ts));
      }
      assert.deepEqual(seen, [...replies, sent]);

      await client.chat.delete({ channel: GENERAL, ts: root });
      const stone = await client.conversations.replies({ channel: GENERAL, ts: root });
      const [left]: { subtype?: string; user?: string }[] = stone.messages ?? [];
      assert.deepEqual([left?.subtype, left?.user], ["tombstone", "USLACKBOT"]);
      for (const ts of [...replies, sent]) people.delete(GENERAL, ts);
      assert.equal(
        await codeOf(client.conversations.replies({ channel: GENERAL, ts: root })),
        "thread_not_found",
      );
    });
  });

  await it("come by pages whose cursors outlive what they point at", async () => {
    await onStage({}, async ({ slack, client }) => {
      const { people } = slack.workspace();
      const all = Array.from({ length: 5 }, (_, n) => people.post(GENERAL, "U0BOB", String(n)));
      const first = await client.conversations.history({ channel: GENERAL, limit: 2 });
      assert.equal(first.has_more, true);
      people.delete(GENERAL, all[2] ?? "");
      const cursor = first.response_metadata?.next_cursor ?? "";
      const second = await client.conversations.history({ channel: GENERAL, limit: 2, cursor });
      assert.deepEqual(
        second.messages?.map(({ text }) => text),
        ["1", "0"],
      );
      assert.equal(second.response_metadata?.next_cursor, undefined);
      assert.equal(
        await codeOf(client.conversations.history({ channel: GENERAL, cursor: "x" })),
        "invalid_cursor",
      );
      assert.equal(
        await codeOf(client.conversations.history({ channel: GENERAL, oldest: "soon" })),
        "invalid_ts_oldest",
      );
      assert.equal(await codeOf(client.conversations.history({ channel: LAB })), "not_in_channel");
    });
  });

  await it("can be for one person alone", async () => {
    await onStage({}, async ({ slack, client }) => {
      await client.chat.postEphemeral({ channel: GENERAL, user: "U0BOB", text: "psst" });
      assert.deepEqual(slack.workspace().ephemerals, [{ channel: GENERAL, user: "U0BOB", text: "psst" }]);
      assert.deepEqual(slack.workspace().messages(GENERAL), []);
      const stranger = client.chat.postEphemeral({ channel: GENERAL, user: "U0NONE", text: "x" });
      assert.equal(await codeOf(stranger), "user_not_in_channel");
    });
  });
});
