import assert from "node:assert/strict";
import { test } from "node:test";
import { namedIn } from "../../../core/groups/named-in.ts";
import type { GroupUri, UserUri } from "../../../mappings/ids.ts";
import type { Block } from "../../../mappings/markup/flat.ts";
import { message, textMessage } from "../../../mappings/message.ts";

const [ann, ben] = ["ann", "ben"].map((name) => `mimi://a.test/u/${name}` as UserUri);
const group = "mimi://a.test/r/eng" as GroupUri;
const mention = (user: UserUri | undefined) =>
  ({ kind: "mention", user: user ?? assert.fail(), name: "x", marks: 0 }) as const;

void test("a text names users and groups, each once, wherever they stand in it", () => {
  const blocks: readonly Block[] = [
    { kind: "paragraph", quote: 0, list: 0, runs: [mention(ann), mention(ann)] },
    { kind: "rule", quote: 0, list: 0 },
    {
      kind: "item",
      quote: 0,
      list: 1,
      marker: "bullet",
      runs: [mention(ben), { kind: "group", group, name: "eng", marks: 0 }],
    },
  ];
  assert.deepEqual(namedIn(textMessage({ blocks })), {
    users: [ann, ben],
    groups: new Map([[group, "eng"]]),
  });
  assert.deepEqual(namedIn(message({ kind: "unreaction" })), { users: [], groups: new Map() });
});
