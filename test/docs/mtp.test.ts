/** The specification agrees with itself and with the code: its rules, its tables, and its examples octet by octet. */
import assert from "node:assert/strict";
import { verify } from "node:crypto";
import { describe, it } from "node:test";
import { z } from "zod";
import { problems } from "../../core/federation/wire/problem.ts";
import { proofKeyId, verifyProof } from "../../core/federation/wire/proof.ts";
import { keyIdOf, parsePublicKey } from "../../core/federation/wire/public-key.ts";
import { verifyRequest } from "../../core/federation/wire/signature.ts";
import { checkContentDigest } from "../../core/federation/wire/content-digest.ts";
import { verdictCodes } from "../../core/store/units/verdicts.ts";
import { decodeContent } from "../../mappings/content/codec.ts";
import { eventId } from "../../mappings/event-id.ts";
import { parseEventId, parseProviderDomain } from "../../mappings/ids.ts";
import { blocksOf, readPage } from "./blocks.ts";

const PAGE = "docs/mtp.md";
const page = readPage(PAGE);
const prose = page.replaceAll(/^```[^]*?^```$/gm, "");
const GROUP = "mimi://xmpp.gw-a.example/r/tea";

/** A numbered rule with what belongs to it. */
const RULE = /^- \*\*M(\d+)\*\* `([a-z0-9-]+)` \(([^)]+)\) ([^]*?)(?=\n- |\n\n)/gm;
const rules = [...page.matchAll(RULE)].map(([, number = "", label = "", whom = "", text = ""]) => ({
  number: Number(number),
  label,
  whom,
  text,
}));

function block(name: string): string {
  const found = blocksOf(PAGE).find(({ test }) => test === name);
  assert.ok(found, `${PAGE} has no block test=${name}`);
  return found.text.trimEnd();
}

