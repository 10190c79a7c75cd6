import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { Room } from "../../../bridges/xmpp/room.ts";
import type { PingAnswer } from "../../../bridges/xmpp/room-pings.ts";
import { SignsOfLife } from "../../../bridges/xmpp/signs-of-life.ts";
import { StanzaError } from "../../../bridges/xmpp/stream.ts";
import { attribute, type Element, xml } from "../../../bridges/xmpp/xml.ts";
import { eventually } from "../../support/harness-eventually.ts";

const DOMAIN = "gateway.test";
const WITHIN_MS = 50;

function asking(jids: readonly (readonly [jid: string, live: boolean])[], answerWithinMs = WITHIN_MS) {
  const asked: Element[] = [];
  const through: string[] = [];
  const answers = new Map<string, () => Promise<PingAnswer>>();
  const server = { answer: (): Promise<Element> => Promise.resolve(xml("iq", { type: "result" })) };
  const rooms = new Map(
    jids.map(([jid, live]) => [jid as NativeRoom, { jid: jid as NativeRoom, live } as Room]),
  );
  const signs = new SignsOfLife({
    stream: {
      request(iq) {
        asked.push(iq);
        return server.answer();
      },
    },
    domain: DOMAIN,
    rooms,
    pings: {
      ping({ jid }) {
        through.push(jid);
        return answers.get(jid.split("@")[1] ?? "")?.() ?? Promise.resolve("here");
      },
    },
    answerWithinMs,
  });
  const silence = (jid: string) => signs.silence(jid as NativeRoom);
  return { signs, asked, through, answers, server, silence };
}

void describe("signs of life of an XMPP service", () => {
  void it("are an answer of the server's, of whatever kind", async () => {
    const { signs, asked, server } = asking([]);
    await signs.ask();
    assert.deepEqual([attribute(asked[0] ?? xml("no"), "to"), asked[0]?.children.length], [DOMAIN, 1]);
    const refusal = xml("error", { type: "cancel" });
    server.answer = () => Promise.reject(new StanzaError(xml("iq", { type: "error" }, refusal)));
    await signs.ask();
    server.answer = () => Promise.reject(new GatewayError("request_timeout", "nothing came"));
    await assert.rejects(signs.ask(), { code: "request_timeout" });
  });

  void it("are asked of each service of rooms through one of them, another one each time", async () => {
    const { signs, through } = asking([
      ["a@one.test", true],
      ["b@one.test", true],
      ["c@two.test", true],
      ["d@two.test", false],
    ]);
    for (let i = 0; i < 2; i += 1) await signs.ask();
    const rounds = [through.slice(0, 2), through.slice(2)].map((round) => new Set(round));
    assert.ok(rounds.every((round) => round.size === 2 && round.has("c@two.test")));
    assert.deepEqual(new Set(through), new Set(["a@one.test", "b@one.test", "c@two.test"]));
  });

  void it("that a service does not give at once are no fault yet", async () => {
    const { signs, answers, silence } = asking([["a@one.test", true]], 600_000);
    answers.set("one.test", () => Promise.resolve("silent"));
    await signs.ask();
    assert.equal(silence("a@one.test"), null);
  });

  void it("that a service does not give are a fault of all its rooms, until it answers", async () => {
    const { signs, answers, silence, through } = asking([
      ["a@one.test", true],
      ["b@one.test", true],
      ["c@two.test", true],
    ]);
    const late = Promise.withResolvers<PingAnswer>();
    answers.set("one.test", () => late.promise);
    await signs.ask();
    await eventually("the silence to be noticed", () => silence("a@one.test") !== null);
    assert.match(silence("b@one.test") ?? "", /^the service one\.test does not answer$/);
    assert.equal(silence("c@two.test"), null);
    await signs.ask();
    assert.equal(through.filter((jid) => jid.endsWith("@one.test")).length, 1, "one question at a time");
    late.resolve("silent");
    await eventually("the question to be over", async () => {
      await signs.ask();
      return through.filter((jid) => jid.endsWith("@one.test")).length > 1;
    });
    assert.notEqual(silence("a@one.test"), null);
    answers.set("one.test", () => Promise.resolve("lost"));
    await eventually("it to answer again", async () => {
      await signs.ask();
      return silence("a@one.test") === null;
    });
  });
});
