import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WebAPIPlatformError, WebAPIRequestError } from "@slack/web-api";
import type { Arguments } from "../../../bridges/slack/api.ts";
import { History } from "../../../bridges/slack/history.ts";
import { type ErrorCode, GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const room = "C1" as NativeRoom;

const refusal = (error: string): Error => new WebAPIPlatformError({ ok: false, error });
const message = (ts: number) => ({ type: "message", ts: `${ts}.000000`, text: "said" });

interface Asked {
  readonly method: string;
  readonly args: Arguments;
  readonly patient: boolean;
}

/** Slack as these answers have it, one for each call; an Error is thrown. */
function answering(...answers: readonly unknown[]) {
  const asked: Asked[] = [];
  const refused: GatewayError[] = [];
  const history = new History(
    (method, args, patient) => {
      const answer = answers[asked.length];
      asked.push({ method, args, patient });
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    (error) => refused.push(error),
  );
  return { history, asked, refused };
}

async function all(history: History): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { messages } of history.since(room, "1.000000"))
    found.push(...messages.map(({ message: { ts } }) => ts));
  return found;
}

const code = (expected: ErrorCode) => (error: unknown) =>
  error instanceof GatewayError && error.code === expected;

void describe("the history of a channel", () => {
  void it("is read to its end however little Slack gives at a time", async () => {
    const pages = [90, 60, 30].map((last, i) => ({
      messages: Array.from({ length: 15 }, (_, n) => message(last - n)),
      ...(i < 2 && { response_metadata: { next_cursor: `page ${i}` } }),
    }));
    const { history, asked } = answering(...pages);
    assert.equal((await all(history)).length, 45);
    assert.deepEqual(
      asked.map(({ args }) => args["cursor"]),
      [undefined, "page 0", "page 1"],
    );
    assert.ok(asked.every(({ patient, args }) => patient && args["oldest"] === "1.000000"));
  });

  void it("leaves out what is no message and reads on", async () => {
    const { history } = answering({ messages: [{ ts: 5 }, message(4), {}] });
    assert.deepEqual(await all(history), ["4.000000"]);
  });

  void it("is asked for again where a page got no answer, and goes on from there", async () => {
    const lost = new WebAPIRequestError(new Error("socket hang up"));
    const next = { messages: [message(9)], response_metadata: { next_cursor: "more" } };
    const { history, asked } = answering(next, lost, { messages: [message(8)] });
    assert.deepEqual(await all(history), ["9.000000", "8.000000"]);
    assert.deepEqual(
      asked.map(({ args }) => args["cursor"]),
      [undefined, "more", "more"],
    );
  });

  void it("is not asked for again where Slack refuses it", async () => {
    const { history, asked } = answering(refusal("not_in_channel"));
    await assert.rejects(all(history), code("request_refused"));
    assert.equal(asked.length, 1);
  });

  void it("has no replies where the thread is gone, and asks for others all the same", async () => {
    const { history, refused } = answering(refusal("thread_not_found"), {
      messages: [message(1), message(2)],
    });
    assert.deepEqual(await history.replies(room, "1.000000", "0.0"), []);
    const replies = await history.replies(room, "1.000000", "0.0");
    assert.deepEqual(
      replies.map(({ message: { ts } }) => ts),
      ["2.000000"],
    );
    assert.deepEqual(refused, []);
  });

  void it("is asked for no thread any more once Slack has said that the token may read none", async () => {
    const { history, asked, refused } = answering(refusal("not_allowed_token_type"));
    assert.deepEqual(await history.replies(room, "1.000000", "0.0"), []);
    assert.deepEqual(await history.replies(room, "2.000000", "0.0"), []);
    assert.equal(asked.length, 1);
    assert.deepEqual(refused, [history.threadsRefused]);
  });

  void it("tells a message that is gone from one of which Slack says nothing", async () => {
    const stone = { message: { ...message(1), subtype: "tombstone" } };
    const { history, asked } = answering(
      refusal("message_not_found"),
      stone,
      { message: message(1) },
      refusal("missing_scope"),
      {},
    );
    const look = () => history.look(room, "1.000000");
    assert.deepEqual([await look(), await look()], ["gone", "gone"]);
    const found = await look();
    assert.ok(found !== null && found !== "gone");
    assert.equal(found.message.ts, "1.000000");
    assert.deepEqual([await look(), await look()], [null, null]);
    assert.ok(asked.every(({ args, method }) => method === "reactions.get" && args["full"] === true));
  });

  void it("says whether anything older is kept, with one look", async () => {
    const { history, asked } = answering({ messages: [message(1)] }, { messages: [] });
    assert.equal(await history.holdsBefore(room, "5.000000"), true);
    assert.equal(await history.holdsBefore(room, "5.000000"), false);
    assert.ok(asked.every(({ args }) => args["latest"] === "5.000000" && args["limit"] === 1));
  });
});
