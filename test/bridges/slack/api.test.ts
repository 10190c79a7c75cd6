/** One call of the Web API: made once, whatever comes of it; held up by nothing but its own limit; its token in a header alone. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { inspect } from "node:util";
import { describe, it, type TestContext } from "node:test";
import { SlackApi } from "../../../bridges/slack/api.ts";
import { FixedToken } from "../../../bridges/slack/credentials.ts";
import { CallBudget } from "../../../bridges/slack/limits.ts";
import { throttledFor } from "../../../bridges/slack/refusal.ts";

const TOKEN = "xoxb-1-secret";

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}
const ok: Answer = { status: 200, body: JSON.stringify({ ok: true }) };

/** A Web API that answers as it is told; what it was asked. */
async function stage(t: TestContext, answer: (channel: string) => Answer) {
  const asked: { readonly request: IncomingMessage; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ request, body });
      const { status, headers, body: told } = answer(new URLSearchParams(body).get("channel") ?? "");
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(told);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const api = new SlackApi({
    credentials: new FixedToken(TOKEN),
    watch: { refused: () => undefined, worked: () => undefined },
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    pace: new CallBudget(),
  });
  const post = (channel: string) => api.call("chat.postMessage", { channel, text: "hi" });
  return { asked, post };
}

const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => assert.fail("it is refused"),
    (thrown: unknown) => thrown,
  );

void describe("a call", () => {
  void it("that comes too often is refused at once, and holds up no other channel", async (t) => {
    const tooOften: Answer = { status: 429, headers: { "retry-after": "30" }, body: "" };
    const { asked, post } = await stage(t, (channel) => (channel === "C1" ? tooOften : ok));
    const begun = performance.now();
    assert.equal(throttledFor(await failure(post("C1"))), 30_000);
    assert.deepEqual(await post("C2"), { ok: true, response_metadata: {} });
    assert.ok(performance.now() - begun < 20_000);
    // The channel is left alone for as long as Slack wants.
    await assert.rejects(post("C1"), { code: "delivery_throttled" });
    assert.equal(asked.length, 2);
  });

  void it("that Slack does not answer well is not made again", async (t) => {
    const { asked, post } = await stage(t, () => ({ status: 503, body: "" }));
    await failure(post("C1"));
    assert.equal(asked.length, 1);
  });

  void it("has its token in a header and nowhere else, and a failure does not tell it", async (t) => {
    const answers: Answer[] = [
      ok,
      { status: 500, body: "no" },
      { status: 200, body: '{"ok":false,"error":"no"}' },
    ];
    const { asked, post } = await stage(t, () => answers.shift() ?? { status: 200, body: "<html>" });
    const told = [await post("C1")];
    for (const channel of ["C2", "C3", "C4"]) told.push(await failure(post(channel)));
    assert.equal(asked.length, 4);
    for (const { request, body } of asked) {
      assert.equal(request.headers.authorization, `Bearer ${TOKEN}`);
      assert.ok(!`${request.url} ${body}`.includes(TOKEN));
    }
    assert.ok(!inspect(told, { depth: 10 }).includes(TOKEN));
  });
});
