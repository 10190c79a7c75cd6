import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { GatewayError } from "../../../../core/errors.ts";
import type { ExchangeAnswer, Exchanger } from "../../../../core/federation/peers/exchange.ts";
import { examineFederation } from "../../../../core/federation/peers/examine-federation.ts";
import { documentOf } from "../../../../core/federation/peers/well-known.ts";
import { keyIdOf } from "../../../../core/federation/wire/public-key.ts";
import type { Store } from "../../../../core/store/store.ts";
import type { ProviderDomain } from "../../../../mappings/ids.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const OWN = "here.example" as ProviderDomain;
const newKey = () => generateKeyPairSync("ed25519").publicKey;
const ownKey = newKey();

interface Said {
  readonly base: string;
  readonly endpoint: string;
  readonly key?: typeof ownKey;
  /** The answer's date goes by this much before ours. */
  readonly ahead?: number;
}

/** What is found where these origins answer so, and others not at all. */
async function found(
  answers: Readonly<Record<string, Said>>,
  {
    endpoint = `https://${OWN}`,
    served = true,
    peers = [] as readonly { base: string; lastError?: string; state?: string }[],
  } = {},
) {
  const asked: string[] = [];
  const exchanger = {
    exchange: ({ origin }: { origin: string }): Promise<ExchangeAnswer> => {
      asked.push(origin);
      const said = answers[origin];
      if (!said) return Promise.reject(new GatewayError("peer_unreachable", `${origin}: no such host`));
      const key = said.key ?? newKey();
      const document = documentOf({
        base: said.base as ProviderDomain,
        endpoint: said.endpoint,
        hosts: [],
        keys: [{ kid: keyIdOf(key), key, notBefore: 0, expires: null }],
        features: [],
        limits: {},
      });
      const date = new Date(NOW + (said.ahead ?? 0)).toUTCString();
      const headers = { "content-type": "application/json", date };
      return Promise.resolve({ status: 200, headers, body: Buffer.from(JSON.stringify(document)) });
    },
  } as unknown as Exchanger;
  const statuses = peers.map(({ base, lastError = null, state = "known" }) => ({
    base,
    state,
    lastError,
    trusted: false,
    endpoint: `https://${base}`,
  }));
  const findings = await examineFederation({
    store: { read: () => Promise.resolve(statuses) } as unknown as Store,
    base: OWN,
    endpoint,
    served,
    signer: () => ({ kid: keyIdOf(ownKey) }),
    exchanger,
    placeOf: () => undefined,
    now: () => NOW,
  });
  return { asked, findings, states: findings.map(({ check, state }) => `${check} ${state}`) };
}

const said = (name: string, ahead = 0): [string, Said] => [
  `https://${name}.example`,
  { base: `${name}.example`, endpoint: `https://${name}.example`, ahead },
];
const own: Said = { base: OWN, endpoint: `https://${OWN}`, key: ownKey };

void describe("a look at the ways between gateways", () => {
  void it("finds this gateway where others look for it", async () => {
    assert.deepEqual((await found({ [`https://${OWN}`]: own })).states, ["endpoint ok"]);
    const endpoint = "https://mtp.here.example:8443/mimi";
    const there = { ...own, endpoint };
    const apart = await found(
      { "https://mtp.here.example:8443": there, [`https://${OWN}`]: there },
      { endpoint },
    );
    assert.deepEqual(apart.states, ["endpoint ok", "well-known ok"]);
    const alone = await found({ "https://mtp.here.example:8443": there }, { endpoint });
    assert.deepEqual(alone.states, ["endpoint ok", "well-known warning"]);
  });

  void it("says what is wrong there, and what to do", async () => {
    const away = await found({});
    assert.deepEqual(away.states, ["endpoint fault"]);
    assert.match(away.findings[0]?.detail ?? "", /no such host/);
    assert.match(away.findings[0]?.remedy ?? "", /proxy.*federation\.listen/);
    const other = await found({ [`https://${OWN}`]: { ...own, key: newKey() } });
    assert.deepEqual(other.states, ["endpoint fault"]);
    assert.match(other.findings[0]?.detail ?? "", /another gateway's keys/);
    const moved = await found({ [`https://${OWN}`]: { ...own, endpoint: "https://old.example" } });
    assert.match(moved.findings[0]?.detail ?? "", /names the endpoint https:\/\/old\.example/);
    const foreign = await found({ [`https://${OWN}`]: { ...own, base: "there.example" } });
    assert.deepEqual(foreign.states, ["endpoint fault"]);
  });

  void it("looks only at the document of a gateway that nobody can reach", async () => {
    const { asked, states, findings } = await found({}, { served: false });
    assert.deepEqual(states, ["well-known warning"]);
    assert.match(findings[0]?.remedy ?? "", /mimi-gateway well-known/);
    assert.deepEqual(asked, [`https://${OWN}`]);
  });

  void it("asks every peer that is not blocked, and compares the clocks", async () => {
    const peers = ["fine", "away", "early", "late", "failing"].map((name) => ({
      base: `${name}.example`,
      ...(name === "failing" && { lastError: "peer_refused: 403" }),
    }));
    const answers = Object.fromEntries([
      [`https://${OWN}`, own],
      said("fine"),
      said("early", 120_000),
      said("late", -400_000),
      said("failing"),
    ]);
    const { states, findings } = await found(answers, {
      peers: [...peers, { base: "blocked.example", state: "blocked" }],
    });
    assert.deepEqual(states, [
      "endpoint ok",
      "peer:fine.example ok",
      "peer:away.example fault",
      "peer:early.example warning",
      "peer:late.example fault",
      "peer:failing.example warning",
    ]);
    assert.match(findings[3]?.detail ?? "", /120 s behind/);
    assert.match(findings[4]?.detail ?? "", /400 s ahead of/);
    assert.match(findings[5]?.detail ?? "", /peer_refused: 403/);
  });
});
