/** Signed requests with something bent before or after they were signed. */
import { SIGNATURE_WINDOW, signRequest } from "../../../core/federation/wire/signature.ts";
import { parseProviderDomain } from "../../../mappings/ids.ts";
import type { Party } from "../../core/federation/attacks/door.ts";
import type { House } from "../../core/federation/attacks/house.ts";
import { newSigner } from "../../core/federation/two-gateways.ts";
import type { Random } from "../../faults/random.ts";
import { mutated, mutatedJson } from "../inputs.ts";
import type { FuzzRequest } from "./requests.ts";

/** As it goes to the wire. */
export interface Shot {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer;
  /** Nothing was bent: an answer like any other is due. */
  readonly sound: boolean;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"];
/** What stands where something else should. */
const piecesOf = (house: House): readonly string[] => [
  "",
  "0",
  "-1",
  "1e9",
  "9007199254740993",
  "null",
  "a",
  "A",
  ".",
  "..",
  "%2e",
  "//",
  "~",
  "_",
  "é",
  "\u0000",
  "mimi://",
  "/r/",
  "/u/",
  "AAAA",
  "message",
  "member",
  "accepted",
  "constructor",
  "__proto__",
  "\\",
  "'",
  ";--",
  house.tea.groupUri,
  house.milk.groupUri,
  house.cake.groupUri,
  "mimi://rival.example/u/eve",
  "mimi://guest.example/r/cake",
  "f".repeat(64),
  "a".repeat(600),
];
/** Characters that a client can't put into a request's line or head at all. */
const UNSENDABLE = /[^\x21-\x7e]/g;
const NOT_IN_HEADERS = /[^\t\x20-\x7e\x80-\xff]/g;

export function bend(random: Random, house: House, by: Party | null, asked: FuzzRequest): Shot {
  const pieces = piecesOf(house);
  const how = random.pick([
    "sound",
    "body",
    "body",
    "body",
    "path",
    "query",
    "method",
    "head",
    "head",
    "signature",
    "late",
  ]);
  const method = how === "method" ? random.pick(METHODS) : asked.method;
  const path = how === "path" ? mutated(random, asked.path, pieces) : asked.path;
  const query = how === "query" ? bentQuery(random, asked.query, pieces) : asQuery(asked.query);
  const target = `/${path.slice(1)}${query}`.replaceAll(UNSENDABLE, "%");
  const octets = octetsOf(random, asked.body, how === "body" ? pieces : null);
  const type = asked.body instanceof Buffer ? "image/png" : "application/json";
  const headers = headersOf({ random, house, by, how }, { method, target, body: octets && { octets, type } });
  const sent =
    how === "late"
      ? Buffer.from(mutated(random, octets?.toString("latin1") ?? "", pieces), "latin1")
      : octets;
  if (how === "head") bendHead(random, headers, pieces);
  return { method, path: target, headers, body: sent ?? Buffer.alloc(0), sound: how === "sound" };
}

interface Bending {
  readonly random: Random;
  readonly house: House;
  readonly by: Party | null;
  readonly how: string;
}

function headersOf(
  { random, house, by, how }: Bending,
  request: {
    readonly method: string;
    readonly target: string;
    readonly body: { readonly octets: Buffer; readonly type: string } | null;
  },
): Shot["headers"] {
  const { method, target, body } = request;
  if (by === null) return body === null ? {} : { "content-type": body.type };
  const bent = how === "signature";
  const others = ["rival.example", "guest.example", "mimi.test", "chat.guest.example", "xn--a.example"];
  const as = bent ? (parseProviderDomain(random.pick(others)) ?? by.as) : by.as;
  const away = bent ? random.pick([0, 0, SIGNATURE_WINDOW, -SIGNATURE_WINDOW, 2 * SIGNATURE_WINDOW]) : 0;
  const signer = bent && random.between(1, 3) === 1 ? { ...newSigner(), kid: by.signer.kid } : by.signer;
  const elsewhere = bent && random.between(1, 4) === 1;
  const url = (elsewhere ? "https://elsewhere.example" : house.endpoint) + target;
  return { ...signRequest({ method, url, as, body }, signer, house.clock.now + away) };
}

/** Values of headers bent, headers left out, given twice, or added. */
function bendHead(random: Random, headers: Shot["headers"], pieces: readonly string[]): void {
  const extra = [
    "content-encoding",
    "accept",
    "range",
    "if-none-match",
    "expect",
    "te",
    "x-http-method-override",
  ];
  const name = random.pick([...Object.keys(headers), ...extra]);
  const before = headers[name];
  const value =
    typeof before === "string" ? before : random.pick(["gzip", "bytes=0-", "*", "100-continue", "x"]);
  const bent = mutated(random, value, pieces).replaceAll(NOT_IN_HEADERS, "?");
  switch (random.between(1, 4)) {
    case 1:
      delete headers[name];
      return;
    case 2:
      headers[name] = [value, bent];
      return;
    default:
      headers[name] = bent;
  }
}

function octetsOf(random: Random, body: unknown, pieces: readonly string[] | null): Buffer | null {
  if (body === undefined) return null;
  if (body instanceof Buffer) return body;
  const text = pieces === null ? JSON.stringify(body) : mutatedJson(random, body, pieces);
  return Buffer.from(pieces !== null && random.between(1, 10) === 1 ? mutated(random, text, pieces) : text);
}

const asQuery = (query: FuzzRequest["query"]): string => {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
};

function bentQuery(random: Random, query: FuzzRequest["query"], pieces: readonly string[]): string {
  const names = [...Object.keys(query), "after", "limit", "wait"];
  const name = random.pick(names);
  const value = random.pick([
    "",
    "0",
    "-1",
    "501",
    "26",
    "1e3",
    "00001",
    mutated(random, query[name] ?? "", pieces),
  ]);
  const bent = asQuery({ ...query, [name]: value });
  return random.between(1, 5) === 1 ? `${bent}&${name}=${value}` : bent;
}
