import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Managers } from "../../../bridges/slack/managers.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const TEAM = "T0SIM";
const HERE = "C0LAB" as NativeRoom;
const OTHER = "C0OTHER" as NativeRoom;
const HIDDEN = "G0HIDDEN" as NativeRoom;

function managers(user: Readonly<Record<string, unknown>>, creators = false) {
  const asked: string[] = [];
  const answers = {
    "users.info": { user: { team_id: TEAM, ...user } },
    "conversations.info": { channel: {} },
  };
  const call = (method: string, args: Readonly<Record<string, unknown>>) => {
    asked.push(method);
    if (method === "users.info") return Promise.resolve(answers["users.info"]);
    return Promise.resolve({ channel: { is_private: args["channel"] === HIDDEN, creator: "U0MAKER" } });
  };
  return { asked, rights: new Managers({ call, team: TEAM, creators }) };
}

void describe("who manages a channel", () => {
  void it("is whoever leads the workspace, asked anew each time", async () => {
    for (const role of ["is_admin", "is_owner"]) {
      const { rights, asked } = managers({ [role]: true });
      assert.equal(await rights.manages("U0BOSS", HERE, HERE), true, role);
      assert.equal(await rights.manages("U0BOSS", HERE, HERE), true);
      assert.deepEqual(asked, ["users.info", "users.info"]);
    }
    const { rights } = managers({ is_admin: false });
    assert.equal(await rights.manages("U0BOB", HERE, HERE), false);
  });

  void it("is no guest, no app, nobody who has left, and nobody of another workspace", async () => {
    const cases = [
      { is_restricted: true },
      { is_ultra_restricted: true },
      { is_stranger: true },
      { is_bot: true },
      { deleted: true },
      { team_id: "T0AWAY" },
      { team_id: undefined },
    ];
    for (const one of cases) {
      const { rights } = managers({ is_admin: true, ...one }, true);
      assert.equal(await rights.manages("U0MAKER", HERE, HERE), false, JSON.stringify(one));
    }
  });

  void it("may belong to it by the organisation that it is part of", async () => {
    const { rights } = managers({
      is_admin: true,
      team_id: "E0ORG",
      enterprise_user: { teams: ["T0ELSE", TEAM] },
    });
    assert.equal(await rights.manages("U0BOSS", HERE, HERE), true);
  });

  void it("of a private channel speaks in it: elsewhere nobody shows that he is in it", async () => {
    const { rights } = managers({ is_admin: true });
    assert.equal(await rights.manages("U0BOSS", OTHER, HERE), true);
    assert.equal(await rights.manages("U0BOSS", HIDDEN, HERE), false);
    assert.equal(await rights.manages("U0BOSS", HIDDEN, null), false);
    assert.equal(await rights.manages("U0BOSS", HIDDEN, HIDDEN), true);
  });

  void it("made it, where the operator lets that count", async () => {
    assert.equal(await managers({}).rights.manages("U0MAKER", HERE, HERE), false);
    assert.equal(await managers({}, true).rights.manages("U0MAKER", HERE, HERE), true);
    assert.equal(await managers({}, true).rights.manages("U0BOB", HERE, HERE), false);
    assert.equal(await managers({ is_restricted: true }, true).rights.manages("U0MAKER", HERE, HERE), false);
  });
});
