/** How the gateway that is checked makes its own requests, seen by what came to the checker (docs/mtp.md, Signing). */
import { parseDictionary } from "structured-headers";
import type { House } from "../house.ts";
import { type Check, NotChecked } from "../ledger.ts";

const PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+$/;
const QUERY = /^[A-Za-z0-9._~=&-]*$/;
const NONCE = /^[A-Za-z0-9_-]{22}$/;

const requests: Check<{ readonly house: House }> = {
  title: "the requests that came",
  about: [
    "sig-components",
    "sig-parameters",
    "sig-algorithm",
    "sig-digest",
    "sig-raw",
    "no-request-coding",
    "path",
    "query",
    "json",
  ],
  run({ house: { asked } }, expect) {
    if (asked.length === 0) throw new NotChecked("it made no request of its own while it was watched", true);
    const nonces = new Set<string>();
    for (const { method, target, headers, body, value, fault } of asked) {
      const what = `${method} ${target.slice(0, 80)}`;
      if (fault !== null && fault.code !== "clock_skew")
        expect("sig-components", false, `a good signature of ${what}`, fault.message);
      const { components, parameters } = signatureOf(headers["signature-input"]);
      const needed = [
        "@authority",
        "@method",
        "@path",
        "@query",
        "mtp-as",
        ...(body.length > 0 ? ["content-digest", "content-type"] : []),
      ];
      const covered = components.toSorted().join(" ");
      expect(
        "sig-components",
        covered === needed.toSorted().join(" "),
        `the components ${needed.join(" ")}`,
        covered,
      );
      const nonce = textOf(parameters.get("nonce"));
      const fresh = NONCE.test(nonce) && !nonces.has(nonce);
      nonces.add(nonce);
      expect("sig-parameters", fresh, "a nonce of 16 octets, new with each request", nonce);
      expect(
        "sig-parameters",
        parameters.get("tag") === "mtp/1",
        'tag="mtp/1"',
        textOf(parameters.get("tag")),
      );
      const algorithm = parameters.has("alg") ? textOf(parameters.get("alg")) : "ed25519";
      expect("sig-algorithm", algorithm === "ed25519", "Ed25519", algorithm);
      const [path = "", query = ""] = target.split("?");
      expect("path", PATH.test(path), "a path of plain segments", path);
      if (query !== "") expect("query", QUERY.test(query), "plain values in the query", query);
      expect(
        "no-request-coding",
        headers["content-encoding"] === undefined,
        "no content coding",
        headers["content-encoding"] ?? "",
      );
      if (body.length === 0) continue;
      expect(
        "sig-digest",
        headers["content-digest"]?.includes("sha-256=") === true,
        "Content-Digest with sha-256",
        "none",
      );
      expect("sig-digest", method === "POST" || method === "PUT", "no body", `a body of ${method}`);
      const type = headers["content-type"]?.split(";")[0];
      const object = typeof value === "object" && value !== null && !Array.isArray(value);
      if (method === "POST")
        expect("json", type === "application/json" && object, "one JSON object", type ?? "no type");
    }
    if (!asked.some(({ fault }) => fault !== null)) expect("sig-raw", true, "", "");
  },
};

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function signatureOf(header: string | string[] | undefined): {
  readonly components: readonly string[];
  readonly parameters: ReadonlyMap<string, unknown>;
} {
  try {
    const [items, parameters] = parseDictionary(String(header)).get("mtp") ?? [];
    const components = Array.isArray(items)
      ? items.map((item) => String(Array.isArray(item) ? item[0] : item))
      : [];
    return { components, parameters: parameters ?? new Map<string, unknown>() };
  } catch {
    return { components: [], parameters: new Map() };
  }
}

/** To be made once all has come that will. */
export const clientRequestChecks: readonly Check<{ readonly house: House }>[] = [requests];
