/** Taking back what others have said (XEP-0425), by what the room offers and what the gateway is there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Element } from "../../../../bridges/xmpp/xml.ts";
import { DeliveryError } from "../../../../core/bridge/outbound.ts";
import { emptyContext } from "../../../../core/groups/context-finder.ts";
import type { EventId } from "../../../../mappings/ids.ts";
import { message } from "../../../../mappings/message.ts";
import { eventually } from "../../../support/harness-eventually.ts";
import { heardLog } from "../../../support/heard-log.ts";
import { ids, listener, refused, room, said } from "../../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../../support/scripted-muc.ts";

const NEW = "urn:xmpp:message-moderate:1";
const OLD = "urn:xmpp:message-moderate:0";
const FASTEN = "urn:xmpp:fasten:0";
const base = ["http://jabber.org/protocol/muc", "urn:xmpp:mam:2", "urn:xmpp:sid:0"];
const root = "02".repeat(32) as EventId;
const known = {
  root,
  parts: [{ native: "S1", aux: "m1" }],
  edits: [],
  author: { name: "Alice", native: "a" },
  ours: false,
  excerpt: "rude",
  threadRoot: null,
};
const deletion = {
  kind: "message",
  id: "01".repeat(32) as EventId,
  speaker: { uri: "mimi://a.test/u/olga", name: "Olga" },
  message: { ...message({ kind: "deletion", by: { name: "Olga", reason: "rude" } }), replaces: root },
};
const planned = (muc: ScriptedMuc) =>
  muc.account.plan(room, deletion as Parameters<typeof muc.account.plan>[1], {
    ...emptyContext,
    message: () => known,
  });
const isWithout = (muc: ScriptedMuc) => planned(muc).steps.length === 0;
const isActing = (stanza: Element) =>
  stanza.name === "iq" &&
  (stanza.getChild("moderate", NEW) ?? stanza.getChild("apply-to", FASTEN)) !== undefined;

/** By features and role: what is sent for it, or nothing. */
const rows: readonly (readonly [
  name: string,
  features: readonly string[],
  role: string,
  sent: RegExp | null,
])[] = [
  [
    "the present version",
    [...base, NEW, OLD],
    "moderator",
    /^<moderate xmlns="urn:xmpp:message-moderate:1" id="S1"><retract xmlns="urn:xmpp:message-retract:1"\/><reason>rude/,
  ],
  [
    "the version before",
    [...base, OLD],
    "moderator",
    /^<apply-to xmlns="urn:xmpp:fasten:0" id="S1"><moderate xmlns="urn:xmpp:message-moderate:0"><retract xmlns="urn:xmpp:message-retract:0"\/><reason>rude/,
  ],
  ["a room without it", base, "moderator", null],
  ["a gateway that is no moderator", [...base, NEW], "participant", null],
];

for (const [name, features, role, sent] of rows)
  void test(`somebody else's message is taken back: ${name}`, async (t) => {
    const standing = `affiliation='none' role='${role}'`;
    const muc = await ScriptedMuc.entered(t, { features, standing });
    const { steps, losses } = planned(muc);
    const [step] = steps;
    if (sent === null || !step) {
      assert.equal(sent, null);
      assert.deepEqual([steps.length, losses.map(({ code }) => code)], [0, ["deletion_kept"]]);
      return;
    }
    await muc.perform(step);
    const iq = muc.sent.find(isActing);
    assert.match(iq?.getChildElements()[0]?.toString() ?? "", sent);
    assert.deepEqual([iq?.attrs["from"], iq?.attrs["to"], iq?.attrs["type"]], [listener, room, "set"]);
  });

for (const [condition, outcome] of [
  ["forbidden", "delivery_forbidden"],
  ["item-not-found", null],
] as const)
  void test(`taking back is refused: ${condition}`, async (t) => {
    const muc = await ScriptedMuc.entered(t, { features: [...base, NEW] });
    muc.answer = (stanza) => (isActing(stanza) ? refused(stanza, condition, "auth") : undefined);
    const [step] = planned(muc).steps;
    assert.ok(step);
    const thrown = await muc.perform(step).then(
      () => null,
      (error: unknown) => error,
    );
    assert.equal(thrown instanceof DeliveryError ? thrown.code : null, outcome);
  });

void test("a room that has lost the means since it was planned refuses, and nothing is taken for done", async (t) => {
  const muc = await ScriptedMuc.entered(t, { features: [...base, NEW] });
  const [step] = planned(muc).steps;
  assert.ok(step);
  muc.features = base;
  muc.write(
    said("", "<x xmlns='http://jabber.org/protocol/muc#user'><status code='104'/></x>", {
      type: "groupchat",
    }),
  );
  await eventually("the room to be asked again", () => isWithout(muc));
  await assert.rejects(muc.perform(step), { code: "delivery_refused", retry: "never", certainty: "certain" });
});

const announced = (by: string, version: "new" | "old") =>
  version === "new"
    ? said(
        "",
        `<retract xmlns='urn:xmpp:message-retract:1' id='S1'><moderated xmlns='${NEW}' by='${room}/${by}'/></retract>`,
      )
    : said(
        "",
        `<apply-to xmlns='${FASTEN}' id='S1'><moderated xmlns='${OLD}' by='${room}/${by}'><retract xmlns='urn:xmpp:message-retract:0'/></moderated></apply-to>`,
      );

for (const version of ["new", "old"] as const)
  void test(`the room tells who had a message taken back (${version}): the gateway's own doing is no news`, async (t) => {
    const muc = await ScriptedMuc.entered(t, { features: [...base, NEW] });
    const before = muc.host.raws.length;
    muc.write(
      said("Alice", `<body>rude</body>${ids("S1", "a")}`),
      announced("mimi-gateway", version),
      announced("Olga", version),
    );
    await muc.settled();
    assert.deepEqual(await heardLog(muc.account, room, muc.host.raws.slice(before)), [
      "Alice says rude",
      `${room} has #1 taken back by Olga`,
    ]);
  });
