import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WebClient } from "@slack/web-api";
import { clientOf, codeOf, GENERAL, LAB, onStage } from "./stage.ts";

void describe("the simulator's channels", async () => {
  await it("are listed by kind and page, and entered where they are open", async () => {
    await onStage({}, async ({ slack, client }) => {
      const open = await client.conversations.list({ limit: 1 });
      assert.deepEqual(
        open.channels?.map(({ name, is_member }) => [name, is_member]),
        [["general", true]],
      );
      const cursor = open.response_metadata?.next_cursor ?? "";
      const rest = await client.conversations.list({
        limit: 1,
        cursor,
        types: "public_channel,private_channel",
      });
      assert.deepEqual(
        rest.channels?.map(({ name }) => name),
        ["lab"],
      );
      assert.equal(rest.response_metadata?.next_cursor, "", "of private ones only those that the bot is in");
      assert.equal(await codeOf(client.conversations.list({ types: "secret" })), "invalid_types");

      await client.conversations.join({ channel: LAB });
      assert.deepEqual((await client.conversations.join({ channel: LAB }))["warning"], "already_in_channel");
      assert.equal(await codeOf(client.conversations.join({ channel: "C0SECRET" })), "channel_not_found");
      slack.workspace().people.inviteBot("C0SECRET", "U0ALICE");
      assert.equal(
        await codeOf(client.conversations.join({ channel: "C0SECRET" })),
        "method_not_supported_for_channel_type",
      );
      const { members } = await client.conversations.members({ channel: LAB });
      assert.deepEqual(members, ["U0ALICE", "U0BOB", slack.workspace().botUser]);
      assert.equal((await client.conversations.info({ channel: LAB })).channel?.topic?.value, "Experiments");
    });
  });

  await it("have topics and names within Slack's rules", async () => {
    await onStage({ limits: "off" }, async ({ slack, client }) => {
      const topic = async (text: string) => client.conversations.setTopic({ channel: GENERAL, topic: text });
      await topic("x".repeat(250));
      assert.equal(await codeOf(topic("x".repeat(251))), "too_long");
      await client.conversations.setPurpose({ channel: GENERAL, purpose: "why" });
      assert.equal(slack.workspace().channel(GENERAL).purpose, "why");
      assert.equal(
        await codeOf(client.conversations.rename({ channel: GENERAL, name: "n" })),
        "not_authorized",
      );

      slack.workspace().people.addChannel({ id: "C0OWN", name: "own", members: [slack.workspace().botUser] });
      const rename = async (name: string) => codeOf(client.conversations.rename({ channel: "C0OWN", name }));
      assert.equal(await rename(""), "invalid_name_required");
      assert.equal(await rename("Upper"), "invalid_name_specials");
      assert.equal(await rename("two words"), "invalid_name_specials");
      assert.equal(await rename("--"), "invalid_name_punctuation");
      assert.equal(await rename("x".repeat(81)), "invalid_name_maxlength");
      assert.equal(await rename("lab"), "name_taken");
      await client.conversations.rename({ channel: "C0OWN", name: "größe-2" });
      assert.equal(slack.workspace().channel("C0OWN").name, "größe-2");
    });
  });

  await it("are archived, invited to and left as Slack allows", async () => {
    await onStage({ limits: "off" }, async ({ client }) => {
      await client.conversations.join({ channel: LAB });
      const invite = async (users: string) => codeOf(client.conversations.invite({ channel: LAB, users }));
      assert.equal(await invite("U0BOB"), "already_in_channel");
      assert.equal(await invite("U0NONE"), "user_not_found");
      await client.conversations.invite({ channel: LAB, users: "U0CAROL" });
      await client.conversations.kick({ channel: LAB, user: "U0CAROL" });
      assert.equal(
        await codeOf(client.conversations.kick({ channel: LAB, user: "U0CAROL" })),
        "not_in_channel",
      );
      assert.equal(await codeOf(client.conversations.archive({ channel: GENERAL })), "cant_archive_general");
      await client.conversations.archive({ channel: LAB });
      assert.equal(await codeOf(client.conversations.archive({ channel: LAB })), "already_archived");
      await client.conversations.unarchive({ channel: LAB });
      assert.equal(await codeOf(client.conversations.unarchive({ channel: LAB })), "not_archived");
    });
  });

  await it("hold reactions and pins", async () => {
    await onStage({ limits: "off" }, async ({ slack, client }) => {
      const { people, botUser } = slack.workspace();
      const ts = people.post(GENERAL, "U0BOB", "look");
      const item = { channel: GENERAL, timestamp: ts };
      await client.reactions.add({ ...item, name: "+1::skin-tone-3" });
      assert.equal(
        await codeOf(client.reactions.add({ ...item, name: "+1::skin-tone-3" })),
        "already_reacted",
      );
      assert.equal(await codeOf(client.reactions.add({ ...item, name: "no_such_emoji" })), "invalid_name");
      assert.equal(await codeOf(client.reactions.remove({ ...item, name: "tada" })), "no_reaction");
      assert.equal(
        await codeOf(client.reactions.add({ ...item, timestamp: "x", name: "tada" })),
        "bad_timestamp",
      );
      for (let n = 0; n < 60; n += 1) people.react(GENERAL, ts, `U0FAN${n}`, "tada");
      const { messages } = await client.conversations.history({ channel: GENERAL });
      const [thumb, tada] = messages?.[0]?.reactions ?? [];
      assert.deepEqual([thumb?.name, thumb?.users], ["+1::skin-tone-3", [botUser]]);
      assert.deepEqual([tada?.count, tada?.users?.length], [60, 50], "history cuts the users short");

      await client.pins.add(item);
      assert.equal(await codeOf(client.pins.add(item)), "already_pinned");
      const { items } = await client.pins.list({ channel: GENERAL });
      assert.equal(items?.[0]?.message?.ts, ts);
      await client.pins.remove(item);
      assert.equal(await codeOf(client.pins.remove(item)), "no_pin");
    });
  });
});

