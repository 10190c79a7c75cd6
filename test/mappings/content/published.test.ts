/** Examples of draft-ietf-mimi-content-08 with the ids that it publishes, made from their fields. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeContent, encodeContent } from "../../../mappings/content/codec.ts";
import {
  Disposition,
  draftOf,
  type ExternalPart,
  type MessageDraft,
  type MultiPart,
  type Part,
  PLAIN_TEXT,
  textPart,
} from "../../../mappings/content/content.ts";
import { partsByIndex, referencedPart } from "../../../mappings/content/part-index.ts";
import { eventId } from "../../../mappings/event-id.ts";
import { group, hex, id, markdown, user } from "./sample.ts";

const ORIGINAL = "017ce54837404c3696e0c747b985cb172716d0ed0a3d249ca63ace7d82a096f4";
const REPLY = "015354973c2b65ca937bf1e035ae53a5ab80e947afa43d46920d4202e5cc0b27";
const REACTION = "0158c4288911e50a8f6be3f47746b6682f10fd91bc8c05557aa589a3157aff68";

const answer: Partial<MessageDraft> = { inReplyTo: id(ORIGINAL) };

const external = (fields: Partial<ExternalPart>): ExternalPart => ({
  cardinality: "external",
  disposition: Disposition.attachment,
  language: "",
  contentType: "",
  url: "",
  expires: 0,
  size: 0,
  encAlg: 0,
  key: new Uint8Array(),
  nonce: new Uint8Array(),
  aad: new Uint8Array(),
  hashAlg: 0,
  contentHash: new Uint8Array(),
  description: "",
  filename: "",
  ...fields,
});

const multi = (
  semantics: MultiPart["semantics"],
  disposition: number,
  ...parts: readonly Part[]
): MultiPart => ({
  cardinality: "multi",
  disposition,
  language: "",
  semantics,
  parts,
});

const binary = (contentType: string, digits: string, disposition: number): Part => ({
  cardinality: "single",
  disposition,
  language: "",
  contentType,
  content: hex(digits),
});

const html = (language: string, heading: string, index: number, alt: string): Part => ({
  ...textPart(
    `<html><body><h1>${heading}</h1>\n<img src="cid:${index}@local.invalid" alt="${alt}"/>\n</body></html>`,
    "text/html;charset=utf-8",
  ),
  language,
});

const welcome = (index: number, image: Part): MultiPart =>
  multi(
    "processAll",
    Disposition.render,
    multi(
      "chooseOne",
      Disposition.render,
      html("en", "Welcome!", index, "Welcome image"),
      html("fr", "Bienvenue!", index, "Image bienvenue"),
    ),
    image,
  );

const welcomes = multi(
  "chooseOne",
  Disposition.render,
  welcome(5, binary("image/gif", "dc861ebaa718fd7c3ca159f71a2001a7", Disposition.inline)),
  welcome(10, binary("image/png", "fa444237451a05a72bb0f67037cc1669", Disposition.inline)),
);

const emoji = (text: string): Part => textPart(text, PLAIN_TEXT, Disposition.reaction);

/** Name, sender, salt, the body and what else is said, and the id. */
const published: readonly (readonly [string, string, string, Part, Partial<MessageDraft>, string])[] = [
  [
    "original",
    "alice-smith",
    "5eed9406c2545547ab6f09f20a18b003",
    markdown("Hi everyone, we just shipped release 2.0. __Good  work__!"),
    {},
    ORIGINAL,
  ],
  [
    "reply",
    "bob-jones",
    "11a458c73b8dd2cf404db4b378b8fe4d",
    markdown("Right on! _Congratulations_ 'all!"),
    answer,
    REPLY,
  ],
  ["reaction", "cathy-washington", "d37bc0e6a8b4f04e9e6382375f587bf6", emoji("❤"), answer, REACTION],
  [
    "mention",
    "cathy-washington",
    "04f290e215d0f82d1750bfa8b7dc089d",
    markdown("Kudos to [@Alice Smith](mimi://example.com/u/alice-smith) for making the release happen!"),
    answer,
    "018d825adf9f6be00dcafc5704c4102f5022e74219d0b603e4ba7622654042af",
  ],
  [
    "mention in HTML",
    "cathy-washington",
    "15d9705fd5bf5e02b0af47c85f8b98fe",
    textPart(
      '<p>Kudos to <a href="mimi://example.com/u/alice-smith">@Alice Smith</a> for making the release happen!</p>',
      "text/html;charset=utf-8",
    ),
    answer,
    "01967ff8e9a66819738ad5cf26d2e0388a3b81d86b0f61d129c077d043ee2a4e",
  ],
  [
    "edit",
    "bob-jones",
    "b8c2e6d8800ecf45df39be6c45f4c042",
    markdown("Right on! _Congratulations_ y'all!"),
    { ...answer, replaces: id(REPLY) },
    "014028c0deddbdea56bec26172f6ede953d11024cb82b8192b5e2aea62d7fb47",
  ],
  [
    "delete",
    "bob-jones",
    "0a590d73b2c7761c39168be5ebf7f2e6",
    { cardinality: "null", disposition: Disposition.render, language: "" },
    { ...answer, replaces: id(REPLY) },
    "011d9efc78d04d4dcf4d82b07d5199bbef37011c1f0c7e004b6111c6dda504b4",
  ],
  [
    "unlike",
    "cathy-washington",
    "c5ba86dc9fd272e58ca52ec805b79199",
    { cardinality: "null", disposition: Disposition.reaction, language: "" },
    { ...answer, replaces: id(REACTION) },
    "013aadbb8f313253c8930f4e93c6ca54b2ed06d258185bdcec3870534c8a4ec4",
  ],
  [
    "expiring",
    "alice-smith",
    "33be993eb39f418f9295afc2ae160d2d",
    markdown("__*VPN GOING DOWN*__ I'm rebooting the VPN in ten minutes unless anyone objects."),
    { expires: { relative: false, seconds: 1_644_390_004 } },
    "01e59db8173939facc2c8a4a0f0ae8d0c7a11a81239626630c9464a8d6717a03",
  ],
  [
    "attachment",
    "bob-jones",
    "18fac6371e4e53f1aeaf8a013155c166",
    external({
      language: "en",
      contentType: "video/mp4",
      url: "https://example.com/storage/8ksB4bSrrRE.mp4",
      size: 708_234_961,
      encAlg: 1,
      key: hex("21399320958a6f4c745dde670d95e0d8"),
      nonce: hex("c86cf2c33f21527d1dd76f5b"),
      hashAlg: 1,
      contentHash: hex("9ab17a8cf0890baaae7ee016c7312fcc080ba46498389458ee44f0276e783163"),
      description: "2 hours of key signing video",
      filename: "bigfile.mp4",
    }),
    {},
    "0176180c7d19a925021fe446d241134d05c38e0d999cdc0f39c391d2377ed9d1",
  ],
  [
    "conferencing",
    "alice-smith",
    "678ac6cd54de049c3e9665cd212470fa",
    external({
      disposition: Disposition.session,
      url: "https://example.com/join/12345",
      description: "Join the Foo 118 conference",
    }),
    { topicId: new TextEncoder().encode("Foo 118") },
    "01496d15a8dba28d7397f9868b70768e4a67f765d5b5b1ae9e03848c5fdeb0ba",
  ],
  [
    "alternatives",
    "alice-smith",
    "261c953e178af653fe3d42641b91d814",
    multi(
      "chooseOne",
      Disposition.render,
      markdown("# Welcome!"),
      binary(
        "application/vnd.examplevendor-fancy-im-message",
        "dc861ebaa718fd7c3ca159f71a2001",
        Disposition.render,
      ),
    ),
    {},
    "01da5a515ec5db42cc4dcc19b90c3c31245d8a1cfcce11318f24eb11dce0990e",
  ],
  [
    "several reactions",
    "alice-smith",
    "8528dc2d92e4f1944d62042907ab94d0",
    multi("processAll", Disposition.reaction, emoji("❤"), emoji("🥳"), emoji("🤞")),
    {},
    "01d65918c6c51c8e76546337276ae6f4bfd873d867d5cb57c76bcdca3d999dd7",
  ],
  [
    "parts within parts",
    "alice-smith",
    "b8362793168d18c049b882d4642a2274",
    welcomes,
    {},
    "01cfebeadbdb83c1eefb6403ba4852daf8bbbf9cd53bf5035a74d5d741950c9f",
  ],
];

for (const [name, sender, salt, body, fields, expected] of published)
  void test(`the published example "${name}" has its published id`, () => {
    const content = {
      ...draftOf(body),
      ...fields,
      salt: hex(salt),
      sender: user(`mimi://example.com/u/${sender}`),
      group: group("mimi://example.com/r/engineering_team"),
    };
    const encoded = encodeContent(content);
    assert.equal(eventId("message", content.sender, content.group, encoded, content.salt), expected);
    assert.deepEqual(decodeContent(encoded), content);
  });

void test("the references in the published example point to its pictures", () => {
  const parts = partsByIndex(welcomes);
  assert.equal(parts.length, 11);
  const types = [5, 10].map((index) => referencedPart(parts, `cid:${index}@local.invalid`)?.contentType);
  assert.deepEqual(types, ["image/gif", "image/png"]);
});
