import assert from "node:assert/strict";
import { test } from "node:test";
import type { Label } from "../../../core/peer-check/musts.ts";
import type { CheckReport } from "../../../core/peer-check/run-checks.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { CheckedGateway, type Passing } from "./checked-gateway.ts";

const folder = temporaryFolder("peer-check");

interface Planted {
  readonly what: string;
  readonly label: Label;
  readonly spoil: (passing: Passing) => void;
}

const failed = ({ musts }: CheckReport): readonly string[] =>
  musts.flatMap(({ label, outcome }) => (outcome === "fail" ? [label] : []));

/** Changes the text of answers of this path. */
const rewrite =
  (path: RegExp, change: (text: string) => string, status = 200) =>
  (passing: Passing): void => {
    if (!path.test(passing.target) || passing.status !== status) return;
    passing.body = Buffer.from(change(passing.body.toString()));
  };

/** Another status for a problem of this code. */
const instead =
  (code: string, status: number) =>
  (passing: Passing): void => {
    if (passing.body.includes(`"code":"${code}"`)) passing.status = status;
  };

/** Answers a problem of this code with another one, of the right form. */
const mistaken =
  (path: RegExp, code: string, other: string, status: number) =>
  (passing: Passing): void => {
    if (!path.test(passing.target) || !passing.body.includes(`"code":"${code}"`)) return;
    passing.status = status;
    passing.body = Buffer.from(
      JSON.stringify({ type: `urn:mimi-gateway:mtp:${other}`, title: "", status, code: other }),
    );
  };

let count = 0;

const toStrangers: readonly Planted[] = [
  {
    what: "a kid that is not the key's",
    label: "kid",
    spoil: rewrite(/well-known/, (text) => text.replace(/"kid":"[^"]{22}/, `"kid":"${"A".repeat(22)}`)),
  },
  {
    what: "a limit below the least",
    label: "limit-least",
    spoil: rewrite(/well-known/, (text) => text.replace(/"held":\d+/, '"held":1')),
  },
  {
    what: "405 to a method that is none",
    label: "path",
    spoil: (passing) => void (passing.method === "PATCH" && (passing.status = 405)),
  },
  {
    what: "an answer to redeem that says what is wrong",
    label: "redeem-uniform",
    spoil: rewrite(/redeem/, (text) => `${text.slice(0, -1)},"detail":"${count++}"}`, 404),
  },
  {
    what: "a clock_skew without the time",
    label: "skew-answer",
    spoil: rewrite(/sync/, (text) => text.replace(/,"server_time":\d+/, ""), 401),
  },
  {
    what: "a key_unknown that differs",
    label: "sig-uniform",
    spoil: rewrite(
      /sync/,
      (text) =>
        text.replace(
          'key_unknown"',
          `key_unknown","x":${count++}`.replace(/,"x"/, '","x"').replace('"",', '",'),
        ),
      401,
    ),
  },
  {
    what: "unsigned as bad_signature",
    label: "sig-verify",
    spoil: mistaken(/connections|sync|groups/, "unsigned", "bad_signature", 401),
  },
  {
    what: "a refusal without its status",
    label: "error-form",
    spoil: rewrite(/./, (text) => text.replace(/,"status":401/, ""), 401),
  },
  { what: "a 500", label: "error-never-500", spoil: instead("bad_signature", 500) },
  {
    what: "another type not refused as such",
    label: "json",
    spoil: mistaken(/redeem/, "media_type", "malformed", 400),
  },
];

const toGuests: readonly Planted[] = [
  {
    what: "a proof that is lost",
    label: "proof-kept",
    spoil: rewrite(/events\?/, (text) => text.replaceAll(/,"proof":"[^"]*"/g, "")),
  },
  {
    what: "times that go back",
    label: "at",
    spoil: rewrite(/events\?/, (text) =>
      text.replaceAll(/"at":1(\d+)/g, () => `"at":${9_000_000 - count++}`),
    ),
  },
  {
    what: "a cursor that is not refused",
    label: "cursor-own",
    spoil: mistaken(/events/, "cursor_malformed", "cursor_gone", 410),
  },
  {
    what: "a refusal that tells of a group",
    label: "not-yours",
    spoil: (passing) =>
      void (
        passing.status === 404 &&
        /peer-check-none/.test(passing.target) &&
        (passing.body = Buffer.from(passing.body.toString().replace("}", ',"detail":"ours"}')))
      ),
  },
  {
    what: "a verdict of another kind",
    label: "via-loop",
    spoil: rewrite(/events$/, (text) => text.replaceAll('"loop"', '"no_right"')),
  },
  {
    what: "an edit of nobody's message taken",
    label: "verdict-reference",
    spoil: rewrite(/events$/, (text) => text.replaceAll('"not_author"', '"accepted"')),
  },
  {
    what: "a head below the last event",
    label: "poll-head",
    spoil: rewrite(/events\?/, (text) => text.replace(/"head":\d+/, '"head":0')),
  },
  {
    what: "an ended connection that goes on",
    label: "connection-last",
    spoil: mistaken(/sync|hint/, "unknown_peer", "not_found", 404),
  },
  {
    what: "a redeemed code that connects again",
    label: "redeem-once",
    spoil: rewrite(/redeem/, (text) => text.replace(/"connection":"/, `"connection":"${count++}`)),
  },
];

/** Most of a check's time is waiting for its turn. */
const AT_ONCE = { concurrency: 4, timeout: 240_000 };

void test("the checker finds what a stranger can see, by its label and nothing else", AT_ONCE, async (t) => {
  const right = await CheckedGateway.start(t, folder);
  assert.deepEqual(failed(await right.check(null)), []);
  const cases = toStrangers.map(async ({ what, label, spoil }) =>
    t.test(what, async (t) => {
      const checked = await CheckedGateway.start(t, folder);
      checked.tamper = spoil;
      const found = failed(await checked.check(null));
      assert.ok(found.includes(label), `found ${found.join(", ")}`);
    }),
  );
  await Promise.all(cases);
});

void test("the checker finds what a guest can see, by its label", AT_ONCE, async (t) => {
  const cases = toGuests.map(async ({ what, label, spoil }) =>
    t.test(what, async (t) => {
      const checked = await CheckedGateway.start(t, folder);
      checked.tamper = spoil;
      const found = failed(await checked.check(await checked.code("room")));
      assert.ok(found.includes(label), `found ${found.join(", ")}`);
    }),
  );
  await Promise.all(cases);
});
