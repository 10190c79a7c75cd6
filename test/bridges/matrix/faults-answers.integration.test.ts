/** What the gateway asks of a real Synapse, where the answer is lost, late, or a refusal. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { badGateway, type RequestFault } from "../../support/http-proxy.ts";
import { agree, type FaultyRooms, faultyRooms, firstWrite, textsThere, writes } from "./faults-run.ts";

const begin = await faultyRooms("matrix-faults-answers");

const refusal = (status: number, body: object): RequestFault => ({
  kind: "answer",
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
const slower = refusal(429, { errcode: "M_LIMIT_EXCEEDED", error: "slower", retry_after_ms: 300 });
const forbidden = refusal(403, { errcode: "M_FORBIDDEN", error: "you are banned" });

void describe("what is sent to Matrix", () => {
  let started: FaultyRooms | null = null;
  const run = (): FaultyRooms => started ?? assert.fail("nothing runs");
  const say = (text: string): Promise<string> => run().anna.say(run().from, text);
  const setAside = async (): Promise<number> => (await run().gateway().operations.status()).setAside;
  before(async () => {
    started = await begin();
  });
  beforeEach(() => {
    run().calls.onRequest = () => null;
  });
  after(() => started?.stop());

  void it("stands there once where Synapse took it, and was started anew before it was asked for it again", async () => {
    let taken = false;
    run().calls.onRequest = (request) => {
      if (taken) return { kind: "lost-before" };
      taken = writes(request, run().to);
      return taken ? { kind: "lost-after" } : null;
    };
    await say("taken");
    await eventually("it to be there", async () => (await textsThere(run())).includes("taken"), 20_000);
    await run().synapse.kill("SIGKILL");
    await run().synapse.restart();
    run().calls.onRequest = () => null;
    await say("behind what was taken");
    await agree(run());
  });

  void it("stands there once, and in order, where it never arrived, and where it comes behind the next try", async () => {
    firstWrite(run(), { kind: "lost-before" });
    await say("lost");
    await say("behind what was lost");
    await agree(run());
    let came = false;
    firstWrite(run(), { kind: "lost-late", ms: 2_500, arrived: () => (came = true) });
    await say("late");
    await say("behind what was late");
    await eventually("the one that was late", () => came, 20_000);
    await agree(run());
  });

  void it("is changed and taken away once where the answer to that is lost", async () => {
    const { anna, ben, from, to } = run();
    const edited = await say("frist");
    const gone = await say("to go");
    await agree(run());
    const lost = new Set<string>();
    run().calls.onRequest = (request) => {
      const kind = /\/(send\/[^/]+|redact)\//.exec(request.path)?.[1] ?? "";
      if (!writes(request, to) || lost.has(kind)) return null;
      lost.add(kind);
      return { kind: "lost-after" };
    };
    await anna.edit(from, edited, "first");
    await anna.react(from, edited, "🎉");
    await anna.redact(from, gone);
    await say("behind the changes");
    await agree(run());
    assert.deepEqual([...lost].toSorted(), ["redact", "send/m.reaction", "send/m.room.message"]);
    const edits = (await ben.timeline(to)).filter(({ content }) => content["m.new_content"] !== undefined);
    assert.equal(edits.length, 1);
  });

  void it("waits, in order, where a proxy has nothing but a page of HTML", async () => {
    let refused = 0;
    run().calls.onRequest = (request) => (writes(request, run().to) && ++refused === 1 ? badGateway : null);
    for (const text of ["one", "two"]) await say(text);
    await agree(run());
    assert.ok(refused > 1);
    assert.equal(await setAside(), 0);
  });

  void it("waits where the homeserver asks for patience, and delays nothing in another room", async () => {
    const { anna, ben, bot, gateway } = run();
    const power = { users: { [bot]: 100 } };
    const from = await anna.createRoom({ open: false, invite: [bot], power });
    const calm = await ben.createRoom({ open: false, invite: [bot], power });
    const rooms = [from, calm].map((room) => ({ account: "matrix", room }));
    await gateway().operations.link(rooms, null);
    let felt = 0;
    run().calls.onRequest = (request) => {
      if (!writes(request, run().to)) return null;
      felt += 1;
      return slower;
    };
    await say("slow 1");
    await say("slow 2");
    await eventually("the limit to be felt twice", () => felt >= 2, 20_000);
    await anna.say(from, "calm");
    const isThere = async () => (await ben.messages(calm)).some(({ body }) => body === "calm");
    await ben.waitFor("what was said in the other room", isThere, 20_000);
    assert.ok((await textsThere(run())).every((text) => !text.startsWith("slow")));
    run().calls.onRequest = () => null;
    await agree(run());
    assert.equal(await setAside(), 0);
  });

  void it("is set aside where the homeserver forbids it, its author told once, and the next one goes", async () => {
    const { anna, from, to, gateway } = run();
    firstWrite(run(), forbidden);
    await say("forbidden");
    const told = async () => (await anna.messages(from)).filter(({ body }) => body.includes("not delivered"));
    await anna.waitFor("the word to the author", async () => (await told()).length > 0, 30_000);
    const [aside, ...others] = await gateway().operations.setAsideList();
    assert.deepEqual([aside?.room, aside?.code, others.length], [to, "delivery_forbidden", 0]);
    await say("behind what was forbidden");
    const last = async () => (await textsThere(run())).at(-1);
    await eventually("the next one", async () => (await last()) === "behind what was forbidden", 20_000);
    await gateway().operations.setAsideRetry(aside?.id ?? 0);
    await eventually("it to be driven again", async () => (await last()) === "forbidden", 20_000);
    assert.equal((await told()).length, 1);
  });
});
