import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { createProgram } from "../../../core/cli/program.ts";
import { encodeContent } from "../../../mappings/content/codec.ts";
import { Disposition, type ExtensionValue, type Part, textPart } from "../../../mappings/content/content.ts";
import { Tagged } from "../../../mappings/content/cbor-value.ts";
import { eventId } from "../../../mappings/event-id.ts";
import { notingIo } from "../../support/noting-io.ts";
import { hex, id, markdown, sample } from "../../mappings/content/sample.ts";

const folder = mkdtempSync(join(tmpdir(), "mimi-content-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs a command line in this process, with pieces of `input` as standard input. */
async function inspect(input: Uint8Array | string, ...line: readonly string[]) {
  const { io, written } = notingIo(folder);
  const program = createProgram({
    bridges: () => assert.fail("no configuration is needed"),
    startGateway: () => assert.fail("no gateway is needed"),
    setups: () => assert.fail("not in these tests"),
    tryOut: () => assert.fail("not in these tests"),
    openOperations: () => assert.fail("no store is needed"),
  });
  const bytes = Buffer.from(input);
  const read = async function* () {
    await Promise.resolve();
    for (let i = 0; i < bytes.length; i += 100_000) yield bytes.subarray(i, i + 100_000);
  };
  const code = await program.run(["content", "inspect", ...line], { ...io, input: read });
  return { code, ...written };
}

async function idOf(input: Uint8Array, ...line: readonly string[]): Promise<string | null> {
  const { out } = await inspect(input, ...line);
  return (JSON.parse(out) as { messageId: string | null }).messageId;
}

const nothing: Part = { cardinality: "null", disposition: Disposition.reaction, language: "" };
const file: Part = {
  ...nothing,
  cardinality: "external",
  disposition: 77,
  contentType: "image/png",
  url: "https://a.example/x",
  expires: 0,
  size: 9,
  encAlg: 1,
  key: hex("aa"),
  nonce: hex("bb"),
  aad: hex(""),
  hashAlg: 1,
  contentHash: hex("cc"),
  description: "a cat",
  filename: "cat.png",
};
const picture: Part = { ...textPart("", "image/gif"), content: hex("00ff") };
const broken: Part = { ...textPart("", "text/plain"), content: hex("ff") };
const inner: Part = { ...nothing, cardinality: "multi", semantics: "chooseOne", parts: [picture, broken] };
const content = sample(
  {
    ...nothing,
    cardinality: "multi",
    semantics: "processAll",
    parts: [markdown("*hi*\u202e"), inner, file, nothing],
  },
  {
    replaces: id("01".repeat(32)),
    topicId: hex("0102"),
    expires: { relative: true, seconds: 60 },
    extensions: new Map<string | number, ExtensionValue>([
      [7, [true, hex("09"), 0.5, NaN]],
      ["gw:kind", new Map([["a", new Tagged(1, null)]])],
    ]),
  },
);
const bytes = encodeContent(content);
const messageId = eventId("message", content.sender, content.group, bytes, content.salt);

void describe("content inspect", () => {
  void it("prints everything that a document says", async () => {
    const { code, out, err } = await inspect(bytes);
    assert.deepEqual([code, err], [0, ""]);
    assert.ok(!out.includes("\u202e"));
    const none = { disposition: "reaction", language: "" };
    assert.deepEqual(JSON.parse(out), {
      messageId,
      octets: bytes.length,
      sender: content.sender,
      room: content.group,
      salt: "07".repeat(16),
      replaces: "01".repeat(32),
      topicId: "0102",
      expires: { relative: true, seconds: 60 },
      inReplyTo: null,
      extensions: { 7: [true, { hex: "09" }, 0.5, "NaN"], "gw:kind": { a: { tag: 1, value: null } } },
      body: {
        index: 0,
        cardinality: "multi",
        ...none,
        semantics: "processAll",
        parts: [
          {
            index: 1,
            cardinality: "single",
            disposition: "render",
            language: "",
            contentType: "text/markdown;variant=GFM-MIMI",
            text: "*hi*\u202e",
          },
          {
            index: 2,
            cardinality: "multi",
            ...none,
            semantics: "chooseOne",
            parts: [
              {
                index: 3,
                cardinality: "single",
                disposition: "render",
                language: "",
                contentType: "image/gif",
                content: "00ff",
              },
              {
                index: 4,
                cardinality: "single",
                disposition: "render",
                language: "",
                contentType: "text/plain",
                content: "ff",
              },
            ],
          },
          {
            ...file,
            index: 5,
            key: "aa",
            nonce: "bb",
            aad: "",
            contentHash: "cc",
          },
          { index: 6, cardinality: "null", ...none },
        ],
      },
    });
  });

  void it("takes hexadecimal digits, from a file, with and without --json", async () => {
    const digits = Buffer.from(bytes).toString("hex");
    const { out } = await inspect(bytes);
    assert.equal((await inspect(`${digits.slice(0, 80)}\n  ${digits.slice(80).toUpperCase()}\n`)).out, out);
    writeFileSync(join(folder, "raw.cbor"), bytes);
    assert.equal((await inspect("", "raw.cbor")).out, out);
    assert.equal((await inspect("", "raw.cbor", "--json")).out, out);
  });

  void it("makes the id of the sender and the room that are given", async () => {
    const alone = { ...content, sender: null, group: null };
    const told = ["--sender", content.sender, "--room", content.group];
    assert.equal(await idOf(encodeContent(alone)), null);
    const expected = eventId("message", content.sender, content.group, encodeContent(alone), content.salt);
    assert.equal(await idOf(encodeContent(alone), ...told), expected);
    assert.notEqual(await idOf(bytes, "--room", "mimi://other.example/r/x"), messageId);
    assert.equal(await idOf(bytes, ...told), messageId);
  });

  void it("says which rule a document breaks", async () => {
    const plain = await inspect("87");
    assert.deepEqual([plain.code, plain.out], [1, ""]);
    assert.match(plain.err, /^mimi-gateway: content_invalid: truncated: the document ends in the middle/);
    const json = await inspect(Buffer.concat([bytes, hex("00")]), "--json");
    assert.deepEqual([json.code, json.err], [1, ""]);
    assert.deepEqual(JSON.parse(json.out), {
      error: {
        code: "content_invalid",
        rule: "trailing",
        detail: `octets follow the document (at octet ${bytes.length})`,
      },
    });
    for (const [input, rule] of [
      ["", "truncated"],
      ["hello", "truncated"],
      ["80", "shape"],
      ["81".repeat(100_000), "nesting"],
    ] as const)
      assert.match((await inspect(input)).err, new RegExp(`content_invalid: ${rule}: `), input.slice(0, 10));
  });

  void it("says 2 where there is nothing to read, or too much", async () => {
    const gone = await inspect("", "gone.cbor");
    assert.equal(gone.code, 2);
    assert.match(gone.err, /usage: gone\.cbor cannot be read: ENOENT/);
    assert.equal((await inspect(new Uint8Array(5_000_000))).code, 2);
    assert.equal((await inspect("", "a", "b")).code, 2);
  });

  void it("reads the standard input of its process", () => {
    const main = fileURLToPath(new URL("gateway-process.ts", import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, [main, "content", "inspect"], { input: bytes });
    assert.equal(status, 0);
    assert.match(stdout.toString(), new RegExp(messageId));
  });
});
