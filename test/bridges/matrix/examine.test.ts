import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixError } from "matrix-js-sdk";
import type { Call } from "../../../bridges/matrix/api.ts";
import { examineRooms } from "../../../bridges/matrix/examine-rooms.ts";
import { examineNamespaces } from "../../../bridges/matrix/examine-namespaces.ts";
import { reachFinding } from "../../../bridges/matrix/examine-reach.ts";
import { clockFinding, examineServer } from "../../../bridges/matrix/examine-server.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import { ping } from "../../../bridges/matrix/ping.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const refused = (errcode: string, status: number, more: object = {}) =>
  new MatrixError({ errcode, error: "no", ...more }, status);
const config = {
  id: "mimi-gateway",
  url: "http://gateway.example:9100",
  listen: { host: "127.0.0.1", port: 9100 },
};

const found = async (thrown: unknown) =>
  reachFinding(await ping({ call: () => Promise.reject(thrown) }, config.id), config);

void describe("the homeserver's way to the gateway", () => {
  void it("is in order where a ping comes through", async () => {
    const finding = reachFinding(
      await ping({ call: () => Promise.resolve({ duration_ms: 3 }) }, config.id),
      config,
    );
    assert.equal(finding.state, "ok");
  });

  void it("has a cause and a remedy for each way of failing", async () => {
    for (const [thrown, remedy] of [
      [refused("M_BAD_STATUS", 502, { status: 403 }), /^the hs_token/],
      [refused("M_BAD_STATUS", 502, { status: 404 }), /^something else than the gateway answers/],
      [refused("M_BAD_STATUS", 502), /^something else than the gateway answers/],
      [
        refused("M_CONNECTION_FAILED", 502),
        /must say "url: http:\/\/gateway\.example:9100".* reach 127\.0\.0\.1:9100/,
      ],
      [refused("M_CONNECTION_TIMEOUT", 504), /must say "url: /],
      [refused("M_URL_NOT_SET", 400), /has no url/],
      [refused("M_FORBIDDEN", 403), /another id than mimi-gateway/],
      [refused("M_UNKNOWN_TOKEN", 401), /^write the registration anew/],
      [new Error("fetch failed"), /^see that the homeserver is up/],
    ] as const) {
      const finding = await found(thrown);
      assert.equal(finding.state, "fault", finding.detail);
      assert.match(finding.remedy ?? "", remedy);
    }
  });

  void it("can't be looked at before Matrix 1.7, which is no fault", async () => {
    assert.equal((await found(refused("M_UNRECOGNIZED", 404))).state, "warning");
  });
});

void describe("the clocks", () => {
  void it("may differ by a minute, and not by so much that a room is not read far enough back", () => {
    assert.equal(clockFinding(100_000, 95_000).state, "ok");
    assert.match(clockFinding(0, 120_000).detail, /^120 s behind/);
    assert.equal(clockFinding(0, 120_000).state, "warning");
    assert.equal(clockFinding(700_000, 0).state, "fault");
    assert.equal(clockFinding(0, NaN).state, "warning");
  });
});

void describe("whom the gateway may be", () => {
  const [room, ghost, anna] = ["!room" as NativeRoom, "@_mimi_a.test_b:hs.example", "@anna:hs.example"];
  const examined = (allowed: readonly string[], members: readonly string[]) =>
    examineNamespaces({
      own,
      config: { serverName: "hs.example" },
      rooms: [room],
      api: {
        call: ({ path, as }: Call) => {
          if (path.endsWith("/joined_members"))
            return Promise.resolve({ joined: Object.fromEntries(members.map((one) => [one, {}])) });
          return allowed.includes(as ?? "")
            ? Promise.resolve({})
            : Promise.reject(refused("M_FORBIDDEN", 403));
        },
      },
    });

  void it("are its ghosts, and nobody else", async () => {
    const members = [own.bot, "@ben:far.example", ghost, anna];
    assert.equal(
      (await examined([ghost], members)).detail,
      "the gateway may speak as its own, and as nobody else",
    );
    const narrow = await examined([], members);
    assert.match(narrow.detail, /does not let the gateway speak as @_mimi_a/);
    assert.match(narrow.remedy ?? "", /user_prefix/);
    const wide = await examined([ghost, anna], members);
    assert.match(wide.detail, /lets the gateway speak as @anna:hs\.example, who is not one of its own/);
    assert.equal(wide.state, "fault");
  });

  void it("is not known where there is nobody to try it with", async () => {
    const alone = await examined([], [own.bot, "@ben:far.example"]);
    assert.deepEqual([alone.state, alone.detail], ["ok", "nobody is in a linked room to try them with"]);
  });
});

void describe("a homeserver that is not there", () => {
  void it("is a fault of each thing that can't be looked at, and no failure of the doctor's", async () => {
    const gone = new Error("connect ECONNREFUSED");
    const findings = await examineServer({
      own,
      // The port of the discard service, which nothing listens on.
      config: { homeserver: "http://127.0.0.1:9", asToken: "a secret" },
      api: { call: () => Promise.reject(gone) },
      ghosts: { bot: () => Promise.reject(gone) },
      media: { maxBytes: 1 },
    });
    assert.deepEqual(
      findings.map(({ check, state }) => [check, state]),
      [
        ["homeserver", "fault"],
        ["as_token", "fault"],
        ["devices", "fault"],
        ["files", "fault"],
      ],
    );
    assert.ok(!JSON.stringify(findings).includes("a secret"));
  });
});

void describe("rooms of a homeserver that does not answer", () => {
  void it("are waited for once, not each", async () => {
    const looked: string[] = [];
    const findings = await examineRooms({
      own,
      rooms: ["!one", "!two", "!three"] as NativeRoom[],
      door: {
        look: (room) => {
          looked.push(room);
          if (room === "!one") return Promise.resolve(null);
          return Promise.reject(new GatewayError("request_timeout", "m.room.member got no answer"));
        },
      },
    });
    assert.deepEqual(looked, ["!one", "!two"]);
    assert.deepEqual(
      findings.map(({ check, remedy }) => [check, remedy]),
      [
        ["rights:!one", `invite ${own.bot} into it`],
        ["rights:!two", "see that the homeserver is up and knows the room, and look again"],
      ],
    );
  });
});