void describe("the simulator's files", async () => {
  await it("are uploaded in three steps, shared, read with a token, and deleted", async () => {
    await onStage({ limits: "off" }, async ({ slack, client }) => {
      const bytes = Buffer.from("\u0000picture\r\n\r\n");
      const { upload_url = "", file_id = "" } = await client.files.getUploadURLExternal({
        filename: "cat.png",
        length: bytes.length,
        alt_text: "a cat",
      });
      const complete = async () =>
        client.files.completeUploadExternal({
          files: [{ id: file_id, title: "A cat" }],
          channel_id: GENERAL,
          initial_comment: "see",
        });
      assert.equal(await codeOf(complete()), "file_update_failed");
      assert.equal((await fetch(upload_url, { method: "POST", body: "short" })).status, 400);
      assert.equal((await fetch(upload_url, { method: "POST", body: bytes })).status, 200);
      const answer = await complete();
      assert.deepEqual(answer.files?.[0]?.shares, {}, "the answer does not say by which message");
      assert.equal(await codeOf(complete()), "file_not_found");

      const { file } = await client.files.info({ file: file_id });
      const [message] = slack.workspace().messages(GENERAL);
      assert.equal(file?.shares?.public?.[GENERAL]?.[0]?.ts, message?.ts);
      assert.deepEqual([file?.mimetype, file?.title, message?.text], ["image/png", "A cat", "see"]);
      const url = file?.url_private_download ?? "";
      const authorization = `Bearer ${slack.workspace().botToken}`;
      const read = await fetch(url, { headers: { authorization } });
      assert.deepEqual(Buffer.from(await read.arrayBuffer()), bytes);
      const page = await fetch(url);
      assert.deepEqual(
        [page.status, page.headers.get("content-type")],
        [200, "text/html"],
        "a page to log in",
      );

      await client.files.delete({ file: file_id });
      assert.equal(await codeOf(client.files.info({ file: file_id })), "file_deleted");
      const foreign = slack.workspace().people.upload(GENERAL, "U0BOB", { name: "a.txt", bytes });
      assert.equal(await codeOf(client.files.delete({ file: foreign.files[0] ?? "" })), "cant_delete_file");
    });
  });

  await it("are taken from Slack's own upload function too", async () => {
    await onStage({}, async ({ slack, client }) => {
      await client.filesUploadV2({ channel_id: GENERAL, filename: "n.txt", file: Buffer.from("notes") });
      const [message] = slack.workspace().messages(GENERAL);
      assert.equal(Buffer.from(slack.workspace().bytes(message?.files[0] ?? "")).toString(), "notes");
    });
  });

  await it("may be in the channel late, or never", async () => {
    await onStage({ limits: "off" }, async ({ slack, client }) => {
      const upload = async () =>
        client.filesUploadV2({ channel_id: GENERAL, filename: "n.txt", file: Buffer.from("notes") });
      slack.faults.fileShareMs = 4_000;
      await upload();
      assert.equal(slack.workspace().messages(GENERAL).length, 0);
      slack.clock.advance(4_000);
      assert.equal(slack.workspace().messages(GENERAL).length, 1);
      slack.faults.fileShareMs = null;
      await upload();
      slack.clock.advance(3_600_000);
      assert.equal(slack.workspace().messages(GENERAL).length, 1);
    });
  });
});

void describe("arguments", async () => {
  await it("may come as JSON only where the method takes JSON", async () => {
    await onStage({}, async ({ slack }) => {
      const token = slack.workspace().botToken;
      const call = async (method: string, body: string, type = "application/json; charset=utf-8") => {
        const headers = { authorization: `Bearer ${token}`, "content-type": type };
        const answer = await fetch(`${slack.apiUrl}${method}`, { method: "POST", headers, body });
        return (await answer.json()) as { ok: boolean; error?: string; warning?: string };
      };
      const post = JSON.stringify({ channel: GENERAL, text: "x" });
      assert.equal((await call("chat.postMessage", post)).ok, true);
      assert.equal((await call("chat.postMessage", post, "application/json")).warning, "missing_charset");
      assert.equal((await call("chat.postMessage", "{")).error, "invalid_json");
      assert.equal((await call("chat.postMessage", "[]")).error, "json_not_object");
      assert.equal((await call("chat.postMessage", post, "text/plain")).error, "invalid_form_data");
      const info = JSON.stringify({ channel: GENERAL });
      assert.equal((await call("conversations.info", info)).error, "invalid_arguments");
    });
  });

  await it("belong to the workspace of the token", async () => {
    const users = [{ id: "U0EVE", name: "eve" }];
    const channels = [{ id: "C0TWO", name: "two", members: ["U0EVE"], bot: true }];
    const two = { id: "T0TWO", name: "Two", domain: "two", users, channels };
    const one = { id: "T0ONE", name: "One", domain: "one", users: [], channels: [], scopes: ["chat:write"] };
    await onStage({ workspaces: [one, two] }, async ({ slack, client }) => {
      const other: WebClient = clientOf(slack, slack.workspace("T0TWO").botToken);
      assert.equal(
        await codeOf(client.chat.postMessage({ channel: "C0TWO", text: "x" })),
        "channel_not_found",
      );
      assert.equal((await other.chat.postMessage({ channel: "C0TWO", text: "x" })).ok, true);
      assert.equal((await other.team.info()).team?.domain, "two");
    });
  });
});
