import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ContentError, contentRules } from "../../../mappings/content/content-error.ts";
import { Extension } from "../../../mappings/message/extensions.ts";
import { eventOctets } from "../../../mappings/events.ts";
import { toHex } from "./sample.ts";

const page = readFileSync(new URL("../../../docs/mtp.md", import.meta.url), "utf8");

/** The first two columns of the table under a heading. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = [...section.matchAll(/^\| (.*?) +\| (.*?) +\|/gm)].map(([, key = "", text = ""]) => [
    key,
    text,
  ]);
  return rows.slice(2).map((row) => row.map((text) => text.replaceAll("`", "")));
}

void test("an error says its rule, the rule in words and the place", () => {
  const error = new ContentError("salt", "there");
  assert.deepEqual(
    [error.rule, error.detail, error.message],
    ["salt", "the salt is not 16 octets (there)", "salt: the salt is not 16 octets (there)"],
  );
  assert.equal(new ContentError("salt").detail, "the salt is not 16 octets");
});

void test("the page on MTP lists the rules, the kinds of events and the extensions as they are", () => {
  assert.deepEqual(tableUnder("What is refused"), Object.entries(contentRules));
  const octets = Object.entries(eventOctets).map(([kind, octet]) => [
    kind,
    `0x${toHex(Uint8Array.of(octet))}`,
  ]);
  assert.deepEqual(tableUnder("Ids"), octets);
  const keys = tableUnder("Extensions of ours").map(([key]) => key);
  assert.deepEqual(keys, Object.values(Extension));
});