/** The rows of the last table under a heading, without its head. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^##+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const table = [...section.matchAll(/(?:^\|.*\n)+/gm)].at(-1)?.[0] ?? "";
  return table
    .trimEnd()
    .split("\n")
    .slice(2)
    .map((row) => row.split("|").map((cell) => cell.trim().replaceAll("`", "")));
}

const eventForm = z.object({
  id: z.string().transform((text) => parseEventId(text) ?? assert.fail("no event id")),
  sender: z.string(),
  content: z.base64url(),
  proof: z.base64url(),
});
const keysForm = z.object({
  keys: z.array(z.object({ kid: z.string(), public: z.string() })),
  limits: z.record(z.string(), z.int()),
});
const proofLines = new Map(
  block("mtp-proof")
    .replaceAll(/\n +/g, "")
    .split("\n")
    .map((line) => [line.split(/ +/)[0] ?? "", line.split(/ +/)[1] ?? ""]),
);
const keyOfB = parsePublicKey(proofLines.get("key") ?? "") ?? assert.fail("no key");
const chat = parseProviderDomain("chat.gw-b.example") ?? assert.fail("no domain");
const event = eventForm.parse(JSON.parse(block("mtp-event")));

void describe("the specification of MTP", async () => {
  await it("numbers its rules in order, and gives each a label and a word that binds", () => {
    assert.ok(rules.length > 100);
    assert.deepEqual(
      rules.map(({ number }) => number),
      rules.map((_, i) => i + 1),
    );
    assert.equal(new Set(rules.map(({ label }) => label)).size, rules.length);
    for (const { number, whom, text } of rules) {
      assert.match(whom, /^(?:all|client|server|owner|guest|feature `[a-z.]+`)$/, `M${number}`);
      assert.match(text, /\bMUST\b/, `M${number}`);
    }
  });

  await it("has no MUST outside of its rules, but for the paragraph that explains the word", () => {
    const outside = prose.replaceAll(RULE, "").match(/^.*\bMUST\b.*$/gm) ?? [];
    assert.equal(outside.length, 1, outside.join("\n"));
  });

  await it("refers to rules and sections that exist", () => {
    for (const [name, number] of prose.matchAll(/\bM(\d+)\b/g))
      assert.ok(Number(number) >= 1 && Number(number) <= rules.length, name);
    const anchors = [...page.matchAll(/^##+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-"),
    );
    for (const [, anchor = ""] of page.matchAll(/\]\(#([^)]+)\)/g))
      assert.ok(anchors.includes(anchor), anchor);
  });

  await it("lists the problems that the server answers with", () => {
    const listed = rowsUnder("Errors").map(([, code = "", status = ""]) => [code, Number(status)]);
    const known = Object.entries(problems).map(([code, [status]]) => [code, status]);
    assert.deepEqual(listed, known);
  });

  await it("lists the verdicts that an owner gives", () => {
    const listed = rowsUnder("Verdicts").map(([, code = ""]) => code);
    assert.deepEqual(listed.toSorted(), [...verdictCodes, "accepted"].toSorted());
  });

  await it("gives the same limits in the table and in the well-known", () => {
    const listed = rowsUnder("Limits").map(([, name = "", number = ""]) => [
      name,
      Number(number.replaceAll(",", "")),
    ]);
    assert.deepEqual(Object.fromEntries(listed), keysForm.parse(JSON.parse(block("mtp-well-known"))).limits);
  });

  await it("shows keys with their ids", () => {
    const [shown = assert.fail("no key")] = keysForm.parse(JSON.parse(block("mtp-well-known"))).keys;
    assert.equal(keyIdOf(parsePublicKey(shown.public) ?? assert.fail("no key")), shown.kid);
    assert.equal(keyIdOf(keyOfB), proofLines.get("kid"));
    assert.ok(page.includes(`mtp1:gw-a.example:${shown.kid}:`));
  });

  await it("shows an event that has its id, and its proof", () => {
    const content = Buffer.from(event.content, "base64url");
    assert.equal(eventId("message", event.sender, GROUP, content, decodeContent(content).salt), event.id);
    const proof = Buffer.from(event.proof, "base64url");
    assert.equal(proofKeyId(proof), proofLines.get("kid"));
    assert.ok(verifyProof(proof, event.id, chat, keyOfB));
    assert.equal(proofLines.get("proof"), event.proof);
    assert.equal(proofLines.get("id"), event.id);
    const octets = Buffer.from(proofLines.get("signed") ?? "", "hex");
    assert.ok(verify(null, octets, keyOfB, proof.subarray(16)));
    const submitted = z
      .object({ groups: z.tuple([z.object({ events: z.tuple([eventForm]) })]) })
      .parse(JSON.parse(block("mtp-submission")));
    assert.deepEqual(submitted.groups[0].events[0], event);
  });

  await it("shows a request whose signature holds, and what is signed", async () => {
    const [head = "", body = ""] = block("mtp-signed-request").split("\n\n");
    const [line = "", ...headers] = head.split("\n");
    const [method = "", target = ""] = line.split(" ");
    const fields = headers.map((header) => /^([^:]+): (.*)$/.exec(header) ?? assert.fail(header));
    const valueOf = (name: string) => fields.find(([, found]) => found === name)?.[2];
    const created = Number(/;created=(\d+)/.exec(head)?.[1]);
    const verified = await verifyRequest(
      { method, target, rawHeaders: fields.flatMap(([, name = "", value = ""]) => [name, value]) },
      {
        origin: "https://mtp.gw-a.example",
        now: created * 1_000,
        findKey: (kid) =>
          kid === proofLines.get("kid") ? { key: keyOfB, notBefore: 0, expires: null } : null,
      },
    );
    assert.equal(verified.as, "gw-b.example");
    checkContentDigest(valueOf("Content-Digest"), Buffer.from(body));
    assert.equal(valueOf("Content-Length"), String(body.length));
    const signature = /^mtp=:(.*):$/.exec(valueOf("Signature") ?? "")?.[1] ?? "";
    const base = Buffer.from(block("mtp-signature-base"));
    assert.ok(verify(null, base, keyOfB, Buffer.from(signature, "base64")));
  });
});
