import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type FeatureKey, features, type Platform, platforms } from "../../mappings/features.ts";
import type { MappingCase } from "./cases/case.ts";
import { matrixCases } from "./cases/matrix.ts";
import { slackCases } from "./cases/slack.ts";
import { xmppCases } from "./cases/xmpp.ts";

const cases: Readonly<Record<Platform, readonly MappingCase[]>> = {
  slack: slackCases,
  matrix: matrixCases,
  xmpp: xmppCases,
};
const directions = ["in", "out"] as const;

for (const platform of platforms)
  void describe(`the mapping of ${platform}`, () => {
    for (const { feature, direction, name, run } of cases[platform])
      void it(`${feature}, ${direction}: ${name}`, run);

    void it("has no two cases of one name", () => {
      const names = cases[platform].map(({ feature, direction, name }) => `${feature} ${direction} ${name}`);
      assert.deepEqual(
        names.filter((name, at) => names.indexOf(name) !== at),
        [],
      );
    });

    void it("has a case for everything that the feature table promises", () => {
      const shown = new Set(cases[platform].map(({ feature, direction }) => cellOf(feature, direction)));
      const missing = features.flatMap(({ key, levels }) =>
        directions
          .filter((direction) => levels[platform][direction].level !== "not")
          .map((direction) => cellOf(key, direction))
          .filter((cell) => !shown.has(cell)),
      );
      assert.deepEqual(missing, []);
    });
  });

void describe("the feature table", () => {
  void it("has the 56 features, each with levels", () => {
    assert.equal(features.length, 56);
    for (const { key, levels, title } of features) {
      assert.ok(title !== "" && !title.includes("|"), key);
      for (const platform of platforms) assert.ok(levels[platform], `${key} ${platform}`);
    }
  });

  void it("says of everything that is not carried whole what is lost, or how it looks", () => {
    for (const { key, levels } of features)
      for (const platform of platforms)
        for (const direction of directions) {
          const level = levels[platform][direction];
          if ("says" in level) assert.ok(level.says.length > 5, `${key} ${platform} ${direction}`);
        }
  });
});

const cellOf = (feature: FeatureKey, direction: "in" | "out"): string => `${feature}, ${direction}`;
