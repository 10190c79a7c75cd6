/** Signatures and bodies where the key is known (docs/mtp.md, Signing). */
import { makeSigner } from "../identity.ts";
import type { Check } from "../ledger.ts";
import type { Label } from "../musts.ts";
import type { Connected } from "../parties.ts";
import type { Ask } from "../subject.ts";
import { CANARY, describe } from "../wire.ts";

const LIST: Ask = { path: "/connections" };
const SYNC: Ask = { path: "/sync", body: { subscriptions: [] } };

const refused: Check<Connected> = {
  title: "signatures that are wrong",
  about: [
    "sig-verify",
    "sig-authority",
    "sig-raw",
    "sig-digest",
    "sig-body",
    "sig-uniform",
    "no-request-coding",
    "json",
  ],
  async run({ subject, me }, expect) {
    const octets = Buffer.from('{"subscriptions":[]}');
    const tries: readonly (readonly [Label, string, string, Ask])[] = [
      ["sig-verify", "bad_signature", "a forged signature", { ...LIST, wrong: { forged: true } }],
      ["sig-verify", "bad_signature", "a forged signature over a body", { ...SYNC, wrong: { forged: true } }],
      [
        "sig-authority",
        "bad_signature",
        "another authority signed",
        { ...LIST, wrong: { authority: "elsewhere.example" } },
      ],
      ["sig-raw", "bad_signature", "another path signed", { ...LIST, wrong: { target: "/sync" } }],
      [
        "sig-raw",
        "bad_signature",
        "another query signed",
        { path: "/connections?a=1", wrong: { target: subject.target("/connections?a=2") } },
      ],
      ["sig-body", "bad_signature", "another digest", { ...SYNC, wrong: { digestOf: Buffer.from("{}") } }],
      ["sig-digest", "malformed", "a body of a GET", { method: "GET", path: "/connections", body: octets }],
      ["json", "media_type", "a body of another type", { ...SYNC, type: "text/plain" }],
      [
        "no-request-coding",
        "media_type",
        "a content coding",
        { ...SYNC, headers: { "content-encoding": "gzip" } },
      ],
    ];
    for (const [label, code, what, ask] of tries) {
      const answer = await subject.ask(me, ask);
      expect(label, answer.code === code, `${code} to a request with ${what}`, describe(answer));
    }
    const unknown = await subject.ask(me, { ...LIST, signer: makeSigner() });
    const nobody = await subject.ask(me, { ...LIST, signer: makeSigner(), as: "nobody.invalid" });
    expect(
      "sig-uniform",
      unknown.text === nobody.text,
      "the same of a known and of an unknown domain",
      `${unknown.text} and ${nobody.text}`,
    );
  },
};

const large: Check<Connected> = {
  title: "a body beyond the limit",
  about: ["sig-body"],
  async run({ subject, me }, expect) {
    const octets = subject.limit("request_bytes", 1_048_576) + 1;
    const answer = await subject.ask(me, { ...SYNC, body: { subscriptions: [], more: "x".repeat(octets) } });
    expect("sig-body", answer.code === "too_large", "413 too_large", describe(answer));
  },
};

const granted: Check<Connected> = {
  title: "signatures that are right",
  about: ["sig-verify", "sig-raw", "replay", "host-counts", "json-names", "query"],
  async run({ subject, me }, expect) {
    const once = subject.prepare(me, SYNC);
    const answers = [await subject.wire.send(once), await subject.wire.send(once)];
    const [first, second] = answers;
    expect(
      "replay",
      first?.status === 200 && second?.status === 200,
      "200 to the same request twice",
      answers.map(describe).join(", then "),
    );
    const tries: readonly (readonly [Label, string, Ask])[] = [
      [
        "sig-verify",
        "alg and expires among the parameters",
        {
          ...LIST,
          wrong: { parameters: { alg: '"ed25519"', expires: String(Math.floor(Date.now() / 1_000) + 60) } },
        },
      ],
      [
        "sig-verify",
        "components in another order",
        { ...LIST, wrong: { components: ["mtp-as", "@query", "@path", "@authority", "@method"] } },
      ],
      ["sig-raw", "a query", { path: "/connections?a=1&b=-._~" }],
      ["query", "a name in the query that is not known", { path: "/connections?unknown=1" }],
      ["host-counts", "a domain under the base domain", { ...LIST, as: `chat.${me.base}` }],
      [
        "json-names",
        "a name that is not known",
        { ...SYNC, body: { subscriptions: [], [CANARY]: { deep: [1] } } },
      ],
    ];
    for (const [label, what, ask] of tries) {
      const answer = await subject.ask(me, ask);
      expect(label, answer.status === 200, `200 to a request with ${what}`, describe(answer));
    }
    for (const as of ["nobody.invalid", subject.base, `not${me.base}`]) {
      const answer = await subject.ask(me, { ...LIST, as });
      expect("host-counts", answer.code === "key_unknown", `401 key_unknown as ${as}`, describe(answer));
    }
  },
};

/** Bodies that are none of a sync request's. */
const BODIES: readonly (readonly [what: string, body: unknown])[] = [
  ["an array", []],
  ["a number", 7],
  ["null", "null"],
  ["no JSON", "{"],
  ["octets that are no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ["nothing of what is required", {}],
  ["a negative number", { subscriptions: [], wait: -1 }],
  ["a fraction", { subscriptions: [], wait: 1.5 }],
  ["a number beyond 2^53", '{"subscriptions":[],"limit":99999999999999999999}'],
  ["a text for a number", { subscriptions: [], wait: "1" }],
  ["a group that is none", { subscriptions: [{ group: CANARY }] }],
  ["a group twice", { subscriptions: [1, 2].map(() => ({ group: "mimi://nobody.invalid/r/x" })) }],
  ["a shard beyond its number", { subscriptions: [], shard: { k: 2, n: 2 } }],
  ["null where it is not allowed", { subscriptions: [{ group: "mimi://nobody.invalid/r/x", after: null }] }],
  ["brackets without end", "[".repeat(20_000)],
];
const OF_NUMBERS = /number|fraction/;

const malformed: Check<Connected> = {
  title: "bodies that cannot be read",
  about: ["json", "json-numbers", "sig-body"],
  async run({ subject, me }, expect) {
    for (const [what, body] of BODIES) {
      const answer = await subject.ask(me, { path: "/sync", body });
      const label = OF_NUMBERS.test(what) ? "json-numbers" : "json";
      expect(label, answer.code === "malformed", `400 malformed to ${what}`, describe(answer));
    }
  },
};

/** What a known peer can try of signatures and bodies. */
export const guestSigningChecks: readonly Check<Connected>[] = [refused, large, granted, malformed];
