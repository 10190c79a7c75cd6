import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { withServer } from "./receiver.ts";
import type { SimulatorOptions } from "./settings.ts";
import type { SlackSimulator } from "./simulator.ts";
import { GENERAL, LAB, onStage } from "./stage.ts";

interface Event {
  readonly type: string;
  readonly subtype?: string;
  readonly user?: unknown;
  readonly bot_id?: string;
  readonly username?: string;
  readonly text?: string;
  readonly blocks?: readonly unknown[];
  readonly channel?: unknown;
  readonly channel_type?: string;
  readonly message?: { readonly ts: string; readonly subtype?: string; readonly edited?: unknown };
  readonly root?: { readonly ts: string };
}

/** The inner events of what happens on a stage, in order. */
async function heard(
  run: (slack: SlackSimulator) => void | Promise<void>,
  options: SimulatorOptions = {},
): Promise<Event[]> {
  const events: Event[] = [];
  const take = (_request: IncomingMessage, body: string, response: ServerResponse): void => {
    events.push((JSON.parse(body) as { event: Event }).event);
    response.writeHead(200).end();
  };
  await onStage(options, async ({ slack }) => {
    await withServer(take, async (url) => {
      slack.events.useUrl(url);
      await run(slack);
      await slack.events.settled();
    });
  });
  return events;
}

void describe("people in the simulator", async () => {
  await it("type text that has blocks beside it, as Slack's programs make them", async () => {
    const [event] = await heard((slack) => {
      slack
        .workspace()
        .people.post(GENERAL, "U0BOB", "a &lt;b&gt; <@U0ALICE> <!here> <https://x.example|x> :tada:");
    });
    assert.equal(event?.text, "a &lt;b&gt; <@U0ALICE> <!here> <https://x.example|x> :tada:");
    const [block] = (event?.blocks ?? []) as { elements: { elements: unknown[] }[] }[];
    assert.deepEqual(block?.elements[0]?.elements, [
      { type: "text", text: "a <b> " },
      { type: "user", user_id: "U0ALICE" },
      { type: "text", text: " " },
      { type: "broadcast", range: "here" },
      { type: "text", text: " " },
      { type: "link", url: "https://x.example", text: "x" },
      { type: "text", text: " " },
      { type: "emoji", name: "tada" },
    ]);
  });

  await it("are heard to edit, while a preview that Slack adds is no edit", async () => {
    const events = await heard((slack) => {
      const { people } = slack.workspace();
      const ts = people.post(GENERAL, "U0BOB", "<https://x.example>");
      people.unfurl(GENERAL, ts, { from_url: "https://x.example", fallback: "X", text: "X" });
      people.edit(GENERAL, ts, "new");
    });
    assert.deepEqual(
      events.map(({ message }) => message?.edited !== undefined),
      [false, false, true],
    );
  });

  await it("delete a thread's first message, of which a stone is heard", async () => {
    const events = await heard((slack) => {
      const { people } = slack.workspace();
      const root = people.post(GENERAL, "U0BOB", "root");
      people.post(GENERAL, "U0ALICE", "reply", { threadTs: root, broadcast: true });
      people.delete(GENERAL, root);
    });
    const [, reply, stone] = events;
    assert.equal(reply?.subtype, "thread_broadcast");
    assert.ok(reply.root !== undefined);
    assert.deepEqual([stone?.subtype, stone?.message?.subtype], ["message_changed", "tombstone"]);
  });

  await it("come, go and rename, each heard twice as by Slack", async () => {
    const events = await heard((slack) => {
      const { people } = slack.workspace();
      people.inviteBot(LAB, "U0ALICE");
      people.join(LAB, "U0CAROL", "U0ALICE");
      people.leave(LAB, "U0CAROL");
      people.rename(LAB, "U0ALICE", "laboratory");
      people.setProfile("U0BOB", { displayName: "Robert" });
      people.removeBot(LAB, "U0ALICE");
    });
    assert.deepEqual(
      events.map(({ type, subtype }) => subtype ?? type).toSorted((one, other) => one.localeCompare(other)),
      [
        "channel_join",
        "channel_join",
        "channel_leave",
        "channel_leave",
        "channel_left",
        "channel_name",
        "channel_rename",
        "member_joined_channel",
        "member_joined_channel",
        "member_left_channel",
        "user_change",
      ],
    );
    const renamed = events.filter(({ type }) => type === "channel_rename").map(({ channel }) => channel);
    assert.equal((renamed as { name: string }[])[0]?.name, "laboratory");
  });

  await it("talk to the bot alone", async () => {
    const events = await heard((slack) => {
      const { people } = slack.workspace();
      people.post(people.openDirect("U0BOB"), "U0BOB", "help");
    });
    assert.deepEqual(
      events.map(({ text, channel_type }) => [text, channel_type]),
      [["help", "im"]],
    );
  });

  await it("remove the app, of which it is told", async () => {
    const events = await heard((slack) => slack.workspace().uninstall());
    assert.deepEqual(
      events.map(({ type }) => type),
      ["tokens_revoked", "app_uninstalled"],
    );
  });
});

/** The bot posts as Ann. */
async function postAsAnn(slack: SlackSimulator): Promise<void> {
  const body = new URLSearchParams({ channel: GENERAL, text: "x", username: "Ann" });
  const headers = { authorization: `Bearer ${slack.workspace().botToken}` };
  await fetch(`${slack.apiUrl}chat.postMessage`, { method: "POST", headers, body });
}

void describe("posts under another name", async () => {
  for (const form of ["bot_message", "bot_id"] as const) {
    await it(`are heard in the form of ${form}`, async () => {
      const [event] = await heard(postAsAnn, { customisedPosts: form });
      assert.equal(event?.username, "Ann");
      assert.equal(event.bot_id, "B0BOT0SIM");
      const isNamed = form === "bot_message";
      assert.deepEqual(
        [event.subtype, event.user === undefined],
        [isNamed ? "bot_message" : undefined, isNamed],
      );
    });
  }
});
