import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Usergroups } from "../../../bridges/slack/usergroups.ts";
import { silent } from "../../core/lanes/lane-sample.ts";

const mention = (id: string) => `{"type":"usergroup","usergroup_id":"${id}"}`;

/** A workspace with one group, whose answers may be refused; `moment` is its clock. */
function workspace() {
  const state = { asked: 0, away: false, moment: 0 };
  const call = () => {
    state.asked += 1;
    if (state.away) return Promise.reject(new Error("away"));
    return Promise.resolve({ ok: true, usergroups: [{ id: "S1", handle: "ops", name: "Operations" }] });
  };
  return { state, groups: new Usergroups(call, silent, () => state.moment) };
}

void describe("groups of users", () => {
  void it("are asked for when one is mentioned that is not known", async () => {
    const { state, groups } = workspace();
    await groups.namedIn('{"text":"<!subteam^S9|@named> and <@U1>"}');
    assert.equal(state.asked, 0, "it has its name with it");
    await groups.namedIn(mention("S1"));
    await groups.namedIn('{"text":"<!subteam^S1>"}');
    assert.deepEqual([state.asked, groups.handle("S1"), groups.handle("S2")], [1, "ops", null]);
  });

  void it("are not asked for at every message, known or not", async () => {
    const { state, groups } = workspace();
    state.away = true;
    await groups.namedIn(mention("S1"));
    await groups.namedIn(mention("S1"));
    assert.deepEqual([state.asked, groups.handle("S1")], [1, null]);
    state.away = false;
    state.moment = 11 * 60_000;
    await groups.namedIn(mention("S1"));
    assert.deepEqual([state.asked, groups.handle("S1")], [2, "ops"]);
  });
});
