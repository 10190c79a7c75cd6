import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { matrix, slack, stanza } from "../convert/samples.ts";

const main = fileURLToPath(new URL("../../../bridges/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "mimi-convert-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs the real command, in a folder without a configuration. */
async function convert(input: string | Uint8Array, ...line: readonly string[]) {
  const child = spawn(process.execPath, [main, "convert", ...line], { cwd: folder });
  const written = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (written.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (written.err += text));
  // It may end before it reads.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...written };
}

interface Answer {
  readonly native?: readonly unknown[];
  readonly losses?: readonly unknown[];
  readonly error?: { readonly code: string; readonly detail: string };
}

const answers = (out: string): readonly Answer[] =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);

void describe("convert", { concurrency: 2 }, () => {
  void it("prints what would be sent and what is lost", async () => {
    const { code, out, err } = await convert(JSON.stringify(slack), "--from", "slack", "--to", "matrix");
    assert.deepEqual([code, err], [0, ""]);
    const { native, losses } = JSON.parse(out) as Answer;
    assert.match(JSON.stringify(native), /^\[\{"type":"m.room.message"/);
    assert.deepEqual(losses, []);
  });

  void it("reads CBOR raw and in hexadecimal", async () => {
    const { out } = await convert(stanza, "--from", "xmpp", "--to", "mimi");
    const [first] = (JSON.parse(out) as { native: { cbor: string }[] }).native;
    const digits = first?.cbor ?? "";
    const line = ["--from", "mimi", "--to", "xmpp"] as const;
    const [hex, raw] = await Promise.all([
      convert(`${digits}\n`, ...line),
      convert(Buffer.from(digits, "hex"), ...line),
    ]);
    assert.equal(hex.code, 0);
    assert.match(hex.out, /Ship \*2\.0\*/);
    assert.equal(raw.out, hex.out);
  });

  void it("answers each line in order, and goes on after a bad one", async () => {
    const reaction = { type: "reaction_added", user: "U1", reaction: "tada", event_ts: slack.ts };
    const input = [
      JSON.stringify(slack),
      "{",
      "",
      "[1]",
      JSON.stringify({ ...reaction, item: { type: "message", ts: slack.ts } }),
      JSON.stringify({ ...slack, text: "two\u2028lines" }),
      `"${"x".repeat(5_000_000)}"`,
      JSON.stringify({ ...slack, text: "the last line has no end" }),
    ].join("\n");
    const { code, out, err } = await convert(input, "--from", "slack", "--to", "xmpp", "--lines");
    assert.deepEqual([code, err], [0, ""]);
    const all = answers(out);
    assert.deepEqual(
      all.map(({ native, error }) => error?.code ?? native?.length),
      [1, "event_malformed", "event_malformed", "event_malformed", 1, 1, "event_malformed", 1],
    );
    assert.ok(all.every(({ error }) => error?.detail !== ""));
    assert.match(String(all.at(-1)?.native?.[0]), /the last line has no end/);
  });

  void it("reads stanzas in strings, a line each", async () => {
    const input = `${JSON.stringify(stanza)}\n"<a"\n${JSON.stringify(stanza)}\n`;
    const { out } = await convert(input, "--from", "xmpp", "--to", "slack", "--lines");
    const [first, bad, last] = answers(out);
    assert.equal(bad?.error?.code, "event_malformed");
    assert.ok(first?.native?.length === 1);
    assert.deepEqual(last, first);
  });

  void it("takes names, rooms and ids from a context file", async () => {
    const file = join(folder, "context.json");
    const context = { users: { "@al:hs.example": "Albert" }, room: { target: "C9" } };
    writeFileSync(file, JSON.stringify(context));
    const line = ["--from", "matrix", "--to", "slack", "--context", "context.json"] as const;
    const { code, out } = await convert(JSON.stringify(matrix), ...line);
    assert.equal(code, 0);
    assert.match(out, /"channel": "C9"/);
    assert.match(out, /"username": "Albert/);
  });

  void it("refuses a bad input or a wrong line with a code", async () => {
    const both = ["--from", "slack", "--to", "xmpp"] as const;
    writeFileSync(join(folder, "bad.json"), "{}{");
    const [bad, target, none, context, absent] = await Promise.all([
      convert("{", ...both, "--json"),
      convert("{}", "--from", "slack", "--to", "irc"),
      convert("{}", "--from", "slack"),
      convert("{}", ...both, "--context", "bad.json"),
      convert("{}", ...both, "--context", "absent.json"),
    ]);
    assert.equal(bad.code, 1);
    assert.equal((JSON.parse(bad.out) as Answer).error?.code, "event_malformed");
    assert.deepEqual(
      [target, none, context, absent].map(({ code, out }) => [code, out]),
      [
        [2, ""],
        [2, ""],
        [2, ""],
        [2, ""],
      ],
    );
    assert.match(context.err, /bad\.json is no JSON/);
    assert.match(absent.err, /absent\.json cannot be read/);
  });

  void it("says in its help what stand-ins look like", async () => {
    const { out } = await convert("", "--help");
    assert.match(out, /stand-in/);
    assert.match(out, /fixed secret/);
    assert.match(out, /--lines/);
  });
});
