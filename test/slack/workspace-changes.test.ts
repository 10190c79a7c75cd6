import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codeOf, GENERAL, onStage } from "./stage.ts";
import { usualWorkspace } from "./usual-workspace.ts";
import { withServer } from "./receiver.ts";

const settings = { limits: "off", workspaces: [{ ...usualWorkspace, usergroups: { S1: "ops" } }] } as const;

void describe("what changes in the simulator's workspace as a whole", () => {
  void it("is told: a channel's new id, its end, new emoji", async () => {
    await onStage(settings, async ({ slack, client }) => {
      const heard: Record<string, unknown>[] = [];
      await withServer(
        (_request, body, response) => {
          heard.push((JSON.parse(body) as { event: Record<string, unknown> }).event);
          response.writeHead(200).end();
        },
        async (url) => {
          slack.events.useUrl(url);
          const { people } = slack.workspace();
          const ts = people.post(GENERAL, "U0BOB", "stays");
          people.move(GENERAL, "C0NEW");
          people.addEmoji("party", "https://emoji.example/party.png");
          await slack.events.settled();
          assert.equal(await codeOf(client.conversations.info({ channel: GENERAL })), "channel_not_found");
          const { messages } = await client.conversations.history({ channel: "C0NEW" });
          assert.deepEqual(
            messages?.map((message) => message.ts),
            [ts],
          );
          assert.equal((await client.emoji.list()).emoji?.["party"], "https://emoji.example/party.png");
          people.destroy("C0NEW");
          await slack.events.settled();
        },
      );
      assert.deepEqual(
        heard.map(({ type }) => type),
        ["message", "channel_id_changed", "emoji_changed", "channel_deleted"],
      );
      assert.deepEqual([heard[1]?.["old_channel_id"], heard[1]?.["new_channel_id"]], [GENERAL, "C0NEW"]);
    });
  });

  void it("has groups of users, for apps that may see them", async () => {
    await onStage(settings, async ({ client }) => {
      const { usergroups } = await client.usergroups.list();
      assert.deepEqual(
        usergroups?.map(({ id, handle }) => [id, handle]),
        [["S1", "ops"]],
      );
    });
    await onStage({ scopes: ["emoji:read"] }, async ({ client }) => {
      assert.equal(await codeOf(client.usergroups.list()), "missing_scope");
      assert.equal(await codeOf(client.pins.list({ channel: GENERAL })), "missing_scope");
    });
  });
});
