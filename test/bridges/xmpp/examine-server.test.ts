import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { examineRights } from "../../../bridges/xmpp/examine-rights.ts";
import { clockFinding, examineServer } from "../../../bridges/xmpp/examine-server.ts";
import { findUploadService } from "../../../bridges/xmpp/http-upload.ts";
import { NS } from "../../../bridges/xmpp/names.ts";
import { type ComponentStream, StanzaError } from "../../../bridges/xmpp/stream.ts";
import { type Element, xml } from "../../../bridges/xmpp/xml.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const MIB = 1024 * 1024;

/** By host and namespace what is answered; nothing there: the host does not know it. Hosts that are not named are not there. */
type Answers = Readonly<Record<string, Readonly<Record<string, Element>>>>;

function refused(condition: string): StanzaError {
  const reason = xml(condition, { xmlns: NS.stanzaErrors });
  return new StanzaError(xml("iq", { type: "error" }, xml("error", { type: "cancel" }, reason)));
}

async function found(answers: Answers, services: readonly string[] = ["rooms.example.org"], upload?: string) {
  const stream = {
    request: (iq: Element) => {
      const [question] = iq.getChildElements();
      const host = answers[String(iq.attrs["to"])];
      if (!host) return Promise.reject(refused("remote-server-not-found"));
      const answer = host[String(question?.attrs["xmlns"])];
      return answer
        ? Promise.resolve(xml("iq", { type: "result" }, answer))
        : Promise.reject(refused("service-unavailable"));
    },
  } as unknown as ComponentStream;
  const findings = await examineServer({
    stream,
    listener: "bridge@mimi.example.org/gateway",
    config: { domain: "mimi.example.org", ...(upload !== undefined && { upload }) },
    media: { maxBytes: 64 * MIB },
    services,
  });
  return { findings, states: findings.map(({ check, state }) => `${check} ${state}`) };
}

/** Of all hosts one is there, which never answers. */
const filesHang = {
  request: (iq: Element) =>
    iq.attrs["to"] === "files.example.net"
      ? new Promise<never>(() => undefined)
      : Promise.reject(refused("remote-server-not-found")),
};

const version = xml("query", { xmlns: NS.version }, xml("name", {}, "Prosody"), xml("version", {}, "0.12.3"));
const time = (at: number): Element =>
  xml("time", { xmlns: NS.time }, xml("utc", {}, new Date(at).toISOString()));
const info = (...features: readonly string[]): Element =>
  xml("query", { xmlns: NS.discoInfo }, ...features.map((name) => xml("feature", { var: name })));

void describe("a look at an XMPP server", () => {
  void it("says who it is, compares the clocks, and asks the rooms' services and the store for files", async () => {
    const { findings, states } = await found({
      "example.org": {
        [NS.version]: version,
        [NS.time]: time(Date.now() - 300_000),
        [NS.discoInfo]: info(),
        [NS.discoItems]: xml("query", { xmlns: NS.discoItems }, xml("item", { jid: "upload.example.org" })),
      },
      "rooms.example.org": { [NS.discoInfo]: info(NS.muc) },
      "upload.example.org": { [NS.discoInfo]: info(NS.upload) },
    });
    assert.deepEqual(states, ["server ok", "clock warning", "service:rooms.example.org ok", "files ok"]);
    assert.equal(findings[0]?.detail, "example.org is Prosody 0.12.3");
    assert.match(findings[1]?.detail ?? "", /^300 s ahead of/);
  });

  void it("says what to do where something is away, or another thing than it should be", async () => {
    const { findings, states } = await found(
      { "example.org": {}, "rooms.example.org": { [NS.discoInfo]: info() } },
      ["rooms.example.org", "rooms.example.net"],
    );
    assert.deepEqual(states, [
      "server ok",
      "clock ok",
      "service:rooms.example.org fault",
      "service:rooms.example.net fault",
      "files warning",
    ]);
    assert.match(findings[0]?.detail ?? "", /does not say what it is/);
    assert.match(findings[3]?.detail ?? "", /remote-server-not-found/);
    for (const { remedy } of findings.slice(1)) assert.ok(remedy !== null);
  });

  void it("knows nothing of a server none of whose hosts answers", async () => {
    assert.deepEqual((await found({}, [])).states, ["server ok", "files warning"]);
  });

  void it("asks the store for files that is configured", async () => {
    const { states } = await found(
      { "files.example.net": { [NS.discoInfo]: info(NS.upload) } },
      [],
      "files.example.net",
    );
    assert.deepEqual(states.at(-1), "files ok");
  });

  void it("asks no more of the hosts that a server names than it may, and not for long", async () => {
    const items = Array.from({ length: 80 }, (_, i) => xml("item", { jid: `h${i}.example.net` }));
    const asked: string[] = [];
    const silent = (iq: Element): Promise<Element> => {
      const to = String(iq.attrs["to"]);
      asked.push(to);
      if (iq.getChild("query", NS.discoItems))
        return Promise.resolve(xml("iq", {}, xml("query", { xmlns: NS.discoItems }, ...items)));
      return Promise.reject(refused("service-unavailable"));
    };
    assert.equal(
      await findUploadService({ request: silent } as unknown as ComponentStream, "a@b", "example.net"),
      null,
    );
    assert.equal(asked.filter((host) => host.startsWith("h")).length, 50);
    const findings = await examineServer({
      stream: filesHang as unknown as ComponentStream,
      listener: "a@b",
      config: { domain: "mimi.example.org", upload: "files.example.net" },
      media: { maxBytes: MIB },
      services: [],
      within: 1,
    });
    assert.match(findings.at(-1)?.detail ?? "", /did not say in time/);
  });

  void it("takes a clock for wrong by how far it goes before or behind", () => {
    const states = [0, 59_000, -61_000, 599_000, 601_000].map((ahead) => clockFinding(ahead).state);
    assert.deepEqual(states, ["ok", "ok", "warning", "warning", "fault"]);
    assert.match(clockFinding(-61_000).detail, /^61 s behind/);
  });
});

void it("a room's rights are named with who needs which, and a missing archive is a warning", () => {
  const room = "tea@rooms.example.org" as NativeRoom;
  const look = (name: "full" | "none", topic: "full" | "none", archive = true) =>
    examineRights(
      room,
      { name, topic, archive, pictured: archive, missing: [] },
      "bridge@mimi.example.org/gateway",
    );
  const what = { what: "moderated", remedy: "make it a moderator" };
  const [muted] = examineRights(
    room,
    { name: "full", topic: "full", archive: true, pictured: false, missing: [what] },
    "g@h/r",
  );
  assert.deepEqual(
    [muted?.state, muted?.detail, muted?.remedy],
    ["warning", "moderated", "make it a moderator"],
  );
  assert.equal(look("full", "full")[0]?.remedy, null);
  const [unowned] = look("none", "full");
  assert.match(unowned?.detail ?? "", /may not set the name and the picture,/);
  assert.match(unowned?.remedy ?? "", /make bridge@mimi\.example\.org an owner/);
  assert.match(look("full", "none")[0]?.remedy ?? "", /a moderator/);
  assert.deepEqual(
    look("none", "none", false).map(({ check, state }) => `${check} ${state}`),
    [`rights:${room} ok`, `archive:${room} warning`],
  );
});
