/** What is said in Matrix is said again when it comes back to a room of Matrix, and nothing else is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanText } from "../../../mappings/markup/flat-builder.ts";
import { type FlatText, Mark } from "../../../mappings/markup/flat.ts";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import type { MatrixContent } from "../../../mappings/matrix/calls.ts";
import { fromMimi } from "../../../mappings/matrix/from-mimi.ts";
import { toMimi } from "../../../mappings/matrix/to-mimi.ts";
import { textMessage } from "../../../mappings/message.ts";
import { arbitraryFlat, arbitraryText } from "../markup/arbitrary-flat.ts";
import { event, outgoing, text } from "./case-tools.ts";
import { everything, inbound, mark, outbound } from "./room.ts";

const parameters = { seed: 8, numRuns: 200 };

function written(said: FlatText): readonly MatrixContent[] {
  const { body } = textMessage(said);
  const { calls } = fromMimi(outgoing(body), everything, outbound);
  return calls.flatMap((call) => (call.kind === "send" ? [call.content] : []));
}

/** Each content as a message of bob's, without our mark. */
function readAgain(contents: readonly MatrixContent[]): readonly FlatText[] {
  return contents.flatMap((content) => {
    const [origin] = Object.keys(mark);
    const bare = Object.fromEntries(Object.entries(content).filter(([key]) => key !== origin));
    return toMimi(event("m.room.message", bare), inbound).events.flatMap((mapped) =>
      mapped.kind === "message" && mapped.message.body.kind === "text" ? [mapped.message.body.text] : [],
    );
  });
}

void test("a body without markup comes back character by character", () => {
  fc.assert(
    fc.property(arbitraryText, (body) => {
      const [first] = readAgain([text({ body })["content"] as MatrixContent]);
      if (first === undefined) return;
      assert.deepEqual(readAgain(written(first)), [first]);
      const lines = plainTextOf(first)
        .split("\n")
        .map((line) => line.trim());
      const given = cleanText(body, false)
        .split("\n")
        .map((line) => line.trim());
      assert.deepEqual(lines.filter(Boolean), given.filter(Boolean));
    }),
    parameters,
  );
});

void test("a text with markup comes back the same once Matrix has carried it", () => {
  fc.assert(
    fc.property(arbitraryFlat, (said) => {
      const once = readAgain(written(said));
      const twice = once.flatMap((part) => readAgain(written(part)));
      assert.deepEqual(twice, once);
    }),
    parameters,
  );
});

void test("a body never tells what is hidden, and @room addresses nobody by chance", () => {
  fc.assert(
    fc.property(arbitraryFlat, fc.stringMatching(/^[a-z]{12}$/), (said, secret) => {
      const run = { kind: "text", text: secret, marks: Mark.spoiler, link: null } as const;
      const hiding: FlatText = {
        blocks: [{ kind: "paragraph", quote: 0, list: 0, runs: [run] }, ...said.blocks],
      };
      const addressed = JSON.stringify(said).includes('"broadcast"');
      for (const content of written(hiding)) {
        assert.ok(!String(content["body"]).includes(secret));
        const mentions = content["m.mentions"] as MatrixContent;
        assert.equal(mentions["room"] === true, addressed && mentions["room"] === true);
      }
    }),
    parameters,
  );
});

void test("a long text keeps its words, in order, in parts of one message", () => {
  const sentences = Array.from({ length: 2_000 }, (_, at) => `Sentence ${String(at)} of many.`);
  const said = { blocks: [paragraphOf(sentences.join(" "))] };
  const parts = readAgain(written(said));
  assert.ok(parts.length > 2);
  assert.equal(parts.map(plainTextOf).join(" "), sentences.join(" "));
});

function paragraphOf(words: string) {
  const runs = [{ kind: "text", text: words, marks: 0, link: null }] as const;
  return { kind: "paragraph", quote: 0, list: 0, runs } as const;
}
