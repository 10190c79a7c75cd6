/** Signatures, as a stranger can try them (docs/mtp.md, Signing). */
import { makeIdentity, makeSigner } from "../identity.ts";
import type { Check } from "../ledger.ts";
import type { Stranger } from "../parties.ts";
import type { Variation } from "../signed-headers.ts";
import type { Ask } from "../subject.ts";
import { CANARY, describe } from "../wire.ts";
import { parseProviderDomain } from "../../../mappings/ids.ts";

const SYNC: Ask = { path: "/sync", body: { subscriptions: [], [CANARY]: 1 } };
/** Beyond the window of 300 seconds. */
const FAR = 330_000;
const COVERED = ["@method", "@authority", "@path", "@query", "mtp-as", "content-type", "content-digest"];

const unsigned: Check<Stranger> = {
  title: "requests without a signature",
  about: ["sig-verify", "error-quiet"],
  async run({ subject, me }, expect) {
    const resources = [
      ["POST", "/sync"],
      ["POST", "/submissions"],
      ["GET", "/connections"],
      ["DELETE", "/connections/none"],
      ["POST", "/invitations"],
      ["POST", "/hint"],
      ["GET", "/groups/nobody.example/none"],
      ["GET", "/groups/nobody.example/none/events"],
      ["GET", "/groups/nobody.example/none/members"],
      ["POST", "/groups/nobody.example/none/knocks"],
      ["GET", "/media/AAAAAAAAAAAAAAAAAAAAAA"],
    ] as const;
    for (const [method, path] of resources) {
      const answer = await subject.plain({ method, target: subject.target(path) });
      expect("sig-verify", answer.code === "unsigned", `401 unsigned to ${method} ${path}`, describe(answer));
    }
    for (const name of ["signature", "signature-input"]) {
      const answer = await subject.ask(me, { ...SYNC, wrong: { without: [name] } });
      expect("sig-verify", answer.code === "unsigned", `401 unsigned without ${name}`, describe(answer));
    }
  },
};

/** What is wrong in the head alone, so that no key need be known. */
const misformed: readonly (readonly [what: string, wrong: Variation])[] = [
  ["without mtp-as", { without: ["mtp-as"] }],
  ["with another label", { label: "sig1" }],
  ["with another tag", { parameters: { tag: '"other"' } }],
  ["without a tag", { parameters: { tag: undefined } }],
  ["without a nonce", { parameters: { nonce: undefined } }],
  ["with an empty nonce", { parameters: { nonce: '""' } }],
  ["with a nonce of 129 characters", { parameters: { nonce: `"${"n".repeat(129)}"` } }],
  ["without a keyid", { parameters: { keyid: undefined } }],
  ["without created", { parameters: { created: undefined } }],
  ["with another algorithm", { parameters: { alg: '"hmac-sha256"' } }],
  ["with a component twice", { components: [...COVERED, "@method"] }],
  ["with a component more", { components: [...COVERED, "@scheme"] }],
  ["without content-digest", { without: ["content-digest"] }],
  ...COVERED.map((name): [string, Variation] => [
    `that does not cover ${name}`,
    { components: COVERED.filter((other) => other !== name) },
  ]),
];

const forms: Check<Stranger> = {
  title: "signatures of a wrong form",
  about: ["sig-verify"],
  async run({ subject, me }, expect) {
    for (const [what, wrong] of misformed) {
      const answer = await subject.ask(me, { ...SYNC, wrong });
      expect(
        "sig-verify",
        answer.code === "bad_signature",
        `401 bad_signature to a signature ${what}`,
        describe(answer),
      );
    }
    const later = await subject.ask(me, { ...SYNC, wrong: { parameters: { tag: '"mtp/2"' } } });
    expect("sig-verify", later.code === "version", "426 version to the tag mtp/2", describe(later));
    for (const as of ["not a domain", "UPPER.example"]) {
      const answer = await subject.ask(me, { ...SYNC, as });
      expect("sig-verify", answer.code === "bad_signature", `401 bad_signature as ${as}`, describe(answer));
    }
  },
};

const clock: Check<Stranger> = {
  title: "signatures of another time",
  about: ["skew-answer", "sig-verify"],
  async run({ subject, me }, expect) {
    const overdue = String(Math.floor((Date.now() - FAR) / 1_000));
    const tries: readonly Ask[] = [
      { ...SYNC, at: Date.now() - FAR },
      { ...SYNC, at: Date.now() + FAR },
      { ...SYNC, wrong: { parameters: { expires: overdue } } },
    ];
    for (const ask of tries) {
      const answer = await subject.ask(me, ask);
      expect(
        "sig-verify",
        answer.code === "clock_skew",
        "401 clock_skew beyond 300 seconds",
        describe(answer),
      );
      if (answer.code !== "clock_skew") continue;
      const { server_time: time } = answer.value as { server_time?: unknown };
      const near = typeof time === "number" && Math.abs(time - Date.now()) < FAR;
      expect("skew-answer", near, "server_time in milliseconds", String(time));
    }
  },
};

const uniform: Check<Stranger> = {
  title: "keys that nobody knows",
  about: ["sig-uniform", "sig-verify"],
  async run({ subject, me }, expect) {
    const known = parseProviderDomain(subject.base);
    const others = [me, makeIdentity(known ?? me.base, me.endpoint)];
    const answers = [];
    for (const other of others) answers.push(await subject.ask(other, { ...SYNC, signer: makeSigner() }));
    for (const answer of answers)
      expect(
        "sig-verify",
        answer.code === "key_unknown",
        "401 key_unknown to a key nobody knows",
        describe(answer),
      );
    const [first, second] = answers;
    const alike = first?.text === second?.text && first?.status === second?.status;
    expect("sig-uniform", alike, "the same answer whatever mtp-as is", `${first?.text} and ${second?.text}`);
  },
};

/** What a stranger can see of signatures. */
export const signingChecks: readonly Check<Stranger>[] = [unsigned, forms, clock, uniform];
