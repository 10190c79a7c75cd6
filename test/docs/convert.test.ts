import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { noContext, readContextFile } from "../../core/convert/context-file.ts";
import { convertInput } from "../../core/convert/convert.ts";
import { blocksOf } from "./blocks.ts";

const blocks = blocksOf("docs/convert.md");
const [printed, context] = blocks.filter(({ language }) => language === "json");
const command = blocks.find(({ language }) => language === "sh");

void describe("docs/convert.md", () => {
  void it("shows what its first command prints", () => {
    const event = /'(\{.*\})'/.exec(command?.text ?? "")?.[1] ?? "";
    assert.match(command?.text ?? "", /--from slack --to xmpp/);
    const conversion = { from: "slack", to: "xmpp", context: noContext } as const;
    assert.deepEqual(convertInput(Buffer.from(event), conversion), JSON.parse(printed?.text ?? ""));
  });

  void it("shows a context file without mistakes", () => {
    assert.ok(readContextFile(context?.text ?? "", "convert.md").users["U1"]);
  });
});
