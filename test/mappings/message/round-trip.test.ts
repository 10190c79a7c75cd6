import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeContent, encodeContent } from "../../../mappings/content/codec.ts";
import type { MimiContent } from "../../../mappings/content/content.ts";
import type { GroupUri, UserUri } from "../../../mappings/ids.ts";
import type { Message } from "../../../mappings/message.ts";
import { fromContent } from "../../../mappings/message/from-content.ts";
import { normaliseMessage } from "../../../mappings/message/normalise.ts";
import { toContent } from "../../../mappings/message/to-content.ts";
import { anyContent } from "../content/sample.ts";
import { anyMessage } from "./any-message.ts";

const complete = (message: Message): MimiContent => ({
  ...toContent(message),
  salt: new Uint8Array(16),
  sender: "mimi://a.example/u/anna" as UserUri,
  group: "mimi://a.example/r/lobby" as GroupUri,
});

/** Octets compare as octets, whatever object holds them. */
const comparable = (message: Message): unknown =>
  JSON.parse(
    JSON.stringify(message, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
    ),
  );

void describe("a message as mimi-content", () => {
  void it("comes back from the bytes as its normal form", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const read = fromContent(decodeContent(encodeContent(complete(message))));
        assert.deepEqual(comparable(read), comparable(normaliseMessage(message)));
      }),
      { seed: 41, numRuns: 1500 },
    );
  });

  void it("has a normal form that is its own normal form", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const normal = normaliseMessage(message);
        assert.deepEqual(comparable(normaliseMessage(normal)), comparable(normal));
      }),
      { seed: 42, numRuns: 1000 },
    );
  });
});

void describe("any content", () => {
  void it("is read, and what was read can be written and read again", () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        const message = fromContent(content);
        const again = fromContent(decodeContent(encodeContent(complete(message))));
        assert.deepEqual(comparable(again), comparable(normaliseMessage(message)));
      }),
      { seed: 43, numRuns: 500 },
    );
  });
});
