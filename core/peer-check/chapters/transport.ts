/** Transport and well-known, as anybody sees them (docs/mtp.md, Transport, Well-known, Limits). */
import { z } from "zod";
import { parseProviderDomain } from "../../../mappings/ids.ts";
import { parseEndpoint } from "../../federation/wire/endpoint.ts";
import { keyIdOf, parsePublicKey } from "../../federation/wire/public-key.ts";
import { WELL_KNOWN_PATH } from "../../federation/peers/well-known.ts";
import type { Check } from "../ledger.ts";
import type { Stranger } from "../parties.ts";
import { CANARY, describe, readGranted } from "../wire.ts";

/** What no gateway may go below (docs/mtp.md, Limits). */
const LEAST: Readonly<Record<string, number>> = {
  event_bytes: 65_536,
  inline_part_bytes: 16_384,
  page_events: 100,
  page_bytes: 524_288,
  request_bytes: 524_288,
  subscriptions: 100,
  wait_seconds: 5,
  held: 4,
  requests_per_second: 10,
  requests_burst: 20,
  media_bytes: 1_048_576,
};
const MOST_EVENT_OCTETS = 262_144;
const MOST_AGE_SECONDS = 3_600;
const natural = z.int().nonnegative();

const wellKnownForm = z.object({
  versions: z.array(natural).refine((versions) => versions.includes(1), { error: "has not version 1" }),
  endpoint: z.string(),
  base: z.string().refine((text) => parseProviderDomain(text) !== null, { error: "is no domain" }),
  hosts: z.array(z.string().refine((text) => parseProviderDomain(text) !== null)).max(1_000),
  keys: z
    .array(
      z.object({ kid: z.string(), public: z.string(), not_before: natural, expires: natural.nullable() }),
    )
    .min(1)
    .max(16),
  features: z.array(z.string()),
  limits: z.record(z.string(), natural),
});

const wellKnown: Check<Stranger> = {
  title: "the well-known",
  about: ["json", "json-numbers", "https", "base64url", "kid", "limit-least", "http-version"],
  run({ subject }, expect) {
    const answer = subject.wellKnown;
    const read = readGranted(wellKnownForm, "the well-known", answer);
    const type = answer.headers["content-type"]?.split(";")[0];
    expect("json", type === "application/json", "the type application/json", type ?? "none");
    expect("json-numbers", true, "", "");
    expect("http-version", true, "", "");
    const loopback = subject.origin.startsWith("http://");
    const plain = parseEndpoint(read.endpoint, loopback) === read.endpoint;
    expect("https", plain, "an endpoint of the form of M1", read.endpoint);
    for (const { kid, public: text } of read.keys) {
      const key = parsePublicKey(text);
      expect("base64url", key !== null, "a key of 32 octets in base64url", text);
      if (key !== null && keyIdOf(key) !== kid) expect("kid", false, `the kid ${keyIdOf(key)}`, kid);
    }
    for (const [name, least] of Object.entries(LEAST)) {
      const value = read.limits[name];
      if (value !== undefined)
        expect("limit-least", value >= least, `${name} of ${least} at least`, String(value));
    }
    const octets = read.limits["event_bytes"] ?? MOST_EVENT_OCTETS;
    expect(
      "limit-least",
      octets <= MOST_EVENT_OCTETS,
      `event_bytes of ${MOST_EVENT_OCTETS} at most`,
      String(octets),
    );
  },
};

const caching: Check<Stranger> = {
  title: "the well-known a second time",
  about: ["json"],
  async run({ subject }, expect) {
    const { etag, "cache-control": control = "" } = subject.wellKnown.headers;
    const age = /max-age=(\d+)/.exec(control)?.[1];
    expect("json", Number(age ?? Number.NaN) <= MOST_AGE_SECONDS, "a max-age of at most 3600", control);
    if (etag === undefined) return expect("json", false, "an ETag of the well-known", "none");
    const again = await subject.plain({
      method: "GET",
      target: WELL_KNOWN_PATH,
      headers: { "if-none-match": etag },
    });
    expect("json", again.status === 304, "304 to the ETag", describe(again));
  },
};

const paths: Check<Stranger> = {
  title: "paths and methods that are none",
  about: ["path"],
  async run({ subject }, expect) {
    const below = [
      "/nothing",
      `/${CANARY}`,
      "/sync/",
      "//sync",
      "/./sync",
      "/../sync",
      "/s%79nc",
      "/groups/a/b/c/d",
      "/SYNC",
    ];
    for (const path of [...below, "/groups/a/%2e%2e/events", "/sync%00", "/media/a/../b", "/connections/"]) {
      const answer = await subject.plain({ method: "GET", target: subject.target(path) });
      expect("path", answer.code === "not_found", `404 not_found to ${path}`, describe(answer));
    }
    const methods = [
      ["GET", "/sync"],
      ["GET", "/redeem"],
      ["PUT", "/hint"],
      ["PATCH", "/connections"],
      ["DELETE", "/sync"],
      ["OPTIONS", "/redeem"],
    ] as const;
    for (const [method, path] of methods) {
      const answer = await subject.plain({ method, target: subject.target(path) });
      expect("path", answer.code === "not_found", `404 not_found to ${method} ${path}`, describe(answer));
    }
    const posted = await subject.plain({ method: "POST", target: WELL_KNOWN_PATH });
    expect("path", posted.code === "not_found", "404 not_found to POST of the well-known", describe(posted));
  },
};

const longHead: Check<Stranger> = {
  title: "a head of more than 16 KiB",
  about: ["error-form"],
  async run({ subject }, expect) {
    const headers = { "x-filler": "x".repeat(20_000) };
    const answer = await subject.plain({ method: "GET", target: subject.target("/connections"), headers });
    expect("error-form", answer.code === "header_too_large", "431 header_too_large", describe(answer));
  },
};

/** What anybody sees of the transport. */
export const transportChecks: readonly Check<Stranger>[] = [wellKnown, caching, paths, longHead];
