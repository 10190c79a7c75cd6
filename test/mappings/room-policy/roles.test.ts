/** Roles: those of every group, and how they are written. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { RoleDefinition } from "../../../mappings/events.ts";
import { readRoleJson, roleJson } from "../../../mappings/room-policy/role-json.ts";
import { defaultRoles } from "../../../mappings/room-policy/roles.ts";

void describe("roles", async () => {
  const page = readFileSync(new URL("../../../docs/mtp.md", import.meta.url), "utf8");

  await it("are by default those of the specification", () => {
    const told = [2, 3, 4].map((index) => {
      const row = new RegExp(`^\\| ${index} +\\| .*?\\|(.*)\\|$`, "m").exec(page)?.[1] ?? "";
      return [...row.matchAll(/0x([0-9a-f]{4})/g)].map(([, digits = ""]) => Number.parseInt(digits, 16));
    });
    const sums = told.map((_, i) =>
      told
        .slice(0, i + 1)
        .flat()
        .toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      defaultRoles.slice(2).map(({ capabilities }) => capabilities),
      sums,
    );
    assert.deepEqual(
      defaultRoles.map(({ index, name }) => [index, name]),
      [
        [0, ""],
        [1, "banned"],
        [2, "ordinary"],
        [3, "admin"],
        [4, "super_admin"],
      ],
    );
  });

  await it("are JSON as the specification shows, and come back from it", () => {
    const [, , ordinary] = defaultRoles;
    assert.ok(ordinary);
    const shown: unknown = JSON.parse(/```json\n(\{\n {2}"index": 2,[^`]*)```/.exec(page)?.[1] ?? "");
    assert.deepEqual(roleJson(ordinary), shown);
    assert.deepEqual(readRoleJson(shown), ordinary);
    const full: RoleDefinition = {
      index: 9,
      name: "n",
      description: "d",
      capabilities: [1],
      min: 1,
      max: 2,
      minActive: 1,
      maxActive: 3,
      changes: [{ from: 1, to: [2] }],
    };
    assert.deepEqual(readRoleJson(JSON.parse(JSON.stringify(roleJson(full)))), full);
    for (const wrong of [null, {}, { index: -1 }, { index: 1, capabilities: [65_536] }])
      assert.equal(readRoleJson(wrong), null);
  });
});
