/** The one door for strangers, with codes that are none (docs/mtp.md, Redeem). */
import { randomBytes } from "node:crypto";
import { makeSigner } from "../identity.ts";
import type { Check } from "../ledger.ts";
import type { Stranger } from "../parties.ts";
import type { Ask } from "../subject.ts";
import { type Answer, CANARY, describe } from "../wire.ts";

const newSecret = (): string => randomBytes(16).toString("base64url");
/** More than any sensible rate lets through in a row. */
const MOST_TRIES = 60;

/** A request to redeem `code`, well-formed but for what `change` says. */
export function redeeming(
  { me }: Stranger,
  code: string,
  change: Readonly<Record<string, unknown>> = {},
): Ask {
  return {
    path: "/redeem",
    body: { code, base: me.base, endpoint: me.endpoint, public: me.publicText, ...change },
  };
}

const refusals: Check<Stranger> = {
  title: "codes that are none",
  about: ["redeem-uniform", "json-names"],
  async run(stranger, expect) {
    const { subject, me } = stranger;
    const changes = [
      {},
      { base: "nobody.invalid" },
      { base: subject.base },
      { endpoint: subject.endpoint },
      { [CANARY]: CANARY },
    ];
    const answers: Answer[] = [];
    for (const change of changes) {
      const answer = await subject.ask(me, redeeming(stranger, newSecret(), change));
      answers.push(answer);
      const name = CANARY in change ? "json-names" : "redeem-uniform";
      expect(name, answer.code === "not_found", "404 not_found to a wrong code", describe(answer));
    }
    const different = answers.find(({ text }) => text !== answers[0]?.text);
    expect(
      "redeem-uniform",
      different === undefined,
      "one and the same body",
      `${answers[0]?.text} and ${different?.text}`,
    );
  },
};

const misformed: Check<Stranger> = {
  title: "requests to redeem that cannot be read",
  about: ["redeem-order", "json", "no-request-coding", "base64url", "sig-body", "sig-authority", "sig-raw"],
  async run(stranger, expect) {
    const { subject, me } = stranger;
    const right = redeeming(stranger, newSecret());
    const tries: readonly (readonly [Parameters<typeof expect>[0], string, string, Ask])[] = [
      ["json", "media_type", "another type", { ...right, type: "text/plain" }],
      [
        "no-request-coding",
        "media_type",
        "a content coding",
        { ...right, headers: { "content-encoding": "gzip" } },
      ],
      ["base64url", "malformed", "a secret with padding", redeeming(stranger, `${newSecret()}==`)],
      ["redeem-order", "malformed", "no code", redeeming(stranger, "")],
      [
        "redeem-order",
        "malformed",
        "a base that is no domain",
        redeeming(stranger, newSecret(), { base: CANARY + "!" }),
      ],
      [
        "sig-body",
        "too_large",
        "a body of 5,000 octets",
        redeeming(stranger, newSecret(), { more: "x".repeat(5_000) }),
      ],
      ["sig-body", "bad_signature", "another digest", { ...right, wrong: { digestOf: Buffer.from("{}") } }],
      ["redeem-order", "unsigned", "no signature", { ...right, wrong: { without: ["signature"] } }],
      ["redeem-order", "bad_signature", "a forged signature", { ...right, wrong: { forged: true } }],
      ["redeem-order", "bad_signature", "another key's signature", { ...right, signer: makeSigner() }],
      [
        "sig-authority",
        "bad_signature",
        "another authority's signature",
        { ...right, wrong: { authority: "elsewhere.example" } },
      ],
      ["sig-raw", "bad_signature", "another path's signature", { ...right, wrong: { target: "/elsewhere" } }],
    ];
    for (const [label, code, what, ask] of tries) {
      const answer = await subject.ask(me, ask);
      expect(label, answer.code === code, `${code} to a request with ${what}`, describe(answer));
    }
  },
};

/** Last of all that redeems: it uses up what an address may try. */
const rate: Check<Stranger> = {
  title: "many codes in a row",
  about: ["redeem-rate", "rate"],
  async run(stranger, expect) {
    const { subject, me } = stranger;
    for (let count = 1; count <= MOST_TRIES; count++) {
      const answer = await subject.ask(me, { ...redeeming(stranger, newSecret()), hasty: true });
      if (answer.status !== 429) continue;
      expect("redeem-rate", true, "", "");
      const seconds = answer.headers["retry-after"] ?? "none";
      expect("rate", /^[1-9]\d{0,5}$/.test(seconds), "Retry-After in seconds, 1 at least", seconds);
      return expect("rate", answer.code === "rate_limited", "429 rate_limited", describe(answer));
    }
    expect("redeem-rate", false, "429 to many tries in a row", `${MOST_TRIES} were let through`);
  },
};

/** What can be tried without a code. */
export const redeemChecks: readonly Check<Stranger>[] = [refusals, misformed];
export const redeemRateChecks: readonly Check<Stranger>[] = [rate];
