import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import type { Asked } from "../../../core/bridge/host.ts";
import { GatewayError } from "../../../core/errors.ts";
import { createLogger } from "../../../core/log.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { plainWords, SlashCommands, type TypedCommand } from "../../../bridges/slack/slash-commands.ts";

interface Seen {
  readonly text: string;
  readonly blocks: unknown;
}

const lines: string[] = [];
const log = createLogger({ level: "debug", bodies: false, stream: { write: (line) => lines.push(line) } });

/** `answer`: of the gateway; `responds`: whether Slack takes what comes later by its address. */
function stage(answer: (asked: Asked) => Promise<string>, responds = true) {
  const acknowledged: (Seen | undefined)[] = [];
  const responded: unknown[] = [];
  const calls: { method: string; args: Readonly<Record<string, unknown>> }[] = [];
  const commands = new SlashCommands({
    host: { command: answer },
    managers: { manages: (user, _room, here) => Promise.resolve(user === "U0BOSS" && here !== null) },
    call: (method, args) => {
      calls.push({ method, args });
      return Promise.resolve({});
    },
    log,
    acknowledgedWithin: 20,
  });
  const type = (text: string, from: Partial<TypedCommand["command"]> = {}) =>
    commands.take({
      command: {
        trigger_id: randomUUID(),
        user_id: "U0BOB",
        user_name: "bob",
        channel_id: "C0LAB",
        text,
        ...from,
      },
      ack: (shown) => {
        acknowledged.push(shown);
        return Promise.resolve();
      },
      respond: (message) => {
        if (!responds) return Promise.reject(new Error("410"));
        responded.push(message);
        return Promise.resolve(new Response());
      },
    });
  return { type, acknowledged, responded, calls };
}

void describe("a slash command", () => {
  void it("is answered at once where the gateway is quick, and to its author alone", async () => {
    const asked: Asked[] = [];
    const { type, acknowledged, responded } = stage((one) => {
      asked.push(one);
      return Promise.resolve("mtp1:a_b_c <!channel>");
    });
    await type("code");
    assert.equal(asked[0]?.here, "C0LAB");
    assert.deepEqual(asked[0]?.from, { native: "U0BOB", name: "bob" });
    assert.deepEqual(acknowledged, [
      {
        response_type: "ephemeral",
        text: "mtp1:a_b_c &lt;!channel&gt;",
        blocks: [
          {
            type: "rich_text",
            elements: [
              { type: "rich_text_section", elements: [{ type: "text", text: "mtp1:a_b_c <!channel>" }] },
            ],
          },
        ],
      },
    ]);
    assert.deepEqual(responded, []);
  });

  void it("is acknowledged without an answer where that takes long, and answered later", async () => {
    const slow = Promise.withResolvers<string>();
    const { type, acknowledged, responded, calls } = stage(() => slow.promise);
    const typed = type("link");
    await eventually("it to be acknowledged", () => acknowledged.length > 0);
    assert.deepEqual(acknowledged, [undefined]);
    slow.resolve("linked at last");
    await typed;
    assert.equal(responded.length, 1);
    assert.deepEqual((responded[0] as Seen).text, "linked at last");
    assert.deepEqual(calls, []);
  });

  void it("is answered by an ephemeral message where Slack's address is good no more", async () => {
    const slow = Promise.withResolvers<string>();
    const { type, acknowledged, calls } = stage(() => slow.promise, false);
    const typed = type("code");
    await eventually("it to be acknowledged", () => acknowledged.length > 0);
    slow.resolve("secret-code-text");
    await typed;
    const [call] = calls;
    assert.equal(call?.method, "chat.postEphemeral");
    assert.equal(call?.args["user"], "U0BOB");
    assert.equal(call?.args["channel"], "C0LAB");
    assert.ok(lines.length > 0);
    assert.ok(lines.every((line) => !line.includes("secret-code-text")));
  });

  void it("is told what failed", async () => {
    const { type, acknowledged } = stage(() =>
      Promise.reject(new GatewayError("store_full", "no room left")),
    );
    await type("status");
    assert.equal(acknowledged[0]?.text, "That did not work: no room left");
  });

  void it("of one person waits for no more than two others of his", async () => {
    const slow = Promise.withResolvers<string>();
    const { type, acknowledged } = stage(() => slow.promise);
    const typed = [type("a"), type("b"), type("c")];
    await type("d");
    assert.match(acknowledged[0]?.text ?? "", /One command after the other/);
    const other = type("e", { user_id: "U0EVE" });
    slow.resolve("done");
    await Promise.all([...typed, other]);
    assert.equal(acknowledged.length, 5);
    await type("f");
    assert.equal(acknowledged[5]?.text, "done");
  });

  void it("that Slack sends again runs once, and is answered again", async () => {
    const asked: string[] = [];
    const { type, acknowledged, responded } = stage(({ text }) => {
      asked.push(text);
      return Promise.resolve(`answer ${asked.length}`);
    });
    await type("code", { trigger_id: "1.2.a" });
    await type("code", { trigger_id: "1.2.a" });
    await type("code", { trigger_id: "1.2.b" });
    assert.deepEqual(asked, ["code", "code"]);
    assert.deepEqual(
      acknowledged.map((one) => one?.text),
      ["answer 1", "answer 1", "answer 2"],
    );
    assert.deepEqual(responded, []);
  });

  void it("that Slack sends again while it runs is answered later once", async () => {
    const slow = Promise.withResolvers<string>();
    let runs = 0;
    const { type, acknowledged, responded } = stage(() => {
      runs += 1;
      return slow.promise;
    });
    const typed = [1, 2, 3, 4, 5].map(() => type("link", { trigger_id: "1.2.a" }));
    await eventually("all to be acknowledged", () => acknowledged.length === 5);
    slow.resolve("linked");
    await Promise.all(typed);
    assert.equal(runs, 1);
    assert.deepEqual(acknowledged, [undefined, undefined, undefined, undefined, undefined]);
    assert.equal(responded.length, 1);
  });

  void it("in a direct conversation is in no room, and there nobody manages one by being there", async () => {
    const rights: unknown[] = [];
    const { type } = stage(async ({ here, manages }) => {
      rights.push(here, await manages("C0LAB" as never));
      return "done";
    });
    await type("help", { channel_id: "D0BOSS", user_id: "U0BOSS" });
    await type("help", { user_id: "U0BOSS" });
    assert.deepEqual(rights, [null, false, "C0LAB", true]);
  });
});

void it("what Slack has made references of is taken as it was typed", () => {
  assert.equal(plainWords("link <#C0LAB|lab>"), "link C0LAB");
  assert.equal(plainWords("link <#C0LAB>"), "link C0LAB");
  assert.equal(plainWords("link xmpp:<mailto:a@b.example|a@b.example>"), "link xmpp:a@b.example");
  assert.equal(plainWords("link <mailto:a@b.example>"), "link a@b.example");
  assert.equal(plainWords("redeem mtp1:<http://b.example|b.example>:k:s"), "redeem mtp1:b.example:k:s");
  assert.equal(plainWords("a &amp;lt; b"), "a &lt; b");
});
